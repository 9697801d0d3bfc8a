"""The only reader of environment variables: frozen paths, no business constant."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Where everything lies. All paths are absolute; none need exist yet."""

    data_root: Path
    airflow_home: Path
    contracts_dirs: tuple[Path, ...]
    rules_dir: Path | None
    as_of: date | None
    warehouse_threads: int
    warehouse_memory: str

    @property
    def landing(self) -> Path:
        return self.data_root / "landing"

    @property
    def archive(self) -> Path:
        return self.data_root / "archive"

    @property
    def rejected(self) -> Path:
        return self.data_root / "rejected"

    @property
    def warehouse(self) -> Path:
        return self.data_root / "warehouse" / "warehouse.duckdb"

    @property
    def work(self) -> Path:
        return self.data_root / "work"

    @property
    def serving(self) -> Path:
        return self.data_root / "serving"

    @property
    def outbox(self) -> Path:
        return self.data_root / "outbox"

    @property
    def report(self) -> Path:
        return self.data_root / "report"

    @property
    def data_docs(self) -> Path:
        return self.data_root / "data_docs"

    @property
    def dbt_target(self) -> Path:
        """dbt's parse cache, compiled SQL, manifest and run results."""
        return self.data_root / "dbt"

    @property
    def truth(self) -> Path:
        """Planted truth of synthetic data; no model may read it."""
        return self.data_root / "truth"

    @property
    def dbt_project(self) -> Path:
        return REPO / "dbt_project"

    @property
    def dags(self) -> Path:
        return REPO / "dags"


def load(environ: dict[str, str] | None = None) -> Settings:
    """Read the environment once. Every variable has its line in `.env.example`."""
    env = os.environ if environ is None else environ
    data_root = Path(env.get("DATA_ROOT") or REPO / "data").resolve()
    extra_contracts = env.get("CONTRACTS_DIR")
    return Settings(
        data_root=data_root,
        airflow_home=Path(env.get("AIRFLOW_HOME") or data_root / "airflow").resolve(),
        contracts_dirs=(REPO / "include" / "contracts",)
        + ((Path(extra_contracts).resolve(),) if extra_contracts else ()),
        rules_dir=Path(env["RULES_DIR"]).resolve() if env.get("RULES_DIR") else None,
        as_of=date.fromisoformat(env["OKOSHI_AS_OF"]) if env.get("OKOSHI_AS_OF") else None,
        warehouse_threads=int(env.get("OKOSHI_THREADS") or os.cpu_count() or 1),
        warehouse_memory=env.get("OKOSHI_MEMORY") or "4GB",
    )


def environment_for(data_root: Path) -> dict[str, str]:
    """This process's environment, turned to another DATA_ROOT, for a run of the front door there."""
    return {**os.environ, "DATA_ROOT": str(data_root), "AIRFLOW_HOME": str(data_root / "airflow")}
