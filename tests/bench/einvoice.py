"""Electronic invoices of `../shared/data/dev`: how exact, how fast to a decision, and whether a lying XML is caught.

Lies: the XML inside real hybrids is changed in one of total, IBAN, number or seller, and nothing else; the pages stay.
The same is done to XML that is made from the labels of invoices that came without one.
"""

import io
import json
import os
import random
import statistics
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf
from lxml import etree

from inference import sandbox
from inference.einvoice import rules
from inference.einvoice.compare import DECISIVE, compare
from inference.einvoice.container import embedded_invoice
from inference.evaluation import ALIASES
from inference.extraction import combine
from inference.fields import FIELDS, from_text
from inference.media_types import PDF
from inference.types import Extraction, FieldPrediction, Reading
from tests.bench.ground import ground
from tests.bench.reading import DEV

if TYPE_CHECKING:
    from automation.documents.models import Document

SEED = 7
TRIES = 3  # changes of each kind to each document
SELLERS = (
    "Hansa Logistik AG",
    "Blaufeld Consulting GmbH",
    "Orion Trading Ltd",
    "Meier & Söhne KG",
    "Castello Servizi SRL",
)
KINDS = ("total", "IBAN", "number", "seller")
Stated = Callable[[str, random.Random], Extraction | None]


def measure() -> str:
    if not DEV.is_dir():
        return f"The development data are not at {DEV}: nothing to measure."
    with ground("countersign_bench_einvoice"):
        return "\n\n".join([_lies(), _speed()])


def _lies() -> str:
    caught: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for group, reading, stated in (*_hybrids(), *_labelled()):
        seen, rng = combine.extract(reading), random.Random(SEED)
        for kind in ("none", *KINDS):
            for _ in range(1 if kind == "none" else TRIES):
                said = stated(kind, rng)
                if said is not None:
                    found = compare(said, reading, seen).differences
                    caught[group][kind].append(any(difference.field in DECISIVE for difference in found))
    rows = []
    for group, kinds in caught.items():
        cells = [f"{sum(kinds[kind])} of {len(kinds[kind])}" for kind in ("none", *KINDS)]
        everything = [hit for kind in KINDS for hit in kinds[kind]]
        rows.append(f"| {group} | {' | '.join(cells)} | {100 * sum(everything) / len(everything):.1f} % |")
    head = "| Pages | false alarms | total | IBAN | number | seller | caught |\n|---|---|---|---|---|---|---|"
    return "\n".join(["Picture against XML", "", head, *rows])


