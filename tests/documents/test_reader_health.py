"""Damaged weights are told to whoever watches the installation."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from django.test import Client

from inference.extraction import weights

pytestmark = pytest.mark.django_db


@pytest.fixture
def damaged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """As if the last byte of the weights that ship had been lost."""
    card = Path(shutil.copy(weights.CARD, tmp_path))
    whole = (weights.CARD.parent / "reader.safetensors").read_bytes()
    (tmp_path / "reader.safetensors").write_bytes(whole[:-1])
    monkeypatch.setattr(weights, "checked", partial(weights.checked, card))
    weights.problem.cache_clear()
    yield
    weights.problem.cache_clear()


def test_whole_weights_are_no_problem(client: Client) -> None:
    weights.problem.cache_clear()
    assert client.get("/healthz").json()["reader_problem"] == ""


def test_damaged_weights_are_a_warning_and_no_failure(client: Client, damaged: None) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200 and "SHA-256 differs" in answer.json()["reader_problem"]
