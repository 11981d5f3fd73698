"""The seller: its name in the letterhead, the sender line, the footer, beside its VAT id and web domain."""

import re
from collections import defaultdict

from rapidfuzz import fuzz

from inference.extraction.blocks import Party, opened_blocks, party_of, until_foreign
from inference.extraction.candidates import Hit
from inference.extraction.labels import Label, fold
from inference.extraction.lines import Layout, Run
from inference.extraction.names import (
    BANK_WORDS,
    GREETING,
    POSTCODE,
    PUBLIC_BODY,
    REACH,
    SEPARATOR,
    STREETS,
    first_part,
    has_legal_form,
    is_country,
    is_name,
    is_sender,
    is_sentence,
    opens_with_label,
    until_legal_form,
)
from inference.extraction.whole_names import unwrapped, with_legal_form

_FREE_MAIL = {
    "gmail",
    "gmx",
    "web",
    "yahoo",
    "hotmail",
    "outlook",
    "tonline",
    "icloud",
    "aol",
    "orange",
    "wanadoo",
    "free",
    "live",
    "mail",
    "example",
    "libero",
}

_SOLD_BY = re.compile(
    r"^(?:sold by|issued by|invoice from|verkauft (?:durch|von)|vendu par|émis par|vendido por|emitido por|venduto da|verkocht door|payable to|remit to|sitz der(?: firma)?|betreiber(?:in)?|betrieben von|operated by|exploité par|gestito da|explotado por)\b[\s:]+",  # noqa: E501
    re.I,
)


def find_seller(
    lines: Layout,
    hits: list[Hit],
    labels: dict[str, list[Label]],
    buyer: Party,
    ship_to: Party,
    contacts: dict[int, list[Hit]],
    taken: set[int],
) -> Party:
    scores: dict[str, float] = defaultdict(float)
    runs: dict[str, tuple[str, Run]] = {}
    domains = domains_of(hits, buyer)
    buyer_key = fold(buyer.name_text)
    blocks = buyer.lines | ship_to.lines

    def vote(text: str, run: Run, score: float) -> None:
        name = until_legal_form(first_part(_SOLD_BY.sub("", GREETING.sub("", text)).strip()))
        key = fold(name)
        if (
            not is_name(name)
            or (POSTCODE.search(name) and not has_legal_form(name))
            or (run.line.index, run.start) in blocks
            or (buyer_key and fuzz.ratio(key, buyer_key) > 88)
        ):
            return
        known = next((other for other in (key,) if other in scores), key)
        scores[known] = max(scores[known], score) + (0.25 if known in runs else 0.0)
        runs.setdefault(known, (name, run))

    for role, weight in (("seller", 1.6), ("account_holder", 1.5)):
        for label in labels.get(role, []):
            if label.line.index in taken:
                continue
            for block, _ in opened_blocks(lines, label):
                party = party_of(block, False)
                if party.name is not None:
                    vote(
                        party.name_text,
                        party.name,
                        weight - (0.5 if len(label.key) < 5 else 0.0) + 0.6 * has_legal_form(party.name_text),
                    )
    tallest = max(
        (line.box.y1 - line.box.y0 for line in lines.lines if line.page == 1 and line.box.y0 < 0.4), default=0.0
    )
    leading = 0
    for run in lines.runs:
        if run.line.index in taken or run.line.page > 3:
            continue
        score = _appearance(run, contacts, domains, tallest)
        if run.line.page == 1 and run.box.y0 < 0.3 and leading < 3 and score > 0 and is_name(first_part(run.text)):
            score += 0.5 - 0.15 * leading
            leading += 1
        if score > 0.3:
            vote(run.text, run, score)
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    if not ranked:
        return Party()
    key, strength = ranked[0]
    rival = next((score for other, score in ranked[1:] if fuzz.partial_ratio(other, key) < 85), 0.0)
    name, run = runs[key]
    at = run.start + max(run.text.find(name), 0)
    whole, box = unwrapped(lines, run.line, at, at + len(name), name, run.box, centred=True)
    if whole != name:
        name, run = whole, Run(run.line, run.start, run.end, whole, box)
    name, run = with_legal_form(lines, name) or (name, run)
    party = _with_address(lines, name, run, hits)
    party.strength, party.margin = strength, strength - rival
    party.rivals = [runs[other] for other, _ in ranked[1:4]]
    return party


