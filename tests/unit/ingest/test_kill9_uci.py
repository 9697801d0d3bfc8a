"""The real daily files shuffled, each twice, with kill -9 before, in and after the commit, equal a clean run."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.conftest import REAL_DATA, cli_environment
from tests.unit.ingest.conftest import House, build_house, open_the_gate

SOURCE = "uci_online_retail"
AS_OF = date(2011, 7, 1)
# loads the source and kills itself when the named function is called for the n-th time
CHILD = f"""
import os, signal, sys
from datetime import date
from include import ingest, settings
from include.ingest import ledger, read, rejected, storage
from include.quality import batch
batch.check_batch = lambda *_: batch.BatchVerdict({{}}, [])
name, after = sys.argv[1], int(sys.argv[2])
module = {{"read": read, "record": ledger, "regenerate": rejected, "remove": storage}}[name]
real, calls = getattr(module, name), []
def dies(*arguments):
    calls.append(1)
    if len(calls) > after:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments)
setattr(module, name, dies)
ingest.load_source(settings.load(), "{SOURCE}", date.fromisoformat("{AS_OF}"), f"run_{{name}}")
"""

pytestmark = pytest.mark.real_data


def killed(house: House, name: str, after: int) -> None:
    environment = cli_environment(house.settings.data_root)
    child = subprocess.run([sys.executable, "-c", CHILD, name, str(after)], env=environment, capture_output=True)
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()


def deliver(house: House, files: list[tuple[str, Path]]) -> None:
    for name, path in files:
        house.put(SOURCE, name, path.read_bytes())


def count(house: House) -> int:
    return house.rows("select count(*) from raw.order_lines")[0][0]


@pytest.fixture(scope="module")
def clean(tmp_path_factory) -> House:
    house = build_house(tmp_path_factory.mktemp("clean"))
    paths = sorted((REAL_DATA / "online_retail_2010-12_2011-06").glob("*.csv"))
    deliver(house, [(path.name, path) for path in paths])
    with pytest.MonkeyPatch.context() as patch:
        open_the_gate(patch)
        assert not house.load(SOURCE, AS_OF).is_red
    return house


def test_real_files_shuffled_each_twice_with_kills_equal_the_clean_run(clean: House, house: House):
    paths = sorted((REAL_DATA / "online_retail_2010-12_2011-06").glob("*.csv"))
    files = [(name, path) for path in paths for name in (path.name, f"{path.stem} (1).csv")]
    assert len(files) == 334
    random.Random(7).shuffle(files)

    deliver(house, files[:200])
    killed(house, "read", 60)
    killed(house, "record", 80)  # inside the transaction
    assert count(house) == 0
    deliver(house, files[200:])
    killed(house, "regenerate", 0)  # right after the commit
    assert count(house) == count(clean)
    killed(house, "remove", 100)
    house.load(SOURCE, AS_OF)

    assert house.landing() == []
    connection = duckdb.connect()
    connection.execute(f"attach '{house.settings.warehouse}' as a (read_only)")
    connection.execute(f"attach '{clean.settings.warehouse}' as b (read_only)")
    # a copy's name may come first, and with it its place among the deliveries of its day
    same = "* exclude (source_file, delivery_id, delivery_sequence)"
    for entity in ("orders", "order_lines"):
        for one, other in (("a", "b"), ("b", "a")):
            differing = f"select {same} from {one}.raw.{entity} except all select {same} from {other}.raw.{entity}"
            assert connection.execute(f"select count(*) from ({differing})").fetchone() == (0,)
    books = "select delivered_sha256, business_date, rows_in, rows_loaded, rows_rejected from {}.ops.file_ledger order by 1"
    assert connection.execute(books.format("a")).fetchall() == connection.execute(books.format("b")).fetchall()
