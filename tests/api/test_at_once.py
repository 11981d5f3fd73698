"""The same request twice in one moment, on real connections: done once, and both get its answer."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from audit.queries import trail
from automation.ledger.models import LegalEntity
from tests.api.conftest import Service, token_for
from tests.api.test_control import act
from tests.review.waiting import make_waiting, run_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("keys", "answers"), [(("k-1", "k-1"), [200, 200]), (("k-1", "k-2"), [200, 409])])
def test_two_requests_at_once_are_one_action(entity: LegalEntity, keys: tuple[str, str], answers: list[int]) -> None:
    run, token, start = run_of(make_waiting(entity)), token_for(entity), Barrier(2)

    def ask(key: str) -> Any:
        start.wait(10)
        try:
            return act(Service(token), run, "pause", key=key)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        given = list(pool.map(ask, keys))
    assert sorted(answer.status_code for answer in given) == answers
    assert [event.action for event in trail(f"run:{run.pk}")].count("run.paused") == 1
    assert sum(answer.get("Idempotent-Replayed") == "true" for answer in given) == answers.count(200) - 1
