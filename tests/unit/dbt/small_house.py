"""The project's models on a small DuckDB without dbt: a model and everything it reads, in a second instead of a build."""

from __future__ import annotations

import csv
import functools
import importlib.util
import io
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import yaml

from include.contracts.load import canonical
from include.warehouse import OPS_DDL
from tests.unit.dbt import rendered
from tests.unit.dbt.rendered import PROJECT, read


@functools.cache
def _files() -> dict[str, Path]:
    """Name -> file of every model and seed."""
    models = [path for ending in ("sql", "py") for path in (PROJECT / "models").rglob(f"*.{ending}")]
    return {path.stem: path for path in [*models, *(PROJECT / "seeds").rglob("*.csv")]}


@functools.cache
def _seed_types() -> dict[str, dict[str, str]]:
    declared = [yaml.safe_load(path.read_text(encoding="utf-8"))["seeds"] for path in (PROJECT / "seeds").rglob("*.yml")]
    return {seed["name"]: seed["config"]["column_types"] for seeds in declared for seed in seeds}


class _Dbt:
    """What a Python model sees of dbt."""

    def __init__(self, house: SmallHouse):
        self.ref = house.connection.table

    def config(self, **_: object) -> None:
        """Materialisation is dbt's own matter."""


class SmallHouse:
    """Models of the project over raw rows; each model is built once, when it is asked for."""

    def __init__(self, as_of: date, connection: duckdb.DuckDBPyConnection | None = None):
        self.as_of = as_of
        self.connection = connection or raw_tables()
        self.renderer = rendered.renderer(str(as_of))
        self.built: set[str] = set()

    def insert(self, entity: str, rows: list[dict]) -> None:
        """Append rows to raw.<entity>, each with the columns it names; what it does not say is NULL, its system `ec`."""
        for row in rows:
            row = {"source_system": "ec", **row}
            marks = ", ".join("?" * len(row))
            self.connection.execute(f"insert into raw.{entity} ({', '.join(row)}) values ({marks})", list(row.values()))

    def seed(self, name: str, rows: list[dict]) -> None:
        """Append rows to a seed of the project."""
        self.build(name)
        for row in rows:
            marks = ", ".join("?" * len(row))
            self.connection.execute(f"insert into {name} ({', '.join(row)}) values ({marks})", list(row.values()))

    def rows(self, sql: str, *models: str) -> list[tuple]:
        """The answer to `sql` over `models`, which are built first."""
        for model in models:
            self.build(model)
        return self.connection.execute(sql).fetchall()

    def build(self, name: str) -> None:
        if name in self.built:
            return
        self.built.add(name)
        path = _files()[name]
        {".sql": self._sql, ".py": self._python, ".csv": self._csv}[path.suffix](name, path)

    def _sql(self, name: str, path: Path) -> None:
        sql, parents = self.renderer.model(read(path))
        for parent in parents:
            self.build(parent)
        self.connection.execute(f"create or replace table {name} as {sql}")

    def _python(self, name: str, path: Path) -> None:
        text = read(path)
        for parent in rendered.refs_of_python(text):
            self.build(parent)
        spec = importlib.util.spec_from_loader(name, loader=None)
        module = importlib.util.module_from_spec(spec)
        exec(compile(text, str(path), "exec"), module.__dict__)  # noqa: S102  the project's own file
        found = module.model(_Dbt(self), self.connection)  # noqa: F841  read by the next line
        self.connection.execute(f"create or replace table {name} as select * from found")

    def _csv(self, name: str, path: Path) -> None:
        header, *lines = csv.reader(io.StringIO(read(path)))
        types = _seed_types()[name]
        self.connection.execute(f"create or replace table {name} ({', '.join(f'{c} {types[c]}' for c in header)})")
        if lines:
            cells = [pa.array([cell or None for cell in column], pa.string()) for column in zip(*lines, strict=True)]
            rows = pa.table(cells, names=header)  # noqa: F841  read by the next line
            self.connection.execute(f"insert into {name} select * from rows")


def delivered(warehouse: Path, as_of: date) -> SmallHouse:
    """A house over what was loaded into a warehouse; the file is left alone."""
    connection = duckdb.connect()
    connection.execute(f"attach '{warehouse}' as loaded (read_only)")
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'loaded' and schema_name in ('raw', 'ops')"
    ).fetchall()
    connection.execute("create schema raw; create schema ops")
    for schema, table in tables:
        connection.execute(f"create table {schema}.{table} as select * from loaded.{schema}.{table}")
    connection.execute("detach loaded")
    return SmallHouse(as_of, connection)


def raw_tables() -> duckdb.DuckDBPyConnection:
    """An empty warehouse in memory."""
    connection = duckdb.connect()
    connection.execute(OPS_DDL)
    definition = canonical()
    for entity in definition.entities.values():
        columns = [*entity.columns.values(), *definition.meta.values()]
        typed = ", ".join(f'"{column.name}" {definition.sql_type(column)}' for column in columns)
        connection.execute(f"create table raw.{entity.name} ({typed})")
    return connection
