"""Which replays a backtest needs, and where each of them lies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from include.errors import GateStop
from include.settings import Settings

@dataclass(frozen=True)
class Replay:
    """One build of one date under one set of rules. `name`: a (rules in use), b (other rules), before (a, earlier date)."""

    name: str
    as_of: date
    settings: Settings

    @property
    def warehouse(self) -> Path:
        return self.settings.warehouse


@dataclass(frozen=True)
class Plan:
    """`rules_dir` None: one replay. Otherwise three: what the facts changed since `since`, and what the rules change."""

    as_of: date
    since: date
    rules_dir: Path | None
    house: Settings

    @property
    def root(self) -> Path:
        """Scratch place of this backtest: private warehouses, removed at the end."""
        return self.house.work / "backtest" / self.as_of.isoformat()

    @property
    def target(self) -> Path:
        """Where the result stays."""
        return self.house.report / "backtest" / self.as_of.isoformat()

    @property
    def replays(self) -> list[Replay]:
        if self.rules_dir is None:
            return [self._replay("a", self.as_of, self.house.rules_dir)]
        return [
            self._replay("a", self.as_of, self.house.rules_dir),
            self._replay("before", self.since, self.house.rules_dir),
            self._replay("b", self.as_of, self.rules_dir),
        ]

    def _replay(self, name: str, as_of: date, rules_dir: Path | None) -> Replay:
        return Replay(name, as_of, replace(self.house, data_root=self.root / name, rules_dir=rules_dir))


def make(settings: Settings, as_of: date, rules_dir: Path | None = None, since: date | None = None) -> Plan:
    """Raises `GateStop` for a folder that is not there and for a comparison date that is not earlier."""
    since = since or as_of - timedelta(days=1)
    if since >= as_of:
        raise GateStop("backtest", f"比べる日 {since} は {as_of} より前にしてください。")
    if rules_dir is not None and not rules_dir.is_dir():
        raise GateStop("backtest", f"{rules_dir}: フォルダがありません。rule_*.csv を置いたフォルダを --rules に指定してください。")
    return Plan(as_of, since, rules_dir and rules_dir.resolve(), settings)


def asked(settings: Settings, params: dict[str, str | None]) -> Plan:
    """The plan of a run's params `as_of`, `rules`, `since` as text; raises `GateStop` without `as_of`."""
    if not params.get("as_of"):
        raise GateStop("backtest", "再現する業務日 as_of を YYYY-MM-DD で指定してください。")
    rules_dir, since = params.get("rules"), params.get("since")
    return make(
        settings,
        date.fromisoformat(params["as_of"]),
        Path(rules_dir) if rules_dir else None,
        date.fromisoformat(since) if since else None,
    )
