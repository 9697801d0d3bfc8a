"""duckdb-engine's dialect without transactions: a rollback before the fetch would lose the rows."""

from __future__ import annotations

from duckdb_engine import ConnectionWrapper, Dialect

from include.quality import engine


class LentDialect(Dialect):
    """Works on a read-only connection that `include.warehouse` opened; never opens a file itself."""

    supports_statement_cache = False

    def connect(self, database: str, **_) -> ConnectionWrapper:
        return ConnectionWrapper(engine.lent(database).cursor())

    def do_begin(self, connection) -> None:
        """Reading needs no transaction."""

    def do_commit(self, connection) -> None:
        """Nothing was written."""

    def do_rollback(self, connection) -> None:
        """Rows that are not yet fetched must survive."""
