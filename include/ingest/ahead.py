"""Reading in a thread of its own, so that one core reads while the engine works on what has been read."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from include.ingest.parsed import Parsed

PIECES = 8  # how many may wait: memory for so many, and no core idle while as many are typed


def ahead(pieces: Iterator[Parsed]) -> Iterator[Parsed]:
    """The same pieces in the same order; what reading raises is raised in its place."""
    reader = ThreadPoolExecutor(1)
    try:
        coming = deque(reader.submit(next, pieces, None) for _ in range(PIECES))
        while (piece := coming.popleft().result()) is not None:
            coming.append(reader.submit(next, pieces, None))
            yield piece
    finally:
        reader.shutdown(cancel_futures=True)
