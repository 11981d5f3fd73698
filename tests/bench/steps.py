"""A workflow of five trivial steps, and one that waits."""

import time

from automation.workflow.definition import Step, Workflow
from automation.workflow.results import Context, Done, Waiting


def trivial(context: Context) -> Done:
    before = context.outputs.get(f"s{int(context.step[1:]) - 1}", {"value": context.input.get("value", 0)})
    return Done({"value": before["value"] + 1})


def gate(context: Context) -> Done | Waiting:
    return Done() if context.signals else Waiting(for_signal=context.step)


def hang_once(context: Context) -> Done:
    """Takes longer than anybody waits, the first time."""
    if context.attempt == 1:
        time.sleep(300)
    return Done()


FIVE = Workflow("five", tuple(Step(f"s{n}", "tests.bench.steps.trivial") for n in range(1, 6)))
GATED = Workflow("gated", (Step("gate", "tests.bench.steps.gate"),))
HANGING = Workflow("hanging", (Step("hang", "tests.bench.steps.hang_once", timeout=600),))
