"""A workflow as data: steps in order, each naming the function that runs it by its dotted path."""

import hashlib
from dataclasses import asdict, dataclass, field
from typing import Any

import cel
import rfc8785
from django.utils.module_loading import import_string

from automation.errors import Invalid
from automation.workflow.models import Definition
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


def parse(name: str, body: dict[str, Any]) -> Workflow:
    """The workflow that a stored definition describes."""
    steps = tuple(Step(**{**step, "retry": Retry(**step["retry"])}) for step in body["steps"])
    return Workflow(name, steps, body["on_failure"])


def check(workflow: Workflow) -> None:
    """Raise `Invalid` naming the step and the reason: unknown function, name used twice, condition that is no CEL."""
    names = [step.name for step in workflow.steps]
    if not names:
        raise Invalid(f"{workflow.name}: a workflow needs a step")
    for position, step in enumerate(workflow.steps):
        if names.index(step.name) != position:
            raise Invalid(f"{workflow.name}, step {step.name}: the name is used twice")
        for path in filter(None, (step.function, step.compensate)):
            try:
                import_string(path)
            except ImportError as error:
                raise Invalid(f"{workflow.name}, step {step.name}: {error}") from error
        for expression in filter(None, (step.when, step.each)):
            try:
                cel.compile(expression)
            except ValueError as error:
                raise Invalid(f"{workflow.name}, step {step.name}: condition {expression!r}: {error}") from error


def publish(workflow: Workflow) -> Definition:
    """Store the workflow as a new version, or return the newest one when it says the same. Versions never change."""
    check(workflow)
    body = workflow.body()
    digest = hashlib.sha256(rfc8785.dumps(body)).hexdigest()
    newest = Definition.objects.filter(name=workflow.name).order_by("-version").first()
    if newest is not None and newest.digest == digest:
        return newest
    return Definition.objects.create(
        name=workflow.name, version=newest.version + 1 if newest else 1, body=body, digest=digest
    )


_loaded: dict[tuple[int, str], Workflow] = {}


def load(definition_id: int, digest: str) -> Workflow:
    """A published workflow. Versions never change, so each process parses one once."""
    if (definition_id, digest) not in _loaded:
        stored = Definition.objects.get(pk=definition_id, digest=digest)
        _loaded[definition_id, digest] = parse(stored.name, stored.body)
    return _loaded[definition_id, digest]


def function(path: str) -> StepFunction:
    """The step function at a dotted path; ImportError where a recorded name no longer exists."""
    found: StepFunction = import_string(path)
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