def _truths(*folders: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    for folder in folders:
        truth = DEV / folder / "truth.jsonl"
        for line in truth.read_text().splitlines() if truth.is_file() else ():
            entry = json.loads(line)
            yield truth.parent / entry["file"], entry


def _hybrids() -> Iterator[tuple[str, Reading, Stated]]:
    for path, entry in _truths("zugferd", "facturx-fr"):
        data = path.read_bytes()
        xml = embedded_invoice(data) or b""

        def stated(kind: str, rng: random.Random, data: bytes = data, xml: bytes = xml) -> Extraction | None:
            changed = _changed(xml, kind, rng)
            found = None if changed is None else sandbox.read_einvoice(_with(data, changed), PDF)
            return found.extraction if found is not None else None

        group = "hybrids, real layouts" if entry["realistic_layout"] else "hybrids, printouts of the XML"
        yield group, sandbox.read_document(data, PDF), stated


def _with(data: bytes, xml: bytes) -> bytes:
    """The PDF with another XML in the place of its own."""
    with pikepdf.open(io.BytesIO(data)) as document:
        for name in list(document.attachments.keys()):
            del document.attachments[name]
        if "/AF" in document.Root:
            del document.Root.AF
        document.attachments["factur-x.xml"] = pikepdf.AttachedFileSpec(
            document, xml, filename="factur-x.xml", description="", creation_date="", mod_date="", mime_type="text/xml"
        )
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def _changed(xml: bytes, kind: str, rng: random.Random) -> bytes | None:
    """The XML with one lie; None where it has nothing to lie about."""
    root = etree.fromstring(xml)
    if kind == "total":
        leaves = [*root.iter("{*}GrandTotalAmount"), *root.iter("{*}DuePayableAmount")]
        if not leaves or not Decimal(str(leaves[0].text)):
            return None
        more = Decimal(rng.randint(1, 900))
        for leaf in leaves:
            leaf.text = str(Decimal(str(leaf.text)) + more)
    elif kind == "IBAN":
        leaves = [leaf for leaf in root.iter("{*}IBANID") if "Payee" in str(getattr(leaf.getparent(), "tag", ""))]
        if not leaves:
            return None
        leaves[0].text = _iban(rng)
    elif kind == "number":
        [document] = [*root.iter("{*}ExchangedDocument"), *root.iter("{*}HeaderExchangedDocument")]
        leaf = next(document.iterchildren("{*}ID"))
        leaf.text = _other_number(str(leaf.text), rng)
    elif kind == "seller":
        party = next(root.iter("{*}SellerTradeParty"))
        next(party.iterchildren("{*}Name")).text = rng.choice(SELLERS)
    return etree.tostring(root)


def _labelled() -> Iterator[tuple[str, Reading, Stated]]:
    for path, entry in _truths("parsee-b2b", "invoice2data", "vendor-samples", "azure-multilang"):
        data = path.read_bytes()
        if not data.startswith(b"%PDF"):
            continue
        reading = sandbox.read_document(data, PDF)
        if not any(page.words for page in reading.pages):
            continue
        honest = _extraction(entry)

        def stated(kind: str, rng: random.Random, honest: Extraction = honest) -> Extraction | None:
            return honest if kind == "none" else _lying(honest, kind, rng)

        yield "other real invoices, XML from their labels", reading, stated


def _extraction(entry: dict[str, Any]) -> Extraction:
    unprinted = set(entry.get("derived_not_printed") or ())
    fields = {}
    for label, text in entry["fields"].items():
        name = ALIASES.get(label, label)
        if name in FIELDS and text and label not in unprinted:
            value = from_text(FIELDS[name].kind, str(text))
            fields[name] = FieldPrediction(name, str(text), value, 1.0, "xml")
    return Extraction("xml", "", fields)


def _lying(honest: Extraction, kind: str, rng: random.Random) -> Extraction | None:
    fields = dict(honest.fields)

    def put(name: str, value: Decimal | str) -> None:
        fields[name] = replace(fields[name], value=value)

    total, number = fields.get("gross_amount"), fields.get("invoice_number")
    if kind == "total" and total is not None and isinstance(total.value, Decimal) and total.value:
        more = total.value + rng.randint(1, 900)
        put("gross_amount", more)
        if "amount_due" in fields:
            put("amount_due", more)
    elif kind == "IBAN" and "seller_iban" in fields:
        put("seller_iban", _iban(rng))
    elif kind == "number" and number is not None:
        put("invoice_number", _other_number(str(number.value), rng))
    elif kind == "seller" and "seller_name" in fields:
        put("seller_name", rng.choice(SELLERS))
    else:
        return None
    return replace(honest, fields=fields)


def _iban(rng: random.Random) -> str:
    account = "50010517" + "".join(rng.choice("0123456789") for _ in range(10))
    return f"DE{98 - int(account + '131400') % 97:02d}{account}"


def _other_number(number: str, rng: random.Random) -> str:
    digits = [position for position, character in enumerate(number) if character.isdigit()]
    if not digits:
        return number + "7"
    place = rng.choice(digits)
    return number[:place] + str((int(number[place]) + rng.randint(1, 9)) % 10) + number[place + 1 :]


def _speed() -> str:
    """Milliseconds from stored bytes to the decision for XML files, by the clock and of all processors involved."""
    from automation.ingestion.accept import accept
    from automation.ingestion.incoming import IncomingFile
    from automation.ledger.entities import named_entity
    from automation.workflow import engine
    from automation.workflow.models import StepResult

    entity, times = named_entity(""), defaultdict[str, list[float]](list)
    files = [(path.name, path.read_bytes()) for path in sorted((DEV / "xml-einvoices" / "docs").glob("*.xml"))]
    for name, data in files[:2]:  # one of each syntax: schemas and rules are compiled, as in a worker that is at work
        engine.advance(_run_of(accept(IncomingFile(entity, name, data + b" ", "folder"), wake=False).document))
    children = _sandbox_ms()
    for name, data in files:
        run = _run_of(accept(IncomingFile(entity, name, data, "folder"), wake=False).document)
        spent, begun = _spent_ms(), time.perf_counter()
        engine.advance(run)
        times["to the decision, task opened"].append(1000 * (time.perf_counter() - begun))
        for part, now in _spent_ms().items():
            times[f"processor: {part}"].append(now - spent[part])
        for result in StepResult.objects.filter(run=run):
            times[result.step].append(1000 * (result.finished_at - result.started_at).total_seconds())
    children = (_sandbox_ms() - children) / len(files)
    sandbox.stop()
    rules.stop()
    rows = [
        f"| {name} | {statistics.median(t):.0f} | {statistics.quantiles(t, n=20)[18]:.0f} |"
        for name, t in times.items()
    ]
    title = f"XML to decision, {len(files)} files, ms"
    rows.append(f"| processor: sandbox, mean | {children:.0f} | |")
    return "\n".join([title, "", "| Step | median | p95 |", "|---|---|---|", *rows])


def _run_of(document: "Document") -> uuid.UUID:
    assert document.run_id is not None
    return document.run_id


def _spent_ms() -> dict[str, float]:
    """Processor time so far of this process, of its database backend, and of the checker of rules."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [backend] = cursor.fetchone()
    checker = rules._process.pid if rules._process else 0
    return {"worker": 1000 * time.process_time(), "database": _ran_ms(backend), "rules": _ran_ms(checker)}


def _ran_ms(process: int) -> float:
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e6 if process else 0.0


def _sandbox_ms() -> float:
    """Of the zygote and all its children so far, in ticks of the kernel's clock."""
    assert sandbox._zygote is not None
    fields = Path(f"/proc/{sandbox._zygote.pid}/stat").read_text().rpartition(")")[2].split()
    return 1000 * sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
