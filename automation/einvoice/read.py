"""Electronic invoices as a reader of their own: exact, asked first, and compared with what the pages show."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace

from automation.documents.parsing import limits
from automation.einvoice.models import ElectronicInvoice
from inference import sandbox
from inference.einvoice import rules
from inference.einvoice.compare import Comparison, Difference, compare
from inference.einvoice.found import EInvoice, Problem
from inference.einvoice.shown import Shown
from inference.errors import ParserCrashed, UnreadableDocument
from inference.evaluation import matches
from inference.fields import FIELDS, to_text
from inference.media_types import PDF, XML
from inference.types import Alternative, Extraction, FieldPrediction, Reading

READER = "xml"
Reader = Callable[[Reading], Extraction]


@dataclass(frozen=True, slots=True)
class Consulted:
    """An extraction after the electronic invoice was asked. `facts`, where there is one, is to be saved beside it."""

    extraction: Extraction
    facts: ElectronicInvoice | None


def extraction_of(data: bytes) -> Extraction | None:
    """What the electronic invoice in these bytes says, by itself; None where there is none.

    Raises the errors of `inference.errors` where there is one that cannot be read.
    """
    found = electronic_invoice(data)
    return found.extraction if found is not None else None


def electronic_invoice(data: bytes) -> EInvoice | None:
    """The electronic invoice that the file is or holds, read in the sandbox. Raises as `extraction_of` does."""
    media_type = sandbox.sniff(data)
    if media_type not in (PDF, XML):
        return None
    return sandbox.read_einvoice(data, media_type, limits())


def consult(data: bytes, reading: Reading, read: Reader, *, part: bool = False) -> Consulted:
    """What the electronic invoice says, else what `read` finds on the pages; both where the file has both.

    `part`: the pages are some of the file's; an XML whose number they do not show is about the others. An XML that
    cannot be read leaves a PDF to its pages, with a finding. Raises ParserCrashed, which is worth a retry.
    """
    try:
        found = electronic_invoice(data)
    except ParserCrashed:
        raise
    except UnreadableDocument as error:
        if sandbox.sniff(data) == XML:
            raise
        problem = Problem("einvoice_unreadable", f"The XML in the PDF could not be read. {error}")
        return Consulted(read(reading), _facts(None, (problem,), None))
    if found is None:
        return Consulted(read(reading), None)
    if found.embedded and part and not _is_about(found.extraction, reading):
        return Consulted(read(reading), None)
    problems = (*found.problems, *_rules_broken(found))
    if not found.embedded:
        return Consulted(found.extraction, _facts(found, problems, None))
    seen = read(reading)
    comparison = compare(found.extraction, reading, seen)
    return Consulted(merged(found.extraction, seen, comparison), _facts(found, problems, comparison))


def _rules_broken(found: EInvoice) -> Iterator[Problem]:
    """The business rules it breaks, but for sums that were found wrong already and are told with their amounts."""
    told = {problem.message.partition(":")[0] for problem in found.problems}
    for problem in rules.problems(found.xml, found.syntax, found.profile):
        if problem.message.partition(":")[0] not in told:
            yield problem


def _is_about(stated: Extraction, reading: Reading) -> bool:
    number = stated.fields.get("invoice_number")
    return number is not None and Shown(reading).identifier(to_text(number.value)) is not None


def merged(stated: Extraction, seen: Extraction, comparison: Comparison) -> Extraction:
    """The XML wins field for field; what the pages' readers say otherwise is kept beside it, and what only they see."""
    fields = {
        name: _settled(stated.fields[name], seen.fields.get(name), comparison)
        if name in stated.fields
        else seen.fields[name]
        for name in FIELDS
        if name in stated.fields or name in seen.fields
    }
    return Extraction(
        reader=f"{READER}+{seen.reader}",
        digest=f"{stated.digest}+{seen.digest}",
        fields=fields,
        line_items=stated.line_items or seen.line_items,
        tax_lines=stated.tax_lines or seen.tax_lines,
        timings_ms={**seen.timings_ms, **{f"xml_{step}": spent for step, spent in stated.timings_ms.items()}},
    )


def _settled(field: FieldPrediction, other: FieldPrediction | None, comparison: Comparison) -> FieldPrediction:
    """Where the pages show the value, and what they show instead."""
    page, box = comparison.places.get(field.name, (None, None))
    alternatives: tuple[Alternative, ...] = ()
    if other is not None and other.page is not None and other.box is not None:
        if matches(FIELDS[field.name].kind, field.name, to_text(other.value), to_text(field.value)):
            page, box = other.page, other.box
        else:
            alternatives = (Alternative(other.raw, other.value, other.confidence, other.page, other.box),)
    reasons = tuple(_told(difference) for difference in comparison.differences if difference.field == field.name)
    return replace(field, page=page, box=box, alternatives=alternatives, reasons=reasons)


def _told(difference: Difference) -> str:
    shown = f"the page shows “{difference.shown}”" if difference.shown else "no page shows it"
    return f"the XML says this, but {shown}"


def _facts(found: EInvoice | None, problems: tuple[Problem, ...], comparison: Comparison | None) -> ElectronicInvoice:
    return ElectronicInvoice(
        syntax=found.syntax if found else "",
        profile=found.profile if found else "",
        sha256=found.sha256 if found else "",
        embedded=found.embedded if found else True,
        compared=comparison is not None,
        problems=[asdict(problem) for problem in problems],
        differences=[asdict(difference) for difference in comparison.differences] if comparison else [],
        missing=list(comparison.missing) if comparison else [],
        unread=list(comparison.unseen) if comparison else [],
    )
