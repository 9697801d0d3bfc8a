"""One generated tiny set for all tests here, read with the standard csv module only."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from include import synthetic
from include.settings import Settings
from include.synthetic.exports import LAYOUTS
from tests.conftest import settings_for

DATE = f"{synthetic.AS_OF:%Y%m%d}"


@dataclass(frozen=True)
class Tiny:
    """The tiny profile on disk."""

    config: Settings
    made: synthetic.Generated

    def path(self, source: str) -> Path:
        return self.config.landing / source / f"{LAYOUTS[source].stem}_{DATE}.csv"

    def table(self, source: str) -> list[list[str]]:
        """Header and rows as written, the 合計 footer included."""
        with self.path(source).open(encoding=LAYOUTS[source].encoding, newline="") as file:
            return list(csv.reader(file, strict=True))

    def rows(self, source: str) -> list[dict[str, str]]:
        """Data rows by header (the later of two equal headers wins), without the footer."""
        header, *rows = self.table(source)
        return [dict(zip(header, row, strict=True)) for row in rows if row[0] != "合計"]

    def truth(self, name: str) -> list[dict]:
        return pq.read_table(self.config.truth / f"{name}.parquet").to_pylist()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    config = settings_for(tmp_path_factory.mktemp("synthetic") / "data")
    return Tiny(config, synthetic.generate(config, "tiny"))
