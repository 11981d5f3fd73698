from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from automation.documents.models import Document, State
from automation.documents.states import move
from automation.errors import Invalid
from automation.ledger.models import LegalEntity
from review import queries, search
from review.access import grant_role
from review.actions import lease
from review.actions.correct import confirm_field
from review.actions.postpone import postpone
from review.actions.verify import verify
from review.queue import TABS, Filters, Tab
from tests.factories import CLEAN, TODAY, make_document
from tests.review.waiting import fresh, go_on, make_waiting


def ids(user: User, tab: Tab = "mine", **asked: object) -> list[object]:
    return [row.document.pk for row in queries.queue(user, tab=tab, filters=Filters(**asked)).rows]  # type: ignore[arg-type]


def numbered(entity: LegalEntity, number: str, *, due: int = 20, route: str = "verify", **more: str) -> Document:
    values = {**CLEAN, "invoice_number": number, "due_date": (TODAY + timedelta(days=due)).isoformat(), **more}
    return make_waiting(entity, values, route=route, filename=f"{number}.pdf")


def test_each_sees_the_work_that_is_theirs(
    to_verify: Document, to_approve: Document, clerk: User, approver: User, auditor: User, outsider: User
) -> None:
    assert ids(clerk) == [to_verify.pk]
    assert ids(approver) == [to_approve.pk]
    assert ids(auditor) == []
    assert set(ids(auditor, "all")) == {to_verify.pk, to_approve.pk}
    assert ids(outsider, "all") == []
    assert (ids(auditor, "verify"), ids(auditor, "approve")) == ([to_verify.pk], [to_approve.pk])


def test_other_entities_stay_out_of_sight(to_verify: Document, outsider: User) -> None:
    other = LegalEntity.objects.create(name="Another Company SARL", country="FR")
    grant_role(outsider, "clerk", other, acting_user=None)
    elsewhere = make_waiting(other)
    for tab in TABS:
        assert set(ids(outsider, tab)) <= {elsewhere.pk}
    assert queries.counts(outsider)["all"] == 1
    assert queries.following(outsider, after=to_verify.pk, tab="verify") == [elsewhere.pk]


def test_what_one_verified_is_for_another_to_approve(to_verify: Document, controller: User, approver: User) -> None:
    verify(to_verify.pk, expected_version=to_verify.version, acting_user=controller)
    go_on(to_verify)
    assert ids(controller) == []
    assert ids(controller, "approve") == ids(approver) == [to_verify.pk]


def test_postponed_work_is_out_of_the_way_until_its_time(to_verify: Document, clerk: User) -> None:
    until = timezone.now() + timedelta(days=1)
    task = postpone(to_verify.pk, until, expected_version=to_verify.version, acting_user=clerk)
    assert ids(clerk) == []
    (row,) = queries.queue(clerk, tab="verify").rows
    assert row.postponed_until == until
    task.postponed_until = timezone.now() - timedelta(seconds=1)
    task.save()
    assert ids(clerk) == [to_verify.pk]


