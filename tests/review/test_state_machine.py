"""People correct, confirm, verify, approve, postpone, hold, take over and take back the same documents in any order.

Each acts on the version they last saw, as a screen would. However they interleave: every correction that was accepted
is the value until the next accepted one, nobody approves twice or what they touched, and what is posted was approved.
"""

import os
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from audit.models import Event
from automation.documents.models import Document, State
from automation.documents.values import current_values
from automation.errors import CountersignError
from automation.ledger.models import LegalEntity
from automation.policy.publish import FIRST, publish
from automation.workflow import engine
from automation.workflow.models import Signal
from review.access import grant_role
from review.actions import lease
from review.actions.approve import approve
from review.actions.correct import correct_field
from review.actions.hold import hold, release_hold
from review.actions.postpone import postpone
from review.actions.undo import undo_correction
from review.actions.verify import verify
from review.actions.withdraw import send_back, withdraw_decision
from review.models import Correction, Decision, Hold, Reversal, Task
from tests.review.waiting import ALL_GATES, GATES, make_waiting

STEPS = int(os.environ.get("DESK_STEPS", "50"))
EXAMPLES = int(os.environ.get("DESK_EXAMPLES", "3"))
PEOPLE = ("cleo", "cora", "amir", "anna")
ROLES = {"cleo": "clerk", "cora": "controller", "amir": "approver", "anna": "controller"}
who = st.sampled_from(PEOPLE)
which = st.integers(0, 1)


