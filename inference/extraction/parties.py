"""Who sells and who buys: labelled blocks, the address window, the letterhead, names beside VAT ids and web domains."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from rapidfuzz import fuzz

from inference.extraction import vocabulary
from inference.extraction.candidates import Hit
from inference.extraction.dates import LANGUAGES
from inference.extraction.labels import Label, find_labels, fold, lexicon, phrases
from inference.extraction.lines import Layout, Run

POSTCODE = re.compile(
    r"(?<![\w./\-])(?:[A-Z]{1,2}[- ]{1,3})?(?:\d{5}(?:-\d{4})?|\d{4} ?[A-Z]{2}|\d{4}|\d{3} ?\d{2,3}|\d{2}-\d{3}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d)(?![\w/\-])"  # noqa: E501
)
_SEPARATOR = re.compile(r"\s+[-–—·•|*▪]\s+|\s*[•·|▪]\s*|\s{0,2},\s+|\t")
_GREETING = re.compile(
    r"^(?:(?:firma|fa\.|company(?=:)|attn\.?|att\.?|attention|z\. ?hd\.?|zhd\.?|c/o|t\.a\.v\.|from(?=\s+[A-Z])|herrn?|frau|mrs?\.?|ms\.?|monsieur|madame|an|to|à|spett\.?(?:le|abile)?|m/s\.?)(?=[\s:.]|$)[\s:.]*)+",  # noqa: E501
    re.I,
)
_PERSON = re.compile(r"(?:attn|att\.|attention|z\. ?hd|zhd|c/o|t\.a\.v|à l.attention|at\.n)", re.I)
_REACH = re.compile(r"(?:tel|tél|fax|phone|mobil|e-?mail|www\.|http|t|f|e|w)\b\.? ?[:.\-–+\d]|@", re.I)
_LETTERS = re.compile(r"[^\W\d_]")
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
_BANK = re.compile(
    r"\b(?:bank|sparkasse|volksbank|raiffeisen\w*|banque|banco|banca|commerzbank|postbank|credit|crédit|caisse|iban|bic|swift|\w*bank)\b",
    re.I,
)
_NOT_NAME = re.compile(r"[@:]|https?|www\.|\d{4,}|%|\bpage\b|\bseite\b|thank|\bdanke|merci|[€$£]", re.I)
_STREETS = re.compile(
    r"(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer)\s*\d|\b(?:street|st|road|rd|avenue|ave|drive|dr|lane|ln|way|blvd|rue|boulevard|place|calle|via|viale|piazza|laan|straat|\w+straat|\w+weg|suite|floor|level|p\.?o\.? box|postfach|unit)\b|\w+stra(?:ß|ss)e\b",  # noqa: E501
    re.I,
)


@dataclass
class Party:
    """A name and the lines of its address; `strength` says how much speaks for the name, `margin` over the next."""

    name: Run | None = None
    name_text: str = ""
    address: list[Run] = field(default_factory=list)
    address_text: str = ""
    strength: float = 0.0
    margin: float = 0.0
    labelled: bool = False
    lines: frozenset[tuple[int, int]] = frozenset()  # (line, start) of every run of its block
    rivals: list[tuple[str, Run]] = field(default_factory=list)


@cache
def _legal_forms() -> frozenset[str]:
    return frozenset(phrases(vocabulary.LEGAL_FORMS))


def has_legal_form(text: str) -> bool:
    """Whether one of the last words (or two joined: "S. A.") is a legal form such as GmbH, Ltd, S.p.A."""
    words = [fold(word) for word in text.replace(",", " ").split()]
    if len(words) < 2:
        return False
    strong = [word for word in words[1:] if word in _legal_forms()]
    dotted = any("." in word and fold(word) in _legal_forms() for word in text.split()[1:])
    upper = any(
        word.strip(".,()").upper() == word.strip(".,()") and fold(word) in _legal_forms() for word in text.split()[1:]
    )
    long = any(len(word) >= 3 for word in strong)
    return bool(strong) and (dotted or upper or long)


def block_labels(lines: Layout) -> dict[str, list[Label]]:
    """Labels that open a block, such as "Bill to", by role; they begin their run and fill it or end in a colon."""
    words = lexicon("BLOCK_LABELS")
    found: dict[str, list[Label]] = defaultdict(list)
    for line in lines.lines:
        starts = {run.start: run for run in line.runs}
        for label in find_labels(line, words):
            run = next((r for s, r in starts.items() if s <= label.start < s + len(r.text)), None)
            if run is None:
                continue
            if label.start > run.start + 1 and not _second_language(line.text[run.start : label.start]):
                continue
            rest = line.text[label.end : run.end]
            second = next((other for other in find_labels(line, words) if label.end < other.start < run.end), None)
            if second is not None and not any(c.isalnum() for c in line.text[label.end : second.start]):
                rest = line.text[second.end : run.end]
            if (
                not any(c.isalnum() for c in rest)
                or rest.lstrip(" )'s").startswith(":")
                or (len(label.key) >= 9 and label.key not in ("attention", "lieferant"))
            ):
                for role in label.roles:
                    found[role].append(label)
    return found


def _second_language(before: str) -> bool:
    """Whether what stands before a label is the same label in another language: "Geadresseerde/Client"."""
    return len(before) <= 30 and before.rstrip().endswith(("/", "|")) and not any(c.isdigit() for c in before)


def find_parties(
    lines: Layout, hits: list[Hit], labels: dict[str, list[Label]], taken: set[int]
) -> tuple[Party, Party, Party]:
    """Seller, buyer and ship-to. `taken`: positions of lines of the line-item table."""
    ship_to = _labelled(lines, labels.get("ship_to", []), taken)
    buyer = _labelled(lines, labels.get("buyer", []), taken)
    contacts = _contact_lines(hits)
    if buyer.name is None:
        buyer = _address_window(lines, contacts, taken, ship_to)
    seller = _seller(lines, hits, labels, buyer, ship_to, contacts, taken)
    return seller, buyer, ship_to


def _contact_lines(hits: list[Hit]) -> dict[int, list[Hit]]:
    found: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        if hit.kind in ("email", "website", "iban", "vat_id", "phone", "bic"):
            found[hit.line.index].append(hit)
    return found


def _labelled(lines: Layout, labels: list[Label], taken: set[int]) -> Party:
    """The best block that a label opens: named in its own run, below it, or to its right."""
    best = Party()
    for label in labels:
        if label.line.index in taken:
            continue
        for block, inline in _opened(lines, label):
            party = _party(block, inline)
            if party.name is None:
                continue
            party.strength = (
                0.5
                + (0.3 if len(label.key) >= 6 else 0.0)
                + (0.3 if party.address else 0.0)
                + (0.2 if has_legal_form(party.name_text) else 0.0)
                - 0.1 * (label.line.page - 1)
            )
            party.labelled = True
            if party.strength > best.strength:
                best, best.rivals = party, ([] if best.name is None else [(best.name_text, best.name)])
    return best


def _opened(lines: Layout, label: Label) -> Iterable[tuple[list[Run], bool]]:
    line = label.line
    run = next(r for r in line.runs if r.start <= label.start < r.end)
    end = label.end
    for other in find_labels(line, lexicon("BLOCK_LABELS")):
        if end < other.start < run.end and not any(c.isalnum() for c in line.text[end : other.start]):
            end = other.end  # the same label in a second language
    rest = line.text[end : run.end].lstrip(" :.)'s\t-–—")
    if sum(c.isalpha() for c in rest) >= 3:
        start = run.end - len(rest)
        first = Run(line, start, run.end, rest, line.span(start, run.end)[1])
        under = lines.block(run)
        yield [first, *under[1:]], True
        return
    right = [r for r in line.runs if r.start >= run.end]
    under = lines.block(run)[1:]
    if not under:
        below = [
            r for other in lines.below(line, 3.0) for r in other.runs if abs(r.box.x0 - label.box.x0) < 3 * line.em
        ]
        under = lines.block(below[0]) if below else []
    if under:
        yield under, False
    if right and not under and not find_labels(line, lexicon("BLOCK_LABELS"))[1:]:
        yield lines.block(right[0]), True


def _party(block: list[Run], inline: bool) -> Party:
    """Name and address of a block of runs; no name where its first lines are no names."""
    rows = [(run, _GREETING.sub("", run.text).strip(" ,;:")) for run in block]
    rows = [(run, text) for run, text in rows if text]
    rows = _until_foreign(rows)
    if (
        not rows
        or not _is_name(rows[0][1])
        or (POSTCODE.search(rows[0][1]) and not has_legal_form(rows[0][1].split(",")[0]))
    ):
        return Party()
    chosen = next((i for i, (_, text) in enumerate(rows[:3]) if has_legal_form(text) and _is_name(text)), 0)
    run, text = rows[chosen]
    address = [(r, t) for r, t in rows[chosen + 1 :]]
    cut = next((i for i, (_, t) in enumerate(address) if POSTCODE.search(t)), None)
    if cut is not None:
        address = (
            address[: cut + 2] if cut + 1 < len(address) and _is_country(address[cut + 1][1]) else address[: cut + 1]
        )
    else:
        address = [(r, t) for r, t in address if _STREETS.search(t) or any(c.isdigit() for c in t)][:3]
    name = _first_part(text)
    inner = text[len(name) :].strip(" ,;-–—·•|") if name != text else ""
    pieces = [piece for piece in (inner, *(t for _, t in address)) if piece]
    return Party(
        run,
        name,
        [r for r, _ in address] or ([run] if inner else []),
        ", ".join(pieces),
        lines=frozenset((r.line.index, r.start) for r in block),
    )


def _until_foreign(rows: list[tuple[Run, str]]) -> list[tuple[Run, str]]:
    """The rows of a block up to the first that is a field of its own (a date, a number with a label, an e-mail)."""
    kept: list[tuple[Run, str]] = []
    for run, text in rows:
        labels = find_labels(run.line, lexicon("FIELD_LABELS"))
        opens = any(
            label.start <= run.start + 1 and label.start >= run.start - 1 and (len(label.key) >= 6 or ":" in run.text)
            for label in labels
        )
        if kept and (opens or ":" in text or _REACH.match(text) or "@" in text or len(text) > 70):
            break
        if not kept and opens:
            continue
        kept.append((run, text))
    return kept


@cache
def _countries() -> frozenset[str]:
    from babel import Locale

    names: set[str] = set()
    for language in LANGUAGES:
        names.update(fold(name) for name in Locale(language).territories.values())
    return frozenset(names | {"uk", "usa", "us", "de", "fr", "gb"})


def _is_country(text: str) -> bool:
    return fold(text) in _countries()


def _is_name(text: str) -> bool:
    if (
        not 2 <= len(text) <= 70
        or len(_LETTERS.findall(text)) < max(2, 0.5 * len(text.replace(" ", "")))
        or _NOT_NAME.search(text)
    ):
        return False
    key = fold(text)
    if _is_country(text) or (_STREETS.search(text) and any(c.isdigit() for c in text) and not has_legal_form(text)):
        return False
    if any(
        key in lexicon(table)[0]
        for table in ("FIELD_LABELS", "AMOUNT_LABELS", "TITLES", "BLOCK_LABELS", "COLUMN_LABELS")
    ):
        return False
    titles = lexicon("TITLES")[0]
    if any(fold(word) in titles for word in text.split()) and not has_legal_form(text):
        return False
    return len(text.split()) <= 9


def _first_part(text: str) -> str:
    """The name in "Name - Street - City": up to a separator, but a legal form after a comma still belongs to it."""
    match = _SEPARATOR.search(text)
    while match:
        head, rest = text[: match.start()], text[match.end() :]
        word = rest.split(" ")[0].strip(",") if rest else ""
        if fold(word) in _legal_forms() or (
            not any(c.isdigit() for c in rest) and match.group().strip() in (",", "-") and has_legal_form(text)
        ):
            match = _SEPARATOR.search(text, match.end())
            continue
        return head.strip(" ,")
    return text.strip(" ,")


def _address_window(lines: Layout, contacts: dict[int, list[Hit]], taken: set[int], ship_to: Party) -> Party:
    """An unlabelled block in the upper half that looks like a postal address: where window envelopes show it."""
    best = Party()
    first = lines.pages[0].number if lines.pages else 0
    senders = {
        fold(_first_part(run.text)) for line in lines.page_lines(first) for run in line.runs if _is_sender(run.text)
    }
    for line in lines.page_lines(first):
        if line.box.y0 > 0.5 or line.index in taken:
            continue
        for run in line.runs:
            party = _window_party(lines, run, contacts)
            if fold(party.name_text) in senders:
                continue
            if party.name is not None and party.strength > best.strength and not (party.lines & ship_to.lines):
                best = party
    return best


def _window_party(lines: Layout, run: Run, contacts: dict[int, list[Hit]]) -> Party:
    gap, above = _above(lines, run)
    height = run.box.y1 - run.box.y0
    sender = above is not None and gap < 7 * height and _is_sender(above.text)
    if above is not None and not sender and gap < 0.9 * height and _is_name(above.text):
        return Party()
    block = lines.block(run, 7)
    if len(block) < 3 or any(
        hit.box.x0 >= r.box.x0 - 0.01 and hit.box.x0 <= r.box.x1 + 0.01
        for r in block
        for hit in contacts.get(r.line.index, ())
    ):
        return Party()
    party = _party(block, False)
    if party.name is None or (not sender and not any(POSTCODE.search(r.text) for r in party.address)):
        return Party()
    party.strength = (
        0.35
        + 0.5 * sender
        + 0.25 * (run.box.x0 < 0.4)
        + 0.2 * (0.1 < run.box.y0 < 0.35)
        + 0.1 * has_legal_form(party.name_text)
    )
    return party


def _above(lines: Layout, run: Run) -> tuple[float, Run | None]:
    """The run above that begins at the same x, and the gap between them."""
    for other in reversed(lines.lines[max(run.line.index - 4, 0) : run.line.index]):
        if other.page != run.line.page:
            break
        for candidate in other.runs:
            if abs(candidate.box.x0 - run.box.x0) < run.line.em and candidate.box.y1 <= run.box.y1:
                return run.box.y0 - candidate.box.y1, candidate
    return 1.0, None


def _is_sender(text: str) -> bool:
    """Whether a line is a sender line: name, street and postcode in one run."""
    first = _first_part(text)
    rest = text[len(first) :]
    postcode = POSTCODE.search(rest)
    if postcode is None or len(_SEPARATOR.findall(text)) < 2 or _NOT_NAME.search(first):
        return False
    street = rest[: postcode.start()] + rest[postcode.end() :]
    return any(c.isdigit() for c in street) or bool(_STREETS.search(street))


def _seller(
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
    domains = _domains(hits, buyer)
    buyer_key = fold(buyer.name_text)
    blocks = buyer.lines | ship_to.lines

    def vote(text: str, run: Run, score: float) -> None:
        name = _first_part(_GREETING.sub("", text).strip())
        key = fold(name)
        if (
            not _is_name(name)
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
            for block, _ in _opened(lines, label):
                party = _party(block, False)
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
        if run.line.page == 1 and run.box.y0 < 0.3 and leading < 3 and score > 0 and _is_name(_first_part(run.text)):
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
    party = _with_address(lines, name, run, hits)
    party.strength, party.margin = strength, strength - rival
    party.rivals = [runs[other] for other, _ in ranked[1:4]]
    return party


def _appearance(run: Run, contacts: dict[int, list[Hit]], domains: set[str], tallest: float) -> float:
    """How much a run of text looks like the seller's name by its words and its place."""
    name = _first_part(run.text)
    if not _is_name(name) or len(name) < 3:
        return 0.0
    elsewhere = POSTCODE.search(run.text) and not _is_sender(run.text)
    if not has_legal_form(name) and (elsewhere or _opens_with_label(run)):
        return 0.0
    score = 0.0
    if _is_sender(run.text):
        score += 1.3
    if has_legal_form(name):
        score += 1.0
    key = fold(name)
    likeness = max((fuzz.partial_ratio(domain, key) for domain in domains if len(domain) >= 4), default=0.0)
    if likeness >= 85 and len(key) >= 4 and len(key) >= 0.6 * min(len(domain) for domain in domains):
        score += 0.9 if len(key) <= 3 * max(len(domain) for domain in domains) else 0.3
    if _BANK.search(name):
        score -= 0.9
    near = [index for index in range(run.line.index, run.line.index + 7) if index in contacts]
    if near:
        score += 0.25
    if run.box.y0 < 0.2:
        score += 0.4
    elif run.box.y0 > 0.8:
        score += 0.25
    elif run.box.y0 > 0.4:
        score -= 0.3
    if tallest and run.box.y1 - run.box.y0 > 0.85 * tallest and run.box.y0 < 0.25:
        score += 0.2
    if len(name.split()) > 6:
        score -= 0.5
    if _STREETS.search(name) and not has_legal_form(name):
        score -= 0.6
    return score - 0.2 * (run.line.page - 1)


def _opens_with_label(run: Run) -> bool:
    labels = find_labels(run.line, lexicon("FIELD_LABELS"))
    return any(label.start <= run.start + 1 <= label.end and len(label.key) >= 6 for label in labels)


def _domains(hits: list[Hit], buyer: Party) -> set[str]:
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
            parts = [part.strip() for part in _SEPARATOR.split(rest) if part and part.strip()]
            parts = [part for part in parts if ":" not in part and not _REACH.match(part)]
            return Party(run, name, [place], ", ".join(parts))
        rows = _until_foreign([(r, r.text.strip(" ,;")) for r in lines.block(place, 6)])[1:]
        cut = next((i for i, (_, t) in enumerate(rows) if POSTCODE.search(t)), None)
        if cut is not None:
            end = cut + 2 if cut + 1 < len(rows) and _is_country(rows[cut + 1][1]) else cut + 1
            return Party(run, name, [r for r, _ in rows[:end]], ", ".join(t for _, t in rows[:end]))
    return best
