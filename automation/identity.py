"""Primary keys that sort by time (UUID version 7, RFC 9562), so that indexes grow at their end."""

import uuid
from datetime import UTC, date, datetime, time

from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    return uuid7()


def first_id(day: date) -> uuid.UUID:
    """The smallest id that can have been made on a day (UTC) or later."""
    moment = datetime.combine(day, time(), tzinfo=UTC)
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)
