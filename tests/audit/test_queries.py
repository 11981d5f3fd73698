import pytest

from audit.models import Event
from audit.queries import search, trail
from audit.record import record


@pytest.fixture
def ids(db: None) -> list[int]:
    """Nine events, three to each of three documents, by two people, in turn."""
    return [
        record(
            ("document.received", "document.viewed", "run.failed")[number // 3],
            actor=f"user:{number % 2}",
            subject=f"document:{number % 3}",
        ).id
        for number in range(9)
    ]


def test_a_trail_is_one_subjects_newest_first(ids: list[int]) -> None:
    assert [event.id for event in trail("document:1")] == [ids[7], ids[4], ids[1]]


def test_pages_meet_without_gap_or_overlap(ids: list[int]) -> None:
    seen: list[int] = []
    start = Event.objects.get(id=ids[0]).at
    while page := search(since=start, before=seen[-1] if seen else None, limit=4):
        seen += [event.id for event in page]
    assert seen == ids[::-1]


def test_search_combines_what_is_given(ids: list[int]) -> None:
    everything = search()
    assert [event.id for event in search(action="document.", actor="user:0")] == [ids[4], ids[2], ids[0]]
    assert [event.id for event in search(action="run.failed", subject="document:2")] == [ids[8]]
    middle = everything[4].at
    assert [event.id for event in search(since=middle)] == ids[:3:-1]
    assert [event.id for event in search(until=middle)][:4] == ids[3::-1]