class Desk(RuleBasedStateMachine):
    """`seen`: the version of each document on each person's screen. `values`: what the newest correction says."""

    workflow = GATES
    policy = FIRST
    needed = frozenset({"approve"})

    @initialize()
    def people_and_documents(self) -> None:
        entity = LegalEntity.objects.create(name=f"Company {uuid.uuid4()}", country="DE", vat_id="DE136695976")
        self.people = {}
        for name in PEOPLE:
            self.people[name] = User.objects.create_user(f"{name}-{uuid.uuid4().hex[:8]}")
            grant_role(self.people[name], ROLES[name], entity, acting_user=None)
        publish(self.policy, acting_user=None)
        made = [make_waiting(entity, filename=f"{n}.pdf", workflow=self.workflow) for n in range(2)]
        self.documents = [document.pk for document in made]
        for document in self.documents:
            Document.objects.filter(pk=document).update(entity=entity)
        self.seen = {name: [self.version(n) for n in range(2)] for name in PEOPLE}
        self.values: list[str | None] = [None, None]

    def version(self, n: int) -> int:
        return Document.objects.only("version").get(pk=self.documents[n]).version

    def attempt(self, act: Callable[[], Any]) -> bool:
        """Whether it was done; what is refused is refused in words."""
        try:
            act()
        except CountersignError as error:
            assert error.message
            return False
        return True

    def how(self, name: str, n: int) -> dict[str, Any]:
        return {"expected_version": self.seen[name][n], "acting_user": User.objects.get(pk=self.people[name].pk)}

    def glance(self, name: str, n: int, fresh: bool) -> None:
        """Half of the time the screen was loaded just before."""
        if fresh:
            self.seen[name][n] = self.version(n)

    @rule(name=who, n=which, fresh=st.booleans(), text=st.sampled_from(["net 10", "net 20", "net 30"]))
    def correct(self, name: str, n: int, fresh: bool, text: str) -> None:
        self.glance(name, n, fresh)
        stale = self.seen[name][n] != self.version(n)
        done = self.attempt(lambda: correct_field(self.documents[n], "payment_terms", text, **self.how(name, n)))
        assert not (done and stale)
        if done:
            self.values[n] = text
            self.seen[name][n] = self.version(n)

    @rule(name=who, n=which, fresh=st.booleans())
    def undo(self, name: str, n: int, fresh: bool) -> None:
        self.glance(name, n, fresh)
        if self.attempt(lambda: undo_correction(self.documents[n], **self.how(name, n))):
            self.values[n] = str(current_values(self.documents[n])["payment_terms"].value)
            self.seen[name][n] = self.version(n)

    @rule(name=who, n=which, fresh=st.booleans())
    def verify(self, name: str, n: int, fresh: bool) -> None:
        self.glance(name, n, fresh)
        self.attempt(lambda: verify(self.documents[n], **self.how(name, n)))

    @rule(name=who, n=which, fresh=st.booleans())
    def approve(self, name: str, n: int, fresh: bool) -> None:
        self.glance(name, n, fresh)
        self.attempt(lambda: approve(self.documents[n], **self.how(name, n)))

    @rule(name=who, n=which)
    def take_back(self, name: str, n: int) -> None:
        person = User.objects.get(pk=self.people[name].pk)
        self.attempt(lambda: withdraw_decision(self.documents[n], acting_user=person))

    @rule(name=who, n=which, fresh=st.booleans())
    def send_back(self, name: str, n: int, fresh: bool) -> None:
        self.glance(name, n, fresh)
        self.attempt(lambda: send_back(self.documents[n], "Look again.", **self.how(name, n)))

    @rule(name=who, n=which, fresh=st.booleans())
    def postpone(self, name: str, n: int, fresh: bool) -> None:
        self.glance(name, n, fresh)
        until = timezone.now() + timedelta(days=1)
        self.attempt(lambda: postpone(self.documents[n], until, **self.how(name, n)))

    @rule(name=who, n=which)
    def hold_or_release(self, name: str, n: int) -> None:
        person = User.objects.get(pk=self.people[name].pk)
        held = Hold.objects.filter(document=self.documents[n], released_at=None).first()
        if held is not None:
            self.attempt(lambda: release_hold(held.pk, acting_user=person))
        else:
            self.attempt(lambda: hold(self.documents[n], "dispute", acting_user=person))

    @rule(name=who, n=which, over=st.booleans())
    def lease(self, name: str, n: int, over: bool) -> None:
        person = User.objects.get(pk=self.people[name].pk)
        act = lease.take_over if over else lease.take
        self.attempt(lambda: act(self.documents[n], acting_user=person))

    @rule(name=who, n=which)
    def let_go(self, name: str, n: int) -> None:
        lease.release(self.documents[n], acting_user=User.objects.get(pk=self.people[name].pk))

    @rule(n=which)
    def the_engine_goes_on(self, n: int) -> None:
        run_id = Document.objects.get(pk=self.documents[n]).run_id
        assert run_id is not None
        engine.advance(run_id)

    @invariant()
    def no_correction_is_lost(self) -> None:
        for n, expected in enumerate(getattr(self, "values", [])):
            now = current_values(self.documents[n]).get("payment_terms")
            assert (str(now.value) if now is not None else None) == expected

    @invariant()
    def no_double_approval(self) -> None:
        for document in getattr(self, "documents", []):
            standing = Decision.objects.filter(document=document, verdict="approved", reversal=None)
            approvals = list(standing.exclude(gate="verify"))
            given = {approval.gate for approval in approvals}
            assert len({approval.by_id for approval in approvals}) == len(given) == len(approvals)
            for approval in approvals:
                touched = Correction.objects.filter(document=document, by=approval.by, at__lt=approval.at)
                assert not touched.exists()
                assert not standing.filter(gate="verify", by=approval.by, at__lt=approval.at).exists()
            state = Document.objects.only("state").get(pk=document).state
            assert (state == State.APPROVED) == (given == self.needed)
            events = Event.objects.filter(subject=f"document:{document}", action="document.approved").count()
            taken_back = Reversal.objects.filter(decision__document=document).exclude(decision__gate="verify").count()
            assert events - taken_back == len(approvals)
            signals = Signal.objects.filter(run__subject=f"document:{document}").exclude(name="verify")
            assert sorted(signals.values_list("name", flat=True)) == sorted(given)


class AtOnce(Desk):
    """A controller approves too, and is asked at the same time."""

    workflow = ALL_GATES
    policy = {**FIRST, "controller_above": {"EUR": "100.00"}, "approvals": "parallel"}
    needed = frozenset({"approve", "controller"})

    @invariant()
    def what_is_open_is_what_lacks(self) -> None:
        for document in getattr(self, "documents", []):
            now = Document.objects.get(pk=document)
            waiting = set(Task.objects.filter(document=document, closed_at=None).values_list("gate", flat=True))
            standing = Decision.objects.filter(document=document, verdict="approved", reversal=None)
            given = set(standing.exclude(gate="verify").values_list("gate", flat=True))
            if now.state == State.TO_APPROVE and waiting:
                assert waiting == self.needed - given


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("undo_seconds", [0, 3600])
@pytest.mark.parametrize("desk", [Desk, AtOnce])
def test_people_at_the_same_documents(desk: type[Desk], undo_seconds: int, settings: Any) -> None:
    settings.UNDO_SECONDS = undo_seconds
    chosen = hypothesis_settings(
        max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(desk, settings=chosen)
