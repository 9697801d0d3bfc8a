"""A rebuild tells all that was loaded, or refuses by name what it would leave out, and says what to do."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date

import pytest

from include import ingest
from include.errors import GateStop
from include.files import sha256
from include.ingest import run, storage
from include.publish import history
from tests.unit.ingest.conftest import AS_OF, House, orders_csv
from tests.unit.ingest.test_own_lists import ROW

NAME = "受注_20240402.csv"


def lived(house: House) -> list[tuple]:
    for day in (1, 2, 3):
        house.put("shop", f"受注_2024040{day}.csv", orders_csv([day]))
    house.load()
    return house.table("orders")


def slip_of(house: House, name: str = NAME):
    [(delivery_id,)] = house.rows(f"select delivery_id from ops.file_ledger where file_name = '{name}'")
    return storage.slip_path(house.settings, "shop", delivery_id)


def archived(house: House, name: str = NAME):
    [(sha,)] = house.rows(f"select stored_sha256 from ops.file_ledger where file_name = '{name}'")
    return storage.archive_path(house.settings, sha, ".csv")


def test_an_archived_file_without_its_slip_is_refused_by_name_and_the_advice_works(house: House):
    before = lived(house)
    slip_of(house).unlink()
    with pytest.raises(GateStop) as stop:
        ingest.rebuild(house.settings, AS_OF, "again")
    inside = archived(house).relative_to(house.settings.data_root)
    assert f"倉庫は元のままです: {inside} (shop/{NAME})。" in stop.value.message
    assert house.table("orders") == before

    [target] = re.findall(r"archive/ から (landing/\S+) へ移し", stop.value.message)
    (house.settings.data_root / target).parent.mkdir(parents=True, exist_ok=True)
    shutil.move(archived(house), house.settings.data_root / target)
    ingest.rebuild(house.settings, AS_OF, "again")
    assert len(house.table("orders")) == 2
    house.put("shop", NAME, (house.settings.data_root / target).read_bytes())
    house.load()
    assert house.table("orders") == before


def test_an_archive_without_slips_is_refused_when_there_is_no_warehouse_either(house: House):
    lived(house)
    shutil.rmtree(house.settings.archive / "deliveries")
    house.settings.warehouse.unlink()
    with pytest.raises(GateStop, match=r"archive/[0-9a-f]{2}/[0-9a-f]{64}\.csv \(<取込元>/<元のファイル名>\)"):
        ingest.rebuild(house.settings, AS_OF, "again")
    assert not house.settings.warehouse.exists()


def test_a_slip_and_its_file_that_are_both_gone_are_missed(house: House):
    before = lived(house)
    path = archived(house)
    slip_of(house).unlink()
    path.unlink()
    with pytest.raises(GateStop, match=f"shop/{NAME}"):
        ingest.rebuild(house.settings, AS_OF, "again")
    assert house.table("orders") == before


def test_the_message_names_three_files_and_counts_the_others(house: House):
    for day in range(1, 6):
        house.put("shop", f"受注_2024040{day}.csv", orders_csv([day]))
    house.load()
    shutil.rmtree(house.settings.archive / "deliveries")
    with pytest.raises(GateStop, match="ほか 2 件"):
        ingest.rebuild(house.settings, AS_OF, "again")


def test_what_a_killed_run_left_in_the_archive_holds_no_rebuild_back(house: House, monkeypatch):
    before = lived(house)
    house.put("shop", "受注_20240404.csv", orders_csv([4]))
    with monkeypatch.context() as patch:
        patch.setattr(run.commit, "commit", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            house.load()
    new = {path for path in (house.settings.archive / "deliveries" / "shop").glob("*.json") if "受注_20240404" in path.read_text()}
    for path in new:
        path.unlink()  # killed between the file and its slip
    ingest.rebuild(house.settings, AS_OF, "again")
    assert house.table("orders") == before
    house.load()
    assert len(house.table("orders")) == 4


def test_a_slip_of_an_earlier_release_is_still_read(house: House):
    before = lived(house)
    for path in (house.settings.archive / "deliveries").rglob("*.json"):
        slip = json.loads(path.read_text())
        path.write_text(json.dumps({key: slip[key] for key in slip if key not in ("encoding", "corrects")}))
    house.settings.warehouse.unlink()
    ingest.rebuild(house.settings, AS_OF, "again")
    assert house.table("orders") == before


def test_an_encoding_that_only_a_manifest_told_is_remembered(house: House):
    text = orders_csv([1]).replace("商品1", "表")
    path = house.put("shop", "受注_20240401.csv", text.encode("iso2022_jp"))
    path.with_name(f"{path.name}.manifest.json").write_text('{"encoding": "iso2022_jp"}')
    assert not house.load().is_red
    before = house.table("order_lines")
    house.settings.warehouse.unlink()
    ingest.rebuild(house.settings, AS_OF, "again")
    assert house.table("order_lines") == before


def test_the_history_of_our_own_lists_is_restored_from_the_archive_alone(house: House):
    day = date(2024, 4, 10)
    rows = [ROW, ROW | {"person_id": "p_2", "list_id": None, "list_row_id": None, "cell": "holdout", "channel": None}]
    house.put("okoshi_lists", history.path_of(house.settings, day).name, history.render(rows, {ROW["list_id"]: "ab" * 32}, day))
    assert not house.load("okoshi_lists", day).is_red
    before = house.table("list_rows")
    assert len(before) == 2
    shutil.rmtree(house.settings.warehouse.parent)
    ingest.rebuild(house.settings, date(2025, 1, 1), "again")
    assert house.table("list_rows") == before
    assert house.rows("select known_at::varchar from ops.file_ledger") == [("2024-04-10 23:59:59",)]


def test_a_rebuild_reads_the_rewritten_file_and_never_the_one_delivered(house: House):
    """An erasure rewrote the archive: the slip's stored sum names the file, the delivered one only recognises it."""
    lived(house)
    path, slip = archived(house), slip_of(house)
    rewritten = path.read_text().replace(",17,", ",,").encode()
    sha = sha256(rewritten)
    target = storage.archive_path(house.settings, sha, ".csv")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(rewritten)
    path.unlink()
    slip.write_text(json.dumps(json.loads(slip.read_text()) | {"stored_sha256": sha}))
    house.settings.warehouse.unlink()
    ingest.rebuild(house.settings, AS_OF, "again")
    assert house.rows("select party_id from raw.orders where order_id = '2'") == [(None,)]
    assert house.rows(f"select delivered_sha256 <> stored_sha256, stored_sha256 = '{sha}' from ops.file_ledger where file_name = '{NAME}'") == [
        (True, True)
    ]
    house.put("shop", NAME, orders_csv([2]))
    assert "取り込み済み" in house.load().messages[0]
