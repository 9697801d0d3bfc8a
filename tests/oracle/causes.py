"""§3 in plain words: how signals of a spell become probabilities and a confidence. What a signal is, is said by the caller.

A signal names its code, its strength (A stated, B event, C pattern, D ambient), intensity 0–1, the day of its event (None: at t0,
no decay) and its family.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import exp
from statistics import mean, pstdev

STRENGTH = {"A": 3.0, "B": 1.5, "C": 0.7, "D": 0.3}
DECAY_DAYS, MIN_EVIDENCE, AFTER_DORMANT = 90, 0.7, 30
ABRUPT_EVENT, ABRUPT_FORGOTTEN, ABRUPT_CV, ABRUPT_SILENCE = 1.3, 0.5, 0.3, 3
HIGH, MEDIUM = 0.5, 0.35
# nobody bought yet often enough to have a rhythm: the category's gap
CATEGORY_GAP = 60


@dataclass(frozen=True)
class Signal:
    code: str
    strength: str
    intensity: float = 1.0
    on: date | None = None
    family: str = ""


@dataclass(frozen=True)
class Cause:
    code: str
    probability: float
    confidence: str


def expected_on(last_order_on: date, g: float | None) -> date:
    """t0, the expected next purchase: last + g."""
    return last_order_on + timedelta(days=round(CATEGORY_GAP if g is None else g))


def is_abrupt(gaps: list[int], silence_days: int, median_gap: float) -> bool:
    """The last 3 gaps vary by a coefficient <= 0.3, then silence of >= 3 medians."""
    last = gaps[-3:]
    return len(last) == 3 and pstdev(last) / mean(last) <= ABRUPT_CV and silence_days >= ABRUPT_SILENCE * median_gap


def rank(signals: list[Signal], t0: date, dormant_on: date, abrupt: bool = False) -> list[Cause]:
    """Codes with their probability among all codes with a signal and UNKNOWN, the likeliest three first."""
    # only events before dormant_on + 30 days
    counted = [s for s in signals if s.on is None or s.on < dormant_on + timedelta(days=AFTER_DORMANT)]
    if not any(STRENGTH[s.strength] * s.intensity >= MIN_EVIDENCE for s in counted):
        return [Cause("UNKNOWN", 1.0, "low")]
    families: dict[tuple[str, str], float] = {}
    for s in counted:
        key = (s.code, s.family)  # one family counts once, with its strongest signal
        families[key] = max(families.get(key, 0), weight(s, t0, abrupt))
    scores = {"UNKNOWN": 0.0}
    for (code, _), w in families.items():
        scores[code] = scores.get(code, 0.0) + w
    total = sum(exp(score) for score in scores.values())
    strongest = {code: max(STRENGTH[s.strength] for s in counted if s.code == code) for code in scores if code != "UNKNOWN"}
    order = sorted(strongest, key=lambda code: (-round(exp(scores[code]) / total, 9), -strongest[code], code))
    return [Cause(code, exp(scores[code]) / total, confidence(exp(scores[code]) / total, strongest[code])) for code in order[:3]]


def weight(signal: Signal, t0: date, abrupt: bool) -> float:
    """w = strength × intensity × exp(−|t_event − t0| / 90); abrupt: B signals × 1.3, FOR_* × 0.5."""
    away = 0 if signal.on is None else abs((signal.on - t0).days)
    factor = ABRUPT_EVENT if abrupt and signal.strength == "B" else 1.0
    factor *= ABRUPT_FORGOTTEN if abrupt and signal.code.startswith("FOR_") else 1.0
    return STRENGTH[signal.strength] * signal.intensity * exp(-away / DECAY_DAYS) * factor


def confidence(probability: float, strongest: float) -> str:
    """high from .5 with an A or B signal, medium from .35, else low."""
    if probability >= HIGH and strongest >= STRENGTH["B"]:
        return "high"
    return "medium" if probability >= MEDIUM else "low"
