"""Every documented finding, shown on a document that has it; and a clean document that has none."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from automation.checks import rules
from automation.checks.models import Finding
from automation.checks.run import check_document
from automation.documents.models import Document, State
from automation.einvoice.models import ElectronicInvoice
from automation.ledger.models import BankAccount, Invoice, LegalEntity, Supplier
from tests.factories import CLEAN, CLEAN_LINES, CLEAN_TAX, TODAY, make_document

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Example:
    """What to change on a clean invoice so that it has the finding, its severity, and words its message must have."""

    severity: str
    words: str
    values: Mapping[str, str] = field(default_factory=lambda: CLEAN)
    line: Mapping[str, str] | None = None
    tax_line: Mapping[str, str] | None = None
    earlier: Mapping[str, str] | None = None  # another document, received before
    options: Mapping[str, Any] | None = None
    einvoice: Mapping[str, Any] | None = None  # what was found when the document's XML was read


def day(offset: int) -> str:
    return (TODAY + timedelta(days=offset)).isoformat()


def xml_problem(code: str) -> Example:
    problem = {"code": code, "message": "The XML breaks a rule.", "field": "gross_amount"}
    return Example("warning", "The XML breaks a rule", einvoice={"problems": [problem]})


def differing(field: str, stated: str, shown: str) -> Mapping[str, Any]:
    return {"field": field, "stated": stated, "shown": shown, "page": 1, "box": [0.1, 0.1, 0.2, 0.12]}


EXAMPLES: Mapping[str, Example] = {
    "already_paid": Example(
        "warning", "Nothing is left to pay of the total 119.00 EUR", {**CLEAN, "amount_due": "0.00"}
    ),
    "amount_due_mismatch": Example(
        "warning", "leaves 99.00 EUR to pay, but the amount due says 119.00 EUR", {**CLEAN, "amount_paid": "20.00"}
    ),
    "bank_account_new": Example("warning", "has not used the account AT61 1904 3002 3457 3201 before"),
    "buyer_vat_id_not_ours": Example(
        "warning", "Example Trading GmbH has DE136695976", {**CLEAN, "buyer_vat_id": "ATU62895905"}
    ),
    "credited_invoice_missing": Example("info", "which invoice it corrects", {**CLEAN, "document_type": "credit_note"}),
    "currency_foreign": Example("info", "in USD; Example Trading GmbH keeps", {**CLEAN, "currency": "USD"}),
    "currency_unknown": Example("blocks", "“DEM” is not the code", {**CLEAN, "currency": "DEM"}),
    "due_before_issue": Example("warning", f"due date {day(-20)} is before", {**CLEAN, "due_date": day(-20)}),
    "due_date_far": Example("warning", "more than a year after", {**CLEAN, "due_date": day(700)}),
    "duplicate_exact": Example(
        "blocks",
        "RE 2026/0117 of Nordwind",
        earlier={**CLEAN, "invoice_number": "RE 2026/0117", "issue_date": day(-90)},
    ),
    "duplicate_near": Example("warning", "RE-2026-O117", earlier={**CLEAN, "invoice_number": "RE-2026-O117"}),
    "einvoice_not_on_page": Example("warning", "which stands on no page", einvoice={"missing": ["seller_iban"]}),
    "einvoice_profile_unknown": xml_problem("einvoice_profile_unknown"),
    "einvoice_rule_broken": xml_problem("einvoice_rule_broken"),
    "einvoice_rules_unchecked": xml_problem("einvoice_rules_unchecked"),
    "einvoice_schema_broken": xml_problem("einvoice_schema_broken"),
    "einvoice_unreadable": xml_problem("einvoice_unreadable"),
    "einvoice_value_malformed": xml_problem("einvoice_value_malformed"),
    "field_missing": Example("info", "Due date was not found", {**CLEAN, "due_date": ""}),
    "iban_invalid": Example("blocks", "is not valid", {**CLEAN, "seller_iban": "DE89370400440532013001"}),
    "issue_date_future": Example("warning", "in the future", {**CLEAN, "issue_date": day(5)}),
    "issue_date_old": Example("warning", "more than a year ago", {**CLEAN, "issue_date": day(-500)}),
    "line_mismatch": Example(
        "warning",
        "Line 1: 20 × 5.00 EUR is 100.00 EUR, but the line says 110.00 EUR",
        line={**CLEAN_LINES[0], "net_amount": "110.00"},
    ),
    "lines_do_not_sum": Example(
        "warning", "The only line says 110.00 EUR, but the net total says 100.00 EUR", line={"net_amount": "110.00"}
    ),
    "negative_invoice": Example(
        "warning",
        "not marked as a credit note",
        {**CLEAN, "net_amount": "-100.00", "tax_amount": "-19.00", "gross_amount": "-119.00", "amount_due": "-119.00"},
    ),
    "not_an_invoice": Example("warning", "does not look like an invoice", {**CLEAN, "document_type": "other"}),
    "page_without_text": Example(
        "warning", "Page 2 has no readable text", options={"pages": 2, "pages_without_text": [2]}
    ),
    "text_not_shown": Example("warning", "Page 1 holds text that nobody can see", options={"cause": "text_unseen"}),
    "several_documents": Example(
        "warning",
        "Page 2 may begin another document",
        options={"pages": 2, "division": {"doubts": ["Page 2 may begin another document."]}},
    ),
    "picture_differs": Example(
        "blocks",
        "IBAN: the XML says “DE89370400440532013000”, but the page shows “AT611904300234573201”",
        einvoice={"differences": [differing("seller_iban", "DE89370400440532013000", "AT611904300234573201")]},
    ),
    "picture_differs_minor": Example(
        "info",
        "seems to show “2026-02-01”",
        einvoice={"differences": [differing("due_date", "2026-01-01", "2026-02-01")]},
    ),
    "picture_not_compared": Example("warning", "page 1, which could not be read", einvoice={"unread": [1]}),
    "required_field_missing": Example("blocks", "Seller was not found", {**CLEAN, "seller_name": ""}),
    "service_period_reversed": Example(
        "warning", "before it starts", {**CLEAN, "service_period_start": day(-5), "service_period_end": day(-15)}
    ),
    "signs_differ": Example("warning", "-19.00 EUR", {**CLEAN, "tax_amount": "-19.00", "gross_amount": "81.00"}),
    "tax_lines_do_not_sum": Example(
        "warning", "make 95.00 EUR, but the total says 100.00 EUR", tax_line={"net": "95.00", "tax": "19.00"}
    ),
    "tax_mismatch": Example(
        "warning", "7 % of 100.00 EUR is 7.00 EUR, but the tax says 19.00 EUR", tax_line={**CLEAN_TAX[0], "rate": "7"}
    ),
    "tax_rate_unusual": Example("warning", "190 %", line={**CLEAN_LINES[0], "tax_rate": "190"}),
    "totals_mismatch": Example(
        "blocks", "make 119.00 EUR, but the total says 191.00 EUR", {**CLEAN, "gross_amount": "191.00"}
    ),
    "value_not_understood": Example("blocks", "“1OO,00” is not a money", {**CLEAN, "net_amount": "1OO,00"}),
    "vat_id_invalid": Example(
        "warning", "DE129273399 is not a valid VAT number of Germany", {**CLEAN, "seller_vat_id": "DE129273399"}
    ),
}


def findings_of(document: Document) -> dict[str, Finding]:
    return {finding.code: finding for finding in check_document(document).findings.all()}


def know_supplier(entity: LegalEntity, iban: str) -> None:
    supplier = Supplier.objects.create(
        entity=entity, name=CLEAN["seller_name"], normal_name="nordwind", vat_id=CLEAN["seller_vat_id"]
    )
    BankAccount.objects.create(supplier=supplier, iban=iban)


def make_example(entity: LegalEntity, example: Example) -> Document:
    if example.earlier is not None:
        make_document(entity, example.earlier, filename="earlier.pdf")
    lines: Sequence[Mapping[str, str]] = CLEAN_LINES if example.line is None else [example.line]
    tax_lines: Sequence[Mapping[str, str]] = CLEAN_TAX if example.tax_line is None else [example.tax_line]
    document = make_document(entity, example.values, lines=lines, tax_lines=tax_lines, **(example.options or {}))
    if example.einvoice is not None:
        ElectronicInvoice.objects.create(
            document=document,
            extraction=document.extractions.get(),
            syntax="cii",
            embedded=True,
            compared=True,
            **example.einvoice,
        )
    return document


def documented() -> dict[str, str]:
    """Code to severity, as docs/findings.md has them."""
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|", (ROOT / "docs" / "findings.md").read_text(), re.MULTILINE)
    assert len(rows) == len(dict(rows)), "a code is documented twice"
    return dict(rows)


def emitted() -> set[str]:
    """Every code that stands in a rule, or where electronic invoices are read."""
    folders = (Path(rules.__file__).parent, ROOT / "inference" / "einvoice", ROOT / "automation" / "einvoice")
    literals = r'(?:Finding\(|_finding\(\s*other,|Problem\()\s*"(\w+)"'
    return {
        code for folder in folders for path in folder.glob("*.py") for code in re.findall(literals, path.read_text())
    }


def test_documentation_rules_and_examples_name_the_same_codes() -> None:
    assert set(documented()) == emitted()
    assert {code: example.severity for code, example in EXAMPLES.items()} == documented()


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_finding_is_made_in_words_and_names_its_fields(entity: LegalEntity, code: str) -> None:
    example = EXAMPLES[code]
    if code == "bank_account_new":
        know_supplier(entity, CLEAN["seller_iban"])
        example = Example(example.severity, example.words, {**CLEAN, "seller_iban": "AT611904300234573201"})
    found = findings_of(make_example(entity, example))
    assert code in found, f"found only {sorted(found)}"
    assert found[code].severity == example.severity
    assert example.words in found[code].message
    assert found[code].message.endswith(".")
    without = ("page_without_text", "picture_not_compared", "text_not_shown", "several_documents")
    assert found[code].fields or code in without


def test_a_clean_invoice_has_no_findings(entity: LegalEntity) -> None:
    know_supplier(entity, CLEAN["seller_iban"])
    assert findings_of(make_document(entity)) == {}


def test_a_finding_about_another_document_names_it(entity: LegalEntity) -> None:
    first = make_document(entity, filename="first.pdf")
    found = findings_of(make_document(entity))["duplicate_exact"]
    assert found.evidence["document"] == str(first.pk)
    assert "first.pdf" in found.message


@pytest.mark.parametrize("state", [State.REJECTED, State.QUARANTINED])
def test_what_was_rejected_may_come_again(entity: LegalEntity, state: State) -> None:
    make_document(entity, state=state)
    assert not {"duplicate_exact", "duplicate_near"} & set(findings_of(make_document(entity)))


def test_duplicates_are_looked_for_within_the_entity_only(entity: LegalEntity) -> None:
    other = LegalEntity.objects.create(name="Another company")
    make_document(other)
    assert "duplicate_exact" not in findings_of(make_document(entity))


def test_another_seller_may_use_the_same_number(entity: LegalEntity) -> None:
    make_document(entity, {**CLEAN, "seller_name": "Südwind AG", "seller_vat_id": "", "gross_amount": "55.00"})
    assert not {"duplicate_exact", "duplicate_near"} & set(findings_of(make_document(entity)))


def test_next_months_invoice_for_the_same_sum_is_no_duplicate(entity: LegalEntity) -> None:
    make_document(entity, {**CLEAN, "invoice_number": "RE-2026-0116", "issue_date": day(-40)})
    assert "duplicate_near" not in findings_of(make_document(entity))


def test_a_credit_note_for_an_invoice_is_no_duplicate(entity: LegalEntity) -> None:
    make_document(entity)
    credit = {**CLEAN, "document_type": "credit_note", "credited_invoice": CLEAN["invoice_number"]}
    assert findings_of(make_document(entity, credit)) == {}


def test_a_correction_is_checked_in_a_new_round(entity: LegalEntity) -> None:
    from tests.factories import add_value

    document = make_document(entity, {**CLEAN, "gross_amount": "191.00"})
    first = check_document(document)
    add_value(document, "gross_amount", "119.00")
    assert not check_document(document).findings.filter(code="totals_mismatch").exists()
    assert first.findings.filter(code="totals_mismatch").exists()
    assert Invoice.objects.filter(document=document).exists()
