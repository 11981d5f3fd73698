"""How long a page of a list may be."""

from automation.errors import Invalid

MAX_PAGE = 200


def page_size(limit: str) -> int:
    """The number a `limit` parameter asks for, 50 where it is empty. Raises Invalid."""
    if not limit:
        return 50
    if not (limit.isascii() and limit.isdigit() and len(limit) < 5 and 1 <= int(limit) <= MAX_PAGE):
        raise Invalid(f"limit must be a number from 1 to {MAX_PAGE}.")
    return int(limit)
