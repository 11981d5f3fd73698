"""How well real documents are read, each folder judged by an agreement that was fitted without it.

python -m inference.training.report --real FOLDER ... --only FOLDER ... --words DIR

`--real`: licensed for training, so the agreement may be fitted on the other ones of them; `--only`: for evaluation
only, judged by the agreement that ships. The network learned from none of them. Prints the tables of
`docs/extraction.md`.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from inference import sandbox
from inference.evaluation import Evaluation, evaluate, is_right, prediction_of
from inference.extraction import arbiter, combine, learned
from inference.extraction.arbiter import Judgement
from inference.training.agreement import Heard, weigh, worn_samples
from inference.training.evaluate import listen
from inference.training.real import by_supplier, known_documents
from inference.training.synthetic.__main__ import truth_row
from inference.types import Extraction

SURE = 0.85
BINS = 10
READERS = ("rules", "network", "both")


class Read(NamedTuple):
    """A document, by what it was read (`scan`: OCR), and what each of READERS says of it."""

    folder: str
    scan: bool
    heard: Heard
    truth: Mapping[str, object]
    said: Mapping[str, Extraction]


def read(real: Sequence[Path], only: Sequence[Path], words: Path | None, drawn: int) -> list[Read]:
    """All documents of the folders. Raises WeightsUnavailable."""
    weights = learned.shipped()
    known = [(folder.name, document) for folder in (*real, *only) for document in known_documents([folder], words)]
    sandbox.stop()
    heard = [listen(weights, document.truth, document.reading, False) for _, document in known]
    samples = [listen(weights, truth_row(one, ""), one.reading, True) for one in worn_samples(drawn)]
    few = {id(document) for folder in real for document in by_supplier(d for f, d in known if f == folder.name)}
    judged: dict[str, Judgement] = {folder.name: arbiter.shipped() for folder in only}
    for folder in real:
        judged[folder.name] = weigh(
            samples,
            [
                said
                for (name, document), said in zip(known, heard, strict=True)
                if id(document) in few and name != folder.name and name in {other.name for other in real}
            ],
        )
    return [
        Read(
            name,
            any(page.digest and not page.reader.startswith("text_layer") for page in document.reading.pages),
            said,
            document.truth,
            {
                "rules": said.rules,
                "network": said.model,
                "both": combine.combine(said.rules, said.model, judged[name]),
            },
        )
        for (name, document), said in zip(known, heard, strict=True)
    ]


def scores(documents: Sequence[Read]) -> dict[str, Evaluation]:
    """The evaluation of each reader."""
    return {
        reader: evaluate((document.truth, prediction_of(document.said[reader])) for document in documents)
        for reader in READERS
    }


def table(sets: Mapping[str, Sequence[Read]]) -> str:
    """Macro / micro F1 over header fields and F1 of whole rows, a line for each set."""
    lines = ["| Set | Documents | rules | network | both | items: rules | network | both |", "|---" * 8 + "|"]
    for name, documents in sets.items():
        found = scores(documents).values()
        header = " | ".join(f"{one.macro_f1:.3f} / {one.micro.f1:.3f}" for one in found)
        rows = " | ".join(f"{one.line_items.f1:.3f}" for one in found)
        lines.append(f"| {name} | {len(documents)} | {header} | {rows} |")
    return "\n".join(lines)


def confusion(documents: Sequence[Read]) -> str:
    """F1 of each field; of both readers together also how often another value is given, and how often none."""
    found = scores(documents)
    lines = ["| Field | support | rules | network | both | wrong | missing |", "|---" * 7 + "|"]
    for name, both in sorted(found["both"].fields.items()):
        each = " | ".join(f"{found[reader].fields[name].f1:.3f}" for reader in READERS)
        lines.append(f"| {name} | {both.support} | {each} | {both.wrong} | {both.missing - both.wrong} |")
    return "\n".join(lines)


def certainty(documents: Sequence[Read]) -> str:
    """Expected calibration error over ten bins; what is given at SURE or more; fields the two readers contest."""
    lines = [
        f"| Reader | ECE | right at >= {SURE} | share | contested | right | mean certainty | surest |",
        "|---" * 8 + "|",
    ]
    for reader in READERS:
        given = [one for document in documents for one in _given(document, reader)]
        bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
        for sure, right, _ in given:
            bins[min(int(sure * BINS), BINS - 1)].append((sure, right))
        error = sum(abs(sum(sure - right for sure, right in one)) for one in bins) / max(len(given), 1)
        high = [right for sure, right, _ in given if sure >= SURE]
        fought = [(sure, right) for sure, right, contested in given if contested]
        lines.append(
            f"| {reader} | {error:.3f} | {_mean(high):.3f} | {len(high) / max(len(given), 1):.2f} | {len(fought)} |"
            f" {_mean(right for _, right in fought):.2f} | {_mean(sure for sure, _ in fought):.2f} |"
            f" {max((sure for sure, _ in fought), default=0.0):.2f} |"
        )
    return "\n".join(lines)


def worst(documents: Sequence[Read], count: int = 20) -> str:
    """The documents that both readers together read worst, and what is wrong in them."""
    lines = []
    for document in scores(documents)["both"].worst(count):
        wrong = "; ".join(f"{one.field}: {one.expected!r}, not {one.got!r}" for one in document.mistakes)
        lines.append(f"{document.file}: {document.right} of {document.scored}; {wrong}")
    return "\n".join(lines)


def _given(document: Read, reader: str) -> Iterator[tuple[float, bool, bool]]:
    """Of each labelled header field that is given: how sure it is, whether it is right, whether readers contest it."""
    rules, network = document.heard.rules.fields, document.heard.model.fields
    for name, expected in document.heard.truth.items():
        field = document.said[reader].fields.get(name)
        if field is None or name == "document_type":
            continue
        yield (
            field.confidence,
            is_right(field, expected),
            name in rules and name in network and not arbiter.same(rules[name], network[name]),
        )


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else 0.0


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, action="append", default=[], metavar="FOLDER")
    parser.add_argument("--only", type=Path, action="append", default=[], metavar="FOLDER")
    parser.add_argument("--words", type=Path, help="a folder for what is read of the documents, so it is read once")
    parser.add_argument("--n", type=int, default=200, help="how many drawn documents the agreement is fitted on too")
    arguments = parser.parse_args()
    documents = read(arguments.real, arguments.only, arguments.words, arguments.n)
    text, scans = ([one for one in documents if one.scan is scan] for scan in (False, True))
    only = {folder.name for folder in arguments.only}
    sets = {
        "real, text layer": text,
        "of these, evaluation only": [one for one in text if one.folder in only],
        "real, scans": scans,
    }
    tables: tuple[tuple[str, Callable[[Sequence[Read]], str]], ...] = (
        ("by field", confusion),
        ("certainty", certainty),
        ("worst", worst),
    )
    print(table(sets))  # noqa: T201
    for title, make in tables:
        for name, part in (("text layer", text), ("scans", scans)):
            if part:
                print(f"\n{title}, {name}\n\n{make(part)}")  # noqa: T201


if __name__ == "__main__":
    main()
