"""Many documents at once: one pass of the network over several, for backlogs, evaluation and replays."""

from collections.abc import Iterable, Iterator
from itertools import islice

from inference.extraction import learned, rules
from inference.extraction.combine import combine
from inference.extraction.legible import as_legible
from inference.extraction.level import laid, levelled
from inference.types import Extraction, Reading

SIZE = 8  # more in a pass is no quicker on a processor: it no longer fits its caches


def extract_all(readings: Iterable[Reading], size: int = SIZE) -> Iterator[Extraction]:
    """What `combine.extract` says of each, in order, without memory. Raises `learned.WeightsUnavailable`."""
    waiting = iter(readings)
    while chunk := list(islice(waiting, size)):
        level = [levelled(reading) for reading in chunk]
        models = learned.extract_with(learned.shipped(), [straight for straight, _ in level])
        for reading, (straight, lies), model in zip(chunk, level, models, strict=True):
            yield as_legible(laid(combine(rules.extract(straight), model), lies), reading)
