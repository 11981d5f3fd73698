"""What the earlier steps found in one document, and how its candidates rank for a role."""

from dataclasses import dataclass

from inference.extraction.blocks import Party
from inference.extraction.candidates import Hit
from inference.extraction.evidence import Evidence
from inference.extraction.labels import Label
from inference.extraction.lines import Layout, Run
from inference.extraction.totals import Totals


@dataclass
class Document:
    """Everything that the earlier steps found."""

    lines: Layout
    hits: list[Hit]
    labels: dict[int, list[Label]]
    evidence: Evidence
    body: set[int]
    totals: Totals
    seller: Party
    buyer: Party
    ship_to: Party

    def ranked(self, role: str, kinds: tuple[str, ...], friends: tuple[str, ...] = ()) -> list[tuple[Hit, float]]:
        """The hits of these kinds by their evidence for the role, best first; a repeated value gains a little."""
        best: dict[object, tuple[Hit, float]] = {}
        for position, hit in enumerate(self.hits):
            if hit.kind not in kinds:
                continue
            score = self.evidence.score(position, role, friends) - (0.3 if hit.line.index in self.body else 0.0)
            if score <= 0.1:
                continue
            known = best.get(hit.value)
            if known is None:
                best[hit.value] = hit, score
            else:
                best[hit.value] = (hit if score > known[1] else known[0]), max(score, known[1]) + 0.05
        return sorted(best.values(), key=lambda pair: -pair[1])

    def in_buyer(self, hit: Hit) -> bool:
        """Whether a hit stands in the buyer's block, or close under it in the same column."""
        runs = [*([self.buyer.name] if self.buyer.name else []), *self.buyer.address]
        return any(
            run.line.page == hit.line.page
            and -0.02 <= hit.box.y0 - run.box.y1 <= 0.06
            and hit.box.x0 - run.box.x0 < 0.27
            and hit.box.x0 > _begin(run) - 0.02
            for run in runs
        )


def _begin(run: Run) -> float:
    """Where the run begins that a name is a part of: at its label."""
    return min((whole.box.x0 for whole in run.line.runs if whole.start <= run.start < whole.end), default=run.box.x0)


def margin(ranked: list[tuple[Hit, float]]) -> float:
    return ranked[0][1] - (ranked[1][1] if len(ranked) > 1 else 0.0)


def distinct(found: list[tuple[Hit, float]]) -> list[tuple[Hit, float]]:
    best: dict[object, tuple[Hit, float]] = {}
    for hit, score in found:
        if hit.value not in best or score > best[hit.value][1]:
            best[hit.value] = hit, score
    return sorted(best.values(), key=lambda pair: -pair[1])
