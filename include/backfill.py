"""A range of business dates built in one command: every day its snapshot and its place in the history, lists for the last day only."""

from __future__ import annotations

from datetime import date, timedelta

from include import orchestration, publish, stages, warehouse
from include.errors import GateStop
from include.settings import Settings


def run(settings: Settings, first: date, last: date) -> int:
    """Take what lies in landing, build every day of [first, last] ascending, skip what is done. Returns the exit code.

    A day before the last gets no list: nobody can carry out yesterday's list, and whom it named would count as contacted.
    The last day is an ordinary run. Where newer days exist already, the newest of them is built again at the end, so that
    warehouse, snapshot and report stand where they stood, with the backfilled months in their history.
    """
    if last < first:
        raise GateStop("backfill", f"期間が逆です: {first} から {last}。--from は --to 以前の日にしてください。")
    run_id = f"backfill__{first}__{last}"
    with warehouse.exclusive(settings):
        stages.close_killed(settings)
        stages.ingest_all(settings, last, run_id)
        newest = max(last, publish.current_as_of(settings) or last)
        for day in _days(first, min(last, newest - timedelta(days=1))):
            _build_day(settings, day, run_id)
        return orchestration.run_chain(settings, newest)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _build_day(settings: Settings, day: date, run_id: str) -> None:
    if stages.is_served(settings, day):
        stages.say("backfill", f"{day}: 済んでいます")
        return
    stages.build_whole(settings, day, run_id)
    stages.gate_lists(settings, day, run_id)
    stages.serve(settings, day, run_id)
    stages.say("backfill", f"{day}: 状態と断面を作りました。過去の日なのでリストは作りません")
