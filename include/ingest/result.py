"""What became of one source in one run."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class SourceResult:
    """What became of one source in this run; `messages` are Japanese sentences without personal data."""

    source: str
    files: int = 0
    rows_in: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    is_red: bool = False
    is_required: bool = False
    messages: list[str] = field(default_factory=list)