def _appearance(run: Run, contacts: dict[int, list[Hit]], domains: set[str], tallest: float) -> float:
    """How much a run of text looks like the seller's name by its words and its place."""
    name = until_legal_form(first_part(run.text))
    if not is_name(name) or len(name) < 3:
        return 0.0
    elsewhere = POSTCODE.search(run.text) and not is_sender(run.text)
    if not has_legal_form(name) and (elsewhere or opens_with_label(run)):
        return 0.0
    score = 0.0
    if is_sender(run.text):
        score += 1.3
    if has_legal_form(name):
        score += 1.2
    key = fold(name)
    if names_domain(key, domains):
        score += 0.9 if len(key) <= 3 * max(len(domain) for domain in domains) else 0.3
    if PUBLIC_BODY.match(name):
        score += 0.8
    if BANK_WORDS.search(name):
        score -= 0.9
    near = [index for index in range(run.line.index, run.line.index + 7) if index in contacts]
    if near:
        score += 0.25
    if run.box.y0 < 0.2:
        score += 0.4
    elif run.box.y0 > 0.8:
        score += 0.25
    elif run.box.y0 > 0.4 and not has_legal_form(name):
        score -= 0.3
    if tallest and run.box.y1 - run.box.y0 > 0.85 * tallest and run.box.y0 < 0.25:
        score += 0.2
    if len(name.split()) > 6 or is_sentence(name):
        score -= 0.5
    if STREETS.search(name) and not has_legal_form(name):
        score -= 0.6
    return score - 0.2 * (run.line.page - 1)


def names_domain(key: str, domains: set[str]) -> bool:
    """Whether a folded name and one of the domains are alike: the firm behind the e-mail and web addresses."""
    likeness = max((fuzz.partial_ratio(domain, key) for domain in domains if len(domain) >= 4), default=0.0)
    return likeness >= 85 and len(key) >= 4 and len(key) >= 0.75 * min(len(domain) for domain in domains)


def domains_of(hits: list[Hit], buyer: Party) -> set[str]:
    """Second-level names of e-mail and web addresses that are not free mail hosts nor in the buyer's block."""
    lines = {line for line, _ in buyer.lines}
    found = set()
    for hit in hits:
        if hit.kind in ("email", "website") and hit.line.index not in lines:
            host = (
                re.sub(r"^https?://", "", str(hit.value).casefold().rpartition("@")[2])
                .split("/")[0]
                .removeprefix("www.")
            )
            parts = host.split(".")
            label = (
                parts[-3]
                if len(parts) > 2 and parts[-2] in ("co", "com")
                else parts[-2]
                if len(parts) > 1
                else parts[0]
            )
            if fold(label) not in _FREE_MAIL:
                found.add(fold(label))
    return found


def _with_address(lines: Layout, name: str, run: Run, hits: list[Hit]) -> Party:
    """The seller's address: the rest of a sender line, or the lines under the name, wherever it stands."""
    key = fold(name)
    best = Party(run, name)
    places = [run, *(other for other in lines.runs if other is not run and fold(other.text).startswith(key))]
    for place in places[:6]:
        text = place.text
        rest = text[text.find(name) + len(name) :].strip(" ,;-–—·•|*▪") if name in text else ""
        if POSTCODE.search(rest):
            parts = [part.strip() for part in SEPARATOR.split(rest) if part and part.strip()]
            parts = [part for part in parts if ":" not in part and not REACH.match(part)]
            return Party(run, name, [place], ", ".join(parts))
        rows = until_foreign([(r, r.text.strip(" ,;")) for r in lines.block(place, 6, centred=True)])[1:]
        cut = next((i for i, (_, t) in enumerate(rows) if POSTCODE.search(t)), None)
        if cut is not None:
            end = cut + 2 if cut + 1 < len(rows) and is_country(rows[cut + 1][1]) else cut + 1
            return Party(run, name, [r for r, _ in rows[:end]], ", ".join(t for _, t in rows[:end]))
    return best
