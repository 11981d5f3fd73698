"""Of two readings of a description: codes and units in front are too much, a lost beginning is too little."""

import pytest

from inference.extraction.descriptions import better


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Article no.: VF-4498 Cleaning fluid", "Cleaning fluid", True),
        ("Stk Keramikfliesen groß", "Keramikfliesen groß", True),
        ("1 30.09.2013", "Wirkarbeit", True),
        ("premium", "Memoria USB premium", True),
        ("Cleaning fluid", "VF-4498 Cleaning fluid", False),
        ("[FURN_7777] Office chair", "Office chair", False),
        ("*987123* Olive oil", "Olive oil", False),
        ("Amazing Elastic Cloud", "Cloud", False),
        ("Oak table with drawers", "Oak table", False),
        ("Oak table", "Oak table with drawers", False),
        ("Oak table", "12", False),
        ("Oak table", "Chair", False),
        ("Oak table", "", False),
        ("", "Oak table", True),
    ],
)
def test_the_beginning_decides(one: str, other: str, expected: bool) -> None:
    assert better(one, other) is expected
