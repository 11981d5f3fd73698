"""Every error this package raises on purpose.

    CountersignError            code, message for a person, retryable
    ├── Refused                 an incoming file was not taken (HTTP 4xx); nothing was stored but the audit event
    │   ├── TooLarge
    │   ├── UnsupportedType
    │   └── Empty
    ├── Conflict                the state is not what the caller thought (HTTP 409)
    │   └── Stale               somebody else changed it first
    ├── NotAllowed              this person may not do this (HTTP 403)
    ├── Invalid                 a value cannot be understood (HTTP 422)
    ├── TemporaryFailure        retryable: a downstream did not answer as it should (HTTP 503)
    │   └── Busy                more waits for a worker than is good; the sender comes again later
    └── PermanentFailure        trying again will not help; a person must look

`code` is stable and documented (docs/api.md); the API derives its problem+json from these.
"""


class CountersignError(Exception):
    code = "error"
    retryable = False
    status = 500
    retry_after = 0.0  # seconds; sooner is of no use
    counts = True  # whether it uses up one of a step's attempts

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class Refused(CountersignError):
    code = "refused"
    status = 422


class TooLarge(Refused):
    code = "too_large"
    status = 413


class UnsupportedType(Refused):
    code = "unsupported_type"
    status = 415


class Empty(Refused):
    code = "empty"


class Conflict(CountersignError):
    code = "conflict"
    status = 409


class Stale(Conflict):
    code = "stale"


class NotAllowed(CountersignError):
    code = "not_allowed"
    status = 403


class Invalid(CountersignError):
    code = "invalid"
    status = 422


class TemporaryFailure(CountersignError):
    code = "temporary_failure"
    retryable = True
    status = 503

    def __init__(self, message: str, *, code: str | None = None, retry_after: float = 0.0) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class Busy(TemporaryFailure):
    code = "busy"
    counts = False


class PermanentFailure(CountersignError):
    code = "permanent_failure"
