"""Candidate recall: how many of the values that the truth names are found on the page at all, whoever picks them.

No reader that picks from candidates can be better than this.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from inference.evaluation import ALIASES, matches
from inference.extraction.candidates import find_candidates
from inference.fields import FIELDS, to_text
from inference.types import Candidate, Reading

FAMILIES = {
    "date": "dates",
    "money": "amounts",
    "id": "identifiers",
    "iban": "identifiers",
    "vat_id": "identifiers",
    "bic": "identifiers",
    "currency": "currencies",
}
_KINDS = {
    "date": {"date"},
    "money": {"money", "number"},
    "id": {"id", "number", "money", "vat_id", "date", "phone", "iban"},
    "iban": {"iban"},
    "vat_id": {"vat_id", "id"},
    "bic": {"bic"},
    "currency": {"currency"},
}


@dataclass
class Recall:
    """Counts by family of fields, and what was missed: (file, field, expected)."""

    found: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    missed: list[tuple[str, str, str]] = field(default_factory=list)

    def of(self, family: str) -> float:
        """The share found; 1 where nothing was asked."""
        return self.found[family] / self.asked[family] if self.asked[family] else 1.0

    def to_table(self) -> str:
        """The result as text for a terminal or a Markdown page."""
        rows = [f"{'candidates':<14} {'recall':>7} {'support':>8}"]
        rows += [f"{family:<14} {self.of(family):>7.4f} {count:>8}" for family, count in sorted(self.asked.items())]
        rows += [f"  {file}: {name}: no candidate is {expected!r}" for file, name, expected in self.missed]
        return "\n".join(rows)


def candidate_recall(pairs: Iterable[tuple[Mapping[str, Any], Reading]]) -> Recall:
    """Measure over (truth object, reading) pairs; truth that the truth file says is not printed is left out."""
    result = Recall()
    for truth, reading in pairs:
        candidates = find_candidates(reading)
        unprinted = {*(truth.get("derived_not_printed") or ()), *(truth.get("xml_fields_not_found_on_page") or ())}
        for name, expected in (truth.get("fields") or {}).items():
            known = FIELDS.get(ALIASES.get(name, name))
            if known is None or known.kind not in FAMILIES or expected in (None, "") or name in unprinted:
                continue
            accepted = [str(expected), *(truth.get(f"{name}_alternatives") or [])]
            family = FAMILIES[known.kind]
            result.asked[family] += 1
            if any(_is_one(known.kind, known.name, candidate, accepted) for candidate in candidates):
                result.found[family] += 1
            else:
                result.missed.append((str(truth.get("file", "")), name, str(expected)))
    return result


def _is_one(kind: str, name: str, candidate: Candidate, accepted: list[str]) -> bool:
    if candidate.kind not in _KINDS[kind]:
        return False
    said = candidate.raw if kind == "id" else to_text(candidate.value)
    if kind == "money":
        said, accepted = said.lstrip("-"), [value.lstrip("-") for value in accepted]
    return any(matches(kind, name, said, value) for value in accepted)
