"""Which sources have files to take."""

from __future__ import annotations

import time
from datetime import date

from include.ingest import deliveries, limits
from include.settings import Settings


def scan(settings: Settings, as_of: date, only: str | None = None, wait: bool = True) -> list[str]:
    """Sources with settled files, by name; `only` limits it to one.

    Files that somebody has just put there are waited for once, at most the rule's settle time, so that a run started
    right after a copy takes them; what is still being written then is left for the next run.
    """
    seconds = limits.read(settings, as_of).settle_seconds
    if wait:
        _wait(settings, seconds, only)
    return [
        source
        for source, paths in sorted(deliveries.data_files(settings.landing).items())
        if only in (None, source) and any(deliveries.is_settled(path, seconds) for path in paths)
    ]


def _wait(settings: Settings, seconds: float, only: str | None) -> None:
    fresh = [
        deliveries.seconds_to_settle(path, seconds)
        for source, paths in deliveries.data_files(settings.landing).items()
        for path in paths
        if only in (None, source) and not deliveries.is_settled(path, seconds)
    ]
    if fresh:
        time.sleep(min(max(fresh), seconds))
