"""How much one document may cost before it is refused."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for reading or rendering one document.

    The defaults let through any invoice: an A3 sheet at 600 dpi has 70 million pixels, long telephone bills 200 pages.
    """

    bytes: int = 100 * 2**20
    pages: int = 300
    pixels: int = 150_000_000  # of one picture or one rendered page
    seconds: float = 20.0  # wall clock, and processor time
    memory_mb: int = 1536  # address space of the reading process
