"""A workflow as data: steps in order, each naming the function that runs it by its dotted path."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import cel
import rfc8785
from django.db import transaction
from django.utils.module_loading import import_string

from audit.record import record
from automation.errors import Invalid
from automation.workflow.models import QUEUES, Definition, Run
from automation.workflow.results import StepFunction


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a step is tried in all, and the bounds of the backoff between tries, in seconds."""

    attempts: int = 5
    base: float = 1.0
    maximum: float = 300.0


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `when` is a CEL condition over `input` and `steps` (outputs by name); false skips the step.

    `each` is a CEL list over the same: the step runs once for every item, in parallel, with `input.item`; its output is
    {"items": [...]} in the list's order. `compensate` names the function that undoes the completed step when the run is
    cancelled or fails later.
    """

    name: str
    function: str
    queue: str = "default"
    when: str | None = None
    each: str | None = None
    retry: Retry = field(default_factory=Retry)
    timeout: float = 60.0
    compensate: str | None = None


@dataclass(frozen=True, slots=True)
class Workflow:
    """Steps in order. `on_failure` names a function `(run_id, subject, error)` called in the failing transaction."""

    name: str
    steps: tuple[Step, ...]
    on_failure: str | None = None

    def find(self, name: str) -> Step | None:
        return next((step for step in self.steps if step.name == name), None)

    def step(self, name: str) -> Step:
        """The step of this name; Invalid where a running run names one that its version does not have."""
        found = self.find(name)
        if found is None:
            raise Invalid(f"{self.name} has no step {name!r}.", code="unknown_step")
        return found

    def after(self, step: Step) -> Step | None:
        position = self.steps.index(step) + 1
        return self.steps[position] if position < len(self.steps) else None

    def body(self) -> dict[str, Any]:
        return {"steps": [asdict(step) for step in self.steps], "on_failure": self.on_failure}


def parse(name: str, body: Mapping[str, Any]) -> Workflow:
    """The workflow that a body describes. Raises Invalid naming the step and what it may not say."""
    steps = []
    for position, step in enumerate(body["steps"], start=1):
        try:
            steps.append(Step(**{**step, "retry": Retry(**step.get("retry", {}))}))
        except TypeError as error:
            raise Invalid(f"{name}, step {step.get('name', position)}: {error}", code="bad_definition") from error
    return Workflow(name, tuple(steps), body.get("on_failure"))


def check(workflow: Workflow) -> None:
    """Raise Invalid naming the step and the reason where the workflow cannot run as it says."""
    names = [step.name for step in workflow.steps]
    if not names:
        raise Invalid(f"{workflow.name}: a workflow needs a step", code="bad_definition")
    for position, step in enumerate(workflow.steps):
        for reason in _faults(step, earlier=names[:position], later=names[position:]):
            raise Invalid(f"{workflow.name}, step {step.name}: {reason}", code="bad_definition")


def _faults(step: Step, earlier: Sequence[str], later: Sequence[str]) -> Iterator[str]:
    if step.name in earlier:
        yield "the name is used twice"
    if step.queue not in QUEUES:
        yield f"no worker takes the queue {step.queue!r}"
    if step.timeout <= 0 or step.retry.attempts < 1 or not 0 < step.retry.base <= step.retry.maximum:
        yield "timeout, attempts and the bounds of the backoff are positive, the lower bound first"
    for path in filter(None, (step.function, step.compensate)):
        try:
            import_string(path)
        except ImportError as error:
            yield str(error)
    for expression in filter(None, (step.when, step.each)):
        yield from _faults_of(expression, earlier, later)
    if step.when and not cel.compile(step.when).variables() and not holds(step.when, {}):
        yield f"it is never reached: its condition {step.when!r} is always false"


def _faults_of(expression: str, earlier: Sequence[str], later: Sequence[str]) -> Iterator[str]:
    try:
        cel.compile(expression)
    except ValueError as error:
        place = re.search(r"<input>:(\d+):(\d+): (.*)", str(error))
        where = "line {}, column {}: {}".format(*place.groups()) if place else str(error)
        yield f"the condition {expression!r}, {where}"
    for named in re.finditer(r"""\bsteps\s*(?:\.\s*(\w+)|\[\s*["']([^"']*)["']\s*\])""", expression):
        name = named[1] or named[2]
        if name in later:
            yield f"the condition {expression!r} waits for step {name}, which does not come before: a circle"
        elif name not in earlier:
            yield f"the condition {expression!r} refers to step {name}, which does not exist"


def publish(workflow: Workflow, *, actor: str = "system:installation") -> Definition:
    """Store the workflow as a new version, or return the newest one when it says the same. Versions never change."""
    check(workflow)
    body = workflow.body()
    digest = hashlib.sha256(rfc8785.dumps(body)).hexdigest()
    with transaction.atomic():
        newest = Definition.objects.filter(name=workflow.name).order_by("-version").first()
        if newest is not None and newest.digest == digest:
            return newest
        version = newest.version + 1 if newest else 1
        record(
            "workflow.published",
            actor=actor,
            subject=f"workflow:{workflow.name}",
            before={"version": newest.version, "digest": newest.digest} if newest else None,
            after={"version": version, "digest": digest},
        )
        return Definition.objects.create(name=workflow.name, version=version, body=body, digest=digest)


_loaded: dict[tuple[int, str], Workflow] = {}


def load(definition_id: int, digest: str) -> Workflow:
    """A published workflow. Versions never change, so each process parses one once."""
    if (definition_id, digest) not in _loaded:
        stored = Definition.objects.get(pk=definition_id, digest=digest)
        _loaded[definition_id, digest] = parse(stored.name, stored.body)
    return _loaded[definition_id, digest]


def of(run: Run) -> Workflow:
    """The version that a run is pinned to."""
    return load(run.definition_id, run.definition.digest)


def function(path: str) -> StepFunction:
    """The step function at a dotted path; ImportError where a recorded name no longer exists."""
    found: StepFunction = import_string(path)
    return found


def listed(expression: str, variables: dict[str, Any]) -> list[Any]:
    """The list that a CEL expression gives. Raises Invalid where it is none."""
    found = evaluate(expression, variables)
    if not isinstance(found, list):
        raise Invalid(f"{expression!r} is not a list.", code="not_a_list")
    return found


def holds(condition: str, variables: dict[str, Any]) -> bool:
    """Whether a CEL condition is true of the variables."""
    return bool(evaluate(condition, variables))


def evaluate(expression: str, variables: dict[str, Any]) -> Any:
    """The value of a CEL expression. Raises Invalid where it refers to what is not there."""
    try:
        return cel.evaluate(expression, variables)
    except (ValueError, RuntimeError, TypeError) as error:
        raise Invalid(f"The condition {expression!r} cannot be evaluated: {error}", code="condition_failed") from error