def test_the_most_urgent_comes_first_page_by_page(entity: LegalEntity, clerk: User) -> None:
    due = {n: numbered(entity, f"N-{n}", due=days) for n, days in enumerate((9, 3, 3, -5, 40))}
    undated = numbered(entity, "N-9", due_date="")
    order = [due[3].pk, due[1].pk, due[2].pk, due[0].pk, undated.pk, due[4].pk]
    seen, cursor = [], None
    while True:
        page = queries.queue(clerk, tab="mine", page_cursor=cursor, size=2)
        seen += [row.document.pk for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == ids(clerk) == order
    assert queries.following(clerk, after=due[2].pk)[0] == due[0].pk
    assert queries.following(clerk, after=due[4].pk)[0] == due[3].pk
    verify(due[1].pk, expected_version=due[1].version, acting_user=clerk)
    assert queries.following(clerk, after=due[1].pk)[0] == due[2].pk


def test_what_a_colleague_has_open_is_not_the_next(entity: LegalEntity, clerk: User, controller: User) -> None:
    first, second, third = (numbered(entity, f"N-{n}", due=n) for n in range(3))
    lease.take(second.pk, acting_user=controller)
    assert queries.following(clerk, after=first.pk) == [third.pk]
    lease.release(second.pk, acting_user=controller)
    assert queries.following(clerk, after=first.pk) == [second.pk, third.pk]
    lease.take(second.pk, acting_user=clerk)
    assert queries.following(clerk, after=None, filters=Filters(q="N-2.pdf"))[0] == third.pk


def test_closed_tabs_show_the_newest_first(entity: LegalEntity, clerk: User) -> None:
    posted = [make_document(entity, state=State.POSTED) for _ in range(3)]
    broken = [make_document(entity, state=s) for s in (State.FAILED, State.QUARANTINED, State.REJECTED)]
    assert ids(clerk, "posted") == [document.pk for document in reversed(posted)]
    assert ids(clerk, "problems") == [document.pk for document in reversed(broken)]
    assert ids(clerk, "problems", state=State.FAILED) == [broken[0].pk]
    first = queries.queue(clerk, tab="posted", size=2)
    rest = queries.queue(clerk, tab="posted", page_cursor=first.next_cursor)
    assert [row.document.pk for row in rest.rows] == [posted[0].pk]
    nothing = {"mine": 0, "team": 0, "verify": 0, "approve": 0}
    assert queries.counts(clerk) == {**nothing, "posted": 3, "problems": 3, "all": 6}


@pytest.mark.parametrize("q", ["südwind", "sw 77", "SW/77", "sw-77.pdf"])
def test_a_text_finds_seller_number_and_filename(entity: LegalEntity, clerk: User, q: str) -> None:
    numbered(entity, "RE-1")
    wanted = make_waiting(
        entity, {**CLEAN, "invoice_number": "SW/77", "seller_name": "Südwind AG"}, filename="SW-77.pdf"
    )
    assert ids(clerk, q=q) == [wanted.pk]
    assert ids(clerk, q="%") == []


@pytest.mark.parametrize(
    "asked", [{"tab": "everything"}, {"page_cursor": "nowhere"}, {"tab": "all", "page_cursor": "1"}]
)
def test_what_is_no_page_is_refused(clerk: User, asked: Mapping[str, object]) -> None:
    with pytest.raises(Invalid):
        queries.queue(clerk, **asked)  # type: ignore[arg-type]


def test_a_row_says_who_has_it_and_what_is_wrong(to_verify: Document, clerk: User, controller: User) -> None:
    confirm_field(to_verify.pk, "currency", expected_version=fresh(to_verify).version, acting_user=clerk)
    lease.take(to_verify.pk, acting_user=controller)
    (row,) = queries.queue(clerk).rows
    assert (row.gate, row.holder, row.worst) == ("verify", "cora", None)
    assert row.invoice is not None
    assert row.invoice.number == "RE-2026-0117"


def test_the_queue_costs_the_same_for_one_and_for_many(
    entity: LegalEntity, clerk: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 6):
        for n in range(count):
            numbered(entity, f"{count}-{n}")
        user = User.objects.get(pk=clerk.pk)
        with django_assert_num_queries(6):
            for row in queries.queue(user).rows:
                assert row.document.filename
                assert row.invoice is not None
        with django_assert_num_queries(1):
            queries.counts(user)


@pytest.mark.parametrize("common", [1.0, -1.0])  # looked up in the index; walked
def test_words_are_found_in_either_way(
    entity: LegalEntity, clerk: User, monkeypatch: pytest.MonkeyPatch, common: float
) -> None:
    monkeypatch.setattr(search, "COMMON", common)
    first, second = numbered(entity, "RE-4711"), numbered(entity, "RE-4712", seller_name="Müller & Söhne")
    for tab in ("mine", "all"):
        assert ids(clerk, tab, q="re 4711") == [first.pk]
        assert ids(clerk, tab, q="MULLER") == [second.pk]
        assert set(ids(clerk, tab, q="re")) == {first.pk, second.pk}
        assert ids(clerk, tab, q="nowhere") == ids(clerk, tab, q="&") == []


def test_more_than_a_look_up_may_find_is_walked(
    entity: LegalEntity, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MANY", 1)
    found = {numbered(entity, f"RE-{n}").pk for n in range(3)}
    assert set(ids(clerk, q="re")) == set(ids(clerk, "all", q="re")) == found


def test_a_failed_document_waits_for_nobody_until_it_goes_on(to_verify: Document, clerk: User) -> None:
    move(to_verify.pk, State.FAILED, problem={"code": "x", "message": "It failed."})
    assert ids(clerk) == ids(clerk, "team") == []
    assert queries.counts(clerk)["mine"] == 0
    move(to_verify.pk, State.TO_VERIFY)
    assert ids(clerk) == [to_verify.pk]


def test_who_corrects_it_at_approval_has_it_no_longer_to_approve(to_approve: Document, controller: User) -> None:
    assert ids(controller) == [to_approve.pk]
    confirm_field(to_approve.pk, "currency", expected_version=to_approve.version, acting_user=controller)
    assert ids(controller) == []
    assert ids(controller, "team") == [to_approve.pk]
