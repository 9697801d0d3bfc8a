"""Replay of a past date: who was dormant and who would have been listed with what was known then, and what happened afterwards."""

from include.backtest.plan import Plan, Replay, asked
from include.backtest.plan import make as plan
from include.backtest.run import conclude, prepare, replay, run

__all__ = ["Plan", "Replay", "asked", "conclude", "plan", "prepare", "replay", "run"]
