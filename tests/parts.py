"""Parts of a machine that some tests need and not every machine has."""

import os

import pytest


def need(present: object, how_to_get_it: str) -> None:
    """Skip the test and say why where a part is missing; with CI=true a missing part is a failure."""
    if present:
        return
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"missing, and CI must run this: {how_to_get_it}")
    pytest.skip(how_to_get_it)
