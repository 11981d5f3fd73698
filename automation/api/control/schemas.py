"""The JSON of requests and answers, as OpenAPI schemas."""

from automation.api.openapi import ID, INTEGER, NUMBER, TEXT, TIME, array, nullable, record
from automation.documents import operate
from automation.workflow.models import RunState

RUN = record(
    {
        "id": ID,
        "workflow": TEXT,
        "version": INTEGER,
        "subject": TEXT,
        "document": nullable(ID),
        "state": {"type": "string", "enum": list(RunState.values)},
        "paused": {"type": "boolean"},
        "step": TEXT,
        "queue": TEXT,
        "attempt": INTEGER,
        "waits_for": nullable({"type": "string", "description": "The signal that it waits for"}),
        "due_at": nullable({**TIME, "description": "When it goes on by itself: a retry, a timer, the end of a lease"}),
        "error": nullable(record({"step": TEXT, "code": TEXT, "message": TEXT})),
        "created_at": TIME,
        "finished_at": nullable(TIME),
    }
)
RUNS = record({"items": array(RUN), "next_cursor": nullable(TEXT)})
TRY = record({"number": INTEGER, "code": TEXT, "message": TEXT, "at": TIME, "retry_at": nullable(TIME)})
SIGNAL = record({"received_at": TIME, "payload": {"type": "object"}, "consumed": {"type": "boolean"}})
STEP = record(
    {
        "name": TEXT,
        "queue": TEXT,
        "state": {"type": "string", "enum": ["done", "skipped", "undone", "to come", *RunState.values]},
        "started_at": nullable(TIME),
        "finished_at": nullable(TIME),
        "seconds": nullable(NUMBER),
        "attempts": INTEGER,
        "waits_for": nullable(TEXT),
        "until": nullable(TIME),
        "compensated_at": nullable(TIME),
        "tries": {**array(TRY), "description": "Those that did not complete the step"},
        "signals": array(SIGNAL),
        "items": {"type": "object", "additionalProperties": INTEGER, "description": "Of a step over items, by state"},
    }
)
TIMELINE = record({"run": RUN, "steps": array(STEP)})
ACTION = record(
    {
        "action": {"type": "string", "enum": list(operate.ACTIONS)},
        "because": {"type": "string", "description": "Kept with the run; cancel and skip need one"},
        "from_step": {"type": "string", "description": "For retry: an earlier step than the one that failed"},
    },
    optional=("because", "from_step"),
)
QUEUE = record(
    {
        "name": TEXT,
        "messages": nullable({"type": "integer", "description": "Wake-ups in the broker; null while it is away"}),
        "due": INTEGER,
        "lag": {"type": "number", "description": "For how many seconds the run that is due longest waits for a worker"},
        "ready": INTEGER,
        "running": INTEGER,
        "waiting": INTEGER,
    }
)
QUEUES = record({"items": array(QUEUE)})
DOWNSTREAM = record(
    {
        "name": TEXT,
        "state": {"type": "string", "enum": ["closed", "open", "half-open"]},
        "failures": {"type": "integer", "description": "In a row"},
        "limit": {"type": "integer", "description": "So many failures open the breaker"},
        "seconds_left": {"type": "number", "description": "Until it is asked again; 0 unless it is open"},
        "fallback": {"type": "string", "description": "What happens meanwhile"},
    }
)
DOWNSTREAMS = record({"items": nullable({**array(DOWNSTREAM), "description": "null while Redis is away"})})
