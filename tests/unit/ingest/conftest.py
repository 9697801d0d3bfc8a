"""A house with one source of its own, so that each test writes a file and looks at the rows."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from include import ingest, warehouse
from include.ingest import SourceResult
from include.quality import batch
from include.settings import Settings
from tests.conftest import settings_for

AS_OF = date(2024, 4, 10)
SHOP = """
source: shop
version: 1
title: 店の受注
owner: ec-team
source_system: shop
files: ["受注*.csv"]
mode: full
encoding: auto
delimiter: auto
purposes: [marketing]
currency: JPY
duplicate_headers: [送料]
max_bad_ratio: 0.5
feeds:
  - entity: orders
    grain: [注文ID]
    columns:
      order_id: {from: [注文ID, 受注番号], id_format: integer}
      party_id: {from: 会員ID, id_format: integer}
      ordered_at: {from: 受注日, aggregate: min}
      status: {from: 状態, map: {"5": shipped, "3": cancelled}}
      shipping_amount: 送料
  - entity: order_lines
    columns:
      order_id: {from: [注文ID, 受注番号], id_format: integer}
      line_no: {row_number: true}
      line_type: {const: goods}
      product_name: 商品名
      qty: 個数
      unit_price: 価格
      net_amount: {product: [価格, 個数]}
"""
HEADER = "注文ID,会員ID,受注日,状態,商品名,価格,個数"
ROW = "1,17,2024-04-01 10:00:00,5,表示ソ能,100,2"
# bookkeeping that may differ between two ways to the same rows
LINEAGE = ("delivery_sequence",)


@dataclass
class House:
    settings: Settings

    def put(self, source: str, name: str, content: str | bytes, encoding: str = "utf-8", settled: bool = True) -> Path:
        """Lay a file into landing, as old as the settle rule asks."""
        path = self.settings.landing / source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        if settled:
            os.utime(path, (0, 0))
        return path

    def load(self, source: str = "shop", as_of: date = AS_OF, run_id: str = "run") -> SourceResult:
        return ingest.load_source(self.settings, source, as_of, run_id)

    def rows(self, sql: str) -> list[tuple]:
        with warehouse.reader(self.settings) as connection:
            return connection.execute(sql).fetchall()

    def table(self, entity: str) -> list[tuple]:
        """All rows of a raw table in a fixed order, without arrival bookkeeping."""
        return self.rows(f"select * exclude ({', '.join(LINEAGE)}) from raw.{entity} order by all")

    def landing(self) -> list[str]:
        return sorted(path.name for path in self.settings.landing.rglob("*") if path.is_file())

    def kept(self, source: str = "shop") -> list[str]:
        return sorted(path.name for path in (self.settings.rejected / source / "files").glob("*"))


def orders_csv(days: Iterable[int], header: str = HEADER) -> str:
    lines = [f"{day},17,2024-04-{day:02d} 10:00:00,5,商品{day},100,{day}" for day in days]
    return "\n".join([header, *lines]) + "\n"


def build_house(tmp_path: Path) -> House:
    contracts = tmp_path / "contracts"
    contracts.mkdir(parents=True)
    (contracts / "shop.v1.yml").write_text(SHOP, encoding="utf-8")
    made = House(settings_for(tmp_path / "data", CONTRACTS_DIR=str(contracts)))
    ingest.prepare(made.settings)
    return made


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An empty DATA_ROOT with the source `shop`."""
    return build_house(tmp_path)


def open_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "check_batch", lambda *_: batch.BatchVerdict({}, []))


@pytest.fixture(autouse=True)
def open_gate(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The batch gate has tests of its own; here it passes unless a test asks for the real one."""
    if "real_gate" not in request.fixturenames:
        open_the_gate(monkeypatch)


@pytest.fixture
def real_gate() -> None:
    """Ask for Great Expectations itself."""
