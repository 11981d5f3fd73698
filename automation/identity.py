"""Primary keys that sort by time (UUID version 7, RFC 9562), so that indexes grow at their end."""

import uuid

from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    return uuid7()
