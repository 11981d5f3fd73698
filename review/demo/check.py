"""What must be true after the demonstration; each sentence is checked over HTTP or on the disk."""

import io
from collections.abc import Iterator
from pathlib import Path

import httpx
from django.core.management import CommandError, call_command

from review.demo.people import Stage
from review.demo.visit import COPY, SCAN, TWINS, WRONG_TOTALS, Browser, Document, Service


def failures(base: str, stage: Stage, documents: dict[str, Document], posting_dir: Path) -> list[str]:
    """The sentences that do not hold; an empty list is success."""
    return [sentence for sentence, holds in _claims(base, stage, documents, posting_dir) if not holds]


def _claims(base: str, stage: Stage, documents: dict[str, Document], posting_dir: Path) -> Iterator[tuple[str, bool]]:
    service = Service(base, stage.token)
    codes = {name: {f["code"] for f in document["findings"]} for name, document in documents.items()}
    posted = [document for document in documents.values() if document["state"] == "posted"]
    yield "all fourteen samples are there", len(documents) == 14
    yield "at least four invoices are posted", len(posted) >= 4
    yield "wrong totals are found", "totals_mismatch" in codes[WRONG_TOTALS]
    yield "the invoice with wrong totals waits for a person", documents[WRONG_TOTALS]["state"] == "to_verify"
    twins = set[str]().union(*(codes[name] for name in TWINS))
    yield (
        "of an invoice and its copy one is found to be a duplicate",
        bool(twins & {"duplicate_exact", "duplicate_near"}),
    )
    scan = documents[SCAN]
    read = scan["fields"].get("gross_amount", {}).get("value") == "346.88"
    yield "the scan is read as it is printed, or waits for a person", read or scan["state"] == "to_verify"
    yield "the two-page invoice has two pages", documents["skogsby-2026-30177.pdf"]["page_count"] == 2
    credit = documents["nordlicht-GS-2026-0093.pdf"]["fields"]["document_type"]["value"]
    yield "the credit note is seen to be one", credit == "credit_note"
    for document in posted:
        name = document["filename"]
        xml = [p for p in posting_dir.rglob("*.xml") if document["fields"]["invoice_number"]["value"] in p.read_text()]
        yield f"{name} lies in the posting folder as UBL", len(xml) >= 1
        actions = service.actions(document["id"])
        wanted = ("document.received", "document.approved", "document.posted")
        yield f"the log of {name} tells its story once", [actions.count(a) for a in wanted] == [1, 1, 1]
    again = service.hand_in(COPY, (Path(__file__).parent / "samples" / COPY).read_bytes()).json()
    yield "the same bytes are not taken twice", again["duplicate"] and again["id"] == documents[COPY]["id"]
    yield "a stranger's token is refused", Service(base, "wrong").http.get("/api/data/v1/documents").status_code == 401
    page = f"/documents/{posted[0]['id']}/"
    yield "the log agrees with its signed heads", _log_is_intact()
    auda = Browser(base, "auda", stage.password)
    yield "the auditor sees a document", auda.http.get(page).status_code == 200
    yield "a page is drawn", auda.http.get(f"{page}pages/1/1200.webp").headers["content-type"] == "image/webp"
    yield "nobody sees it without signing in", "sign-in" in httpx.get(base + page, follow_redirects=True).url.path


def _log_is_intact() -> bool:
    try:
        call_command("audit", "checkpoint", stdout=io.StringIO())
        call_command("audit", "verify", stdout=io.StringIO())
    except CommandError:
        return False
    return True
