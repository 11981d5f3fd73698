from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from audit.queries import trail
from automation.checks.models import CheckRound
from automation.documents.models import Document, FieldValue
from automation.documents.values import current_values
from automation.errors import Conflict, Invalid, NotAllowed, Stale
from automation.ledger.models import Invoice
from review.actions.correct import confirm_field, correct_field, correct_lines
from review.actions.undo import undo_correction
from review.models import Correction
from tests.review.waiting import fresh


def correct(document: Document, name: str, text: str, by: User, **more: object) -> FieldValue:
    return correct_field(
        document.pk,
        name,
        text,
        expected_version=fresh(document).version,
        acting_user=by,
        **more,  # type: ignore[arg-type]
    )


def undo(document: Document, by: User) -> FieldValue:
    return undo_correction(document.pk, expected_version=fresh(document).version, acting_user=by)


def test_a_correction_adds_a_row_and_everything_follows(to_verify: Document, clerk: User) -> None:
    rounds = CheckRound.objects.filter(document=to_verify).count()
    value = correct(to_verify, "gross_amount", "1.119,00 €", clerk, page=1, box=[0.5, 0.5, 0.6, 0.52])
    assert (value.value, value.raw, value.reader, value.confidence) == ("1119.00", "1.119,00 €", "person", 1.0)
    assert (value.entered_by, value.page, value.box) == (clerk, 1, [0.5, 0.5, 0.6, 0.52])
    correction = Correction.objects.get(document=to_verify)
    assert correction.before is not None
    assert (correction.before.value, correction.after, correction.by) == ("119.00", value, clerk)
    assert Invoice.objects.get(document=to_verify).gross_amount == Decimal("1119.00")
    assert CheckRound.objects.filter(document=to_verify).count() == rounds + 1
    event = trail(f"document:{to_verify.pk}")[0]
    assert (event.action, event.actor) == ("document.corrected", "user:carla")
    assert (event.before, event.after) == ({"gross_amount": "119.00"}, {"gross_amount": "1119.00"})


def test_the_checks_judge_the_corrected_value(to_verify: Document, clerk: User) -> None:
    def codes() -> set[str]:
        newest = CheckRound.objects.filter(document=to_verify).latest("pk")
        return set(newest.findings.exclude(severity="info").values_list("code", flat=True))

    correct(to_verify, "gross_amount", "120,00", clerk)
    assert codes()
    correct(to_verify, "gross_amount", "119,00", clerk)
    assert not codes()


def test_the_document_s_own_habits_settle_what_is_ambiguous(to_verify: Document, clerk: User) -> None:
    assert correct(to_verify, "due_date", "04/05/2026", clerk).value == "2026-05-04"
    assert correct(to_verify, "issue_date", "31.12.26", clerk).value == "2026-12-31"


def test_an_empty_text_says_that_it_is_not_on_the_document(to_verify: Document, clerk: User) -> None:
    assert correct(to_verify, "due_date", " ", clerk).value == ""
    assert Invoice.objects.get(document=to_verify).due_date is None


@pytest.mark.parametrize(
    ("name", "text", "place", "message"),
    [
        ("gross_amount", "a lot", {}, "not an amount"),
        ("issue_date", "31.02.2026", {}, "not a date"),
        ("colour", "red", {}, "no field"),
        ("invoice_number", "7", {"page": 9}, "page"),
        ("invoice_number", "7", {"page": 1, "box": [0.5, 0.5, 0.4, 0.6]}, "box"),
        ("invoice_number", "7", {"box": [0.5, 0.5, 0.6, 0.6]}, "box"),
    ],
)
def test_what_cannot_be_understood_changes_nothing(
    to_verify: Document, clerk: User, name: str, text: str, place: dict[str, object], message: str
) -> None:
    with pytest.raises(Invalid, match=message):
        correct(to_verify, name, text, clerk, **place)
    assert not Correction.objects.exists()
    assert fresh(to_verify).version == to_verify.version


def test_the_second_of_two_people_is_told(to_verify: Document, clerk: User, controller: User) -> None:
    correct(to_verify, "invoice_number", "A-1", clerk)
    with pytest.raises(Stale, match=rf"saw version {to_verify.version}, it is now version {to_verify.version + 1}"):
        correct_field(to_verify.pk, "invoice_number", "A-2", expected_version=to_verify.version, acting_user=controller)
    assert current_values(to_verify.pk)["invoice_number"].value == "A-1"


def test_only_those_with_the_role_correct(to_verify: Document, approver: User, auditor: User, outsider: User) -> None:
    for person in (approver, auditor, outsider):
        with pytest.raises(NotAllowed):
            correct(to_verify, "invoice_number", "A-1", person)
    assert not Correction.objects.exists()


def test_a_field_is_confirmed_once(to_verify: Document, clerk: User) -> None:
    first = confirm_field(to_verify.pk, "invoice_number", expected_version=to_verify.version, acting_user=clerk)
    again = confirm_field(to_verify.pk, "invoice_number", expected_version=fresh(to_verify).version, acting_user=clerk)
    assert (first.reader, first.confidence, first.value, first.page) == ("person", 1.0, "RE-2026-0117", 1)
    assert again == first
    assert [event.action for event in trail(f"document:{to_verify.pk}")].count("document.confirmed") == 1
    with pytest.raises(Invalid, match="no value"):
        confirm_field(to_verify.pk, "delivery_note", expected_version=fresh(to_verify).version, acting_user=clerk)


def test_lines_keep_the_source_of_what_stays(to_verify: Document, clerk: User) -> None:
    rows = [
        {"description": "Copy paper A4", "quantity": "20", "unit_price": "4,50", "net_amount": "90,00"},
        {"description": "", "quantity": ""},
        {"description": "Delivery", "net_amount": "10,00"},
    ]
    value = correct_lines(to_verify.pk, "line_items", rows, expected_version=to_verify.version, acting_user=clerk).value
    assert len(value) == 2
    assert value[0]["description"]["reader"] == "rules"
    assert value[0]["quantity"]["reader"] == "rules"
    assert value[0]["unit_price"] == {
        "value": "4.50",
        "raw": "4,50",
        "confidence": 1.0,
        "page": None,
        "box": None,
        "reader": "person",
    }
    lines = Invoice.objects.get(document=to_verify).lines.order_by("position")
    assert [line.net_amount for line in lines] == [Decimal(90), Decimal(10)]
    event = trail(f"document:{to_verify.pk}")[0]
    assert event.after == {
        "line_items": [
            {"description": "Copy paper A4", "quantity": "20", "unit_price": "4.50", "net_amount": "90.00"},
            {"description": "Delivery", "net_amount": "10.00"},
        ]
    }


def test_a_wrong_cell_is_named(to_verify: Document, clerk: User) -> None:
    for rows, message in (
        ([{"quantity": "2"}, {"quantity": "two"}], "Row 2, quantity"),
        ([{"colour": "red"}], "no column"),
    ):
        with pytest.raises(Invalid, match=message):
            correct_lines(to_verify.pk, "line_items", rows, expected_version=to_verify.version, acting_user=clerk)


def test_undo_goes_back_step_by_step_to_what_the_reader_read(to_verify: Document, clerk: User) -> None:
    read = current_values(to_verify.pk)["invoice_number"]
    correct(to_verify, "invoice_number", "A-1", clerk)
    correct(to_verify, "due_date", "", clerk)
    correct(to_verify, "invoice_number", "A-2", clerk)
    assert undo(to_verify, clerk).value == "A-1"
    assert undo(to_verify, clerk).name == "due_date"
    back = undo(to_verify, clerk)
    assert (back.value, back.reader, back.confidence, back.entered_by) == (read.value, "rules", 0.6, None)
    assert back.pk > read.pk
    with pytest.raises(Conflict, match="nothing of yours"):
        undo(to_verify, clerk)
    assert FieldValue.objects.filter(document=to_verify, name="invoice_number").count() == 5


def test_undo_leaves_alone_what_another_person_changed_since(
    to_verify: Document, clerk: User, controller: User
) -> None:
    correct(to_verify, "invoice_number", "A-1", clerk)
    correct(to_verify, "invoice_number", "B-1", controller)
    with pytest.raises(Conflict, match="Somebody changed"):
        undo(to_verify, clerk)
    assert undo(to_verify, controller).value == "A-1"
    assert undo(to_verify, clerk).value == "RE-2026-0117"


def test_undoing_the_first_entry_of_a_field_leaves_it_empty(to_verify: Document, clerk: User) -> None:
    correct(to_verify, "delivery_note", "LS 7", clerk)
    assert undo(to_verify, clerk).value == ""
