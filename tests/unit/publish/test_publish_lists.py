"""Law 4: a delivered list is frozen, whole, remembered and read back."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from lists_house import CAMPAIGN, DAY, PEOPLE, exposures, list_id

from include import files, warehouse
from include.errors import GateStop
from include.publish import lists, outbox, recover
from include.publish import preview as preview_lists

NEXT = DAY + timedelta(days=1)


def test_every_channel_gets_a_whole_list_with_private_files(house):
    house.fill(PEOPLE)
    result = house.publish()
    assert {item.channel: (item.rows, item.state) for item in result.lists} == {
        "dm": (2, "written"), "email": (2, "written"), "phone": (0, "written"),
    }  # fmt: skip
    manifest = json.loads((house.directory("dm") / "manifest.json").read_text())
    assert manifest["campaign_id"] == CAMPAIGN and manifest["waterfall"] == {"universe_count": 1000}
    assert manifest["files"][0]["sha256"] == files.sha256_of(house.vendor_file("dm"))
    modes = {path.stat().st_mode & 0o777 for path in house.directory("dm").iterdir()}
    assert modes == {0o600}


def test_the_vendor_file_has_the_profile_of_its_exposure(house):
    house.fill(PEOPLE)
    house.publish()
    dm = house.vendor_file("dm").read_bytes()
    assert dm.decode("cp932").split("\r\n")[1] == '"r_dm_p_1","神﨑 髙子","090-1234-5678","100-0001"'
    assert house.vendor_file("email").read_bytes().startswith(b"\xef\xbb\xbf")
    assert "𠮷田" in house.vendor_file("email").read_text("utf-8-sig")


def test_norm_N03_a_changed_letter_is_in_the_manifest_and_not_silent(house):
    house.fill(PEOPLE)
    result = house.publish()
    report = json.loads((house.directory("dm") / "manifest.json").read_text())["encoding_report"]
    assert report == [
        {"list_row_id": "r_dm_p_2", "column": "printed_name", "codepoint": "U+9DD7", "replacement": "鴎"}
    ]
    assert any("1 文字を代わりの文字" in message for message in result.messages)


def test_an_empty_list_is_written_with_its_header_and_a_warning(house):
    house.fill(PEOPLE)
    result = house.publish()
    assert house.vendor_file("phone").read_bytes().decode("cp932") == "管理番号,氏名,電話番号,郵便番号\r\n"
    assert f"リスト {list_id('phone')} は 0 件です。" in result.messages


def test_the_same_input_again_leaves_every_byte_and_verifies(house):
    house.fill(PEOPLE)
    house.publish()
    before = house.tree()
    result = house.publish()
    assert house.tree() == before
    assert {item.state for item in result.lists} == {"verified"}


def test_the_history_tells_listed_and_held_out_without_personal_data(house):
    house.fill(PEOPLE)
    house.publish()
    text = house.history().read_text()
    rows = {row["person_id"]: row for row in csv.DictReader(io.StringIO(text))}
    assert sorted(rows) == ["p_1", "p_2", "p_3", "p_4", "p_h1"]
    assert rows["p_1"]["list_sha256"] == files.sha256_of(house.vendor_file("dm"))
    assert (rows["p_h1"]["cell"], rows["p_h1"]["list_id"], rows["p_h1"]["list_sha256"]) == ("holdout", "", "")
    assert {row["known_at"] for row in rows.values()} == {"2024-04-02 00:00:00"}
    assert "佐藤" not in text and "example.com" not in text and "9012345678" not in text


def test_a_rerun_after_the_history_was_loaded_leaves_landing_clean(house):
    house.fill(PEOPLE)
    house.publish()
    house.load_history()
    house.publish()
    assert not house.history().exists()


def test_other_input_never_rewrites_the_list_and_recalls_who_is_no_longer_allowed(house):
    house.fill(PEOPLE)
    house.publish()
    before = house.tree()
    changed = PEOPLE | {"dm": {"p_1": "神﨑 髙子", "p_9": "新田 九"}}
    house.fill(changed, blocked=["r_dm_p_2", "r_dm_p_other"], holdouts=("p_h2",))
    result = house.publish()
    after = house.tree()
    recall = str((house.directory("dm") / "recall_1.csv").relative_to(house.settings.data_root))
    assert after.pop(recall).decode("cp932") == '"管理番号","区分"\r\n"r_dm_p_2","差し止め"\r\n'
    assert after == before
    assert {item.channel: item.state for item in result.lists}["dm"] == "frozen"


def test_a_recall_is_written_once_and_the_next_one_has_the_next_number(house):
    house.fill(PEOPLE)
    house.publish()
    house.fill(PEOPLE | {"dm": {}}, blocked=["r_dm_p_2"])
    house.publish()
    house.publish()
    assert [path.name for path in outbox.recall_files(house.directory("dm"))] == ["recall_1.csv"]
    house.fill(PEOPLE | {"dm": {}}, blocked=["r_dm_p_1", "r_dm_p_2"])
    house.publish()
    recalls = outbox.recall_files(house.directory("dm"))
    assert [path.name for path in recalls] == ["recall_1.csv", "recall_2.csv"]
    assert b"r_dm_p_2" not in recalls[1].read_bytes()
    with warehouse.reader(house.settings) as connection:
        states = connection.execute(
            "select state, count(*) from ops.publication group by 1 order by 1"
        ).fetchall()
    assert states == [("published", 3), ("recall", 2)]


def test_a_row_that_only_lost_its_rank_is_not_recalled(house):
    house.fill(PEOPLE)
    house.publish()
    house.fill(PEOPLE | {"dm": {"p_1": "神﨑 髙子"}}, blocked=[])
    house.publish()
    assert outbox.recall_files(house.directory("dm")) == []


@pytest.mark.parametrize(
    "step", ["stage_list", "write_history", "commit", "first_move", "keep_history", "record"]
)
def test_killed_anywhere_the_rerun_ends_like_an_undisturbed_run(house, tmp_path, monkeypatch, step):
    house.fill(PEOPLE)
    house.publish()
    undisturbed = house.tree()
    for path in (house.settings.outbox, house.settings.landing):
        files.remove(path)
    with warehouse.writer(house.settings) as connection:
        connection.execute("delete from ops.publication")

    with monkeypatch.context() as patch:
        _die_at(patch, step)
        with pytest.raises(KeyboardInterrupt):
            house.publish()
    house.publish()
    assert house.tree() == undisturbed


def test_killed_after_the_delivery_the_delivered_list_wins_over_newer_input(house, monkeypatch):
    house.fill(PEOPLE)
    with monkeypatch.context() as patch:
        _die_at(patch, "first_move")
        with pytest.raises(KeyboardInterrupt):
            house.publish()
    house.fill({"dm": {"p_9": "新田 九"}}, holdouts=("p_h2",))
    house.publish()
    history = house.history().read_text()
    assert "p_1" in history and "p_h1" in history and "p_9" not in history and "p_h2" not in history
    assert b"r_dm_p_1" in house.vendor_file("dm").read_bytes()


def _die_at(patch, step: str) -> None:
    def die(*_, **__):
        raise KeyboardInterrupt

    targets = {
        "stage_list": (outbox, "stage_list"),
        "write_history": (lists, "_history_bytes"),
        "commit": (outbox, "commit"),
        "first_move": (outbox, "list_directory"),
        "keep_history": (lists.history, "keep"),
        "record": (lists, "_record"),
    }
    if step == "first_move":
        real, calls = files.move_directory, []

        def move_once(source, target):
            calls.append(target)
            if len(calls) == 3:
                raise KeyboardInterrupt
            real(source, target)

        patch.setattr(files, "move_directory", move_once)
    else:
        patch.setattr(*targets[step], die)


def test_recover_finishes_a_delivery_before_the_next_day_is_ingested(house, monkeypatch):
    house.fill(PEOPLE)
    with monkeypatch.context() as patch:
        _die_at(patch, "keep_history")
        with pytest.raises(KeyboardInterrupt):
            house.publish()
    assert not house.history().exists()
    assert recover(house.settings) is True
    assert house.history().exists() and house.vendor_file("dm").exists()
    assert recover(house.settings) is False


def test_a_day_that_does_not_remember_the_delivered_lists_is_refused(house):
    house.fill(PEOPLE)
    house.publish()
    house.fill(PEOPLE, day=NEXT)
    before = house.tree()
    with pytest.raises(GateStop, match="2024-04-01.*二度載せる"):
        house.publish(NEXT)
    assert house.tree() == before
    house.load_history()
    assert {item.state for item in house.publish(NEXT).lists} == {"written"}


def test_a_past_date_gets_no_new_list_once_a_newer_one_is_delivered(house):
    house.fill(PEOPLE, day=NEXT)
    house.publish(NEXT)
    before = house.tree()
    house.fill(PEOPLE)
    result = house.publish()
    assert result.lists == [] and "過去日" in result.messages[0]
    assert house.tree() == before


def test_a_list_that_was_tampered_with_is_found_by_the_read_back(house):
    house.fill(PEOPLE)
    house.publish()
    path = house.vendor_file("email")
    path.write_bytes(path.read_bytes().replace("佐藤".encode(), "左藤".encode()))
    with pytest.raises(GateStop, match="manifest.json と一致しません") as stop:
        house.publish()
    assert stop.value.gate == "readback" and "藤" not in stop.value.message


def test_a_row_count_other_than_the_warehouse_says_stops_before_anything_is_written(house):
    house.fill(PEOPLE)
    with warehouse.writer(house.settings) as connection:
        connection.execute("update publish.pub_manifest_v1 set row_count = 3 where channel = 'dm'")
    with pytest.raises(GateStop, match="3 件のはずですが、publish.pub_dm_v1 には 2 件"):
        house.publish()
    assert house.tree() == {}


def test_a_file_that_lost_a_row_on_its_way_fails_the_read_back_and_is_on_record(house, monkeypatch):
    house.fill(PEOPLE)
    real = outbox.stage_list

    def lose_a_row(staging, day, manifest, data):
        if manifest["channel"] == "dm":
            data = data[: data.rindex(b'"r_dm_p_2"')]
            manifest["files"][0] |= {"rows": 1, "sha256": files.sha256(data)}
        real(staging, day, manifest, data)

    monkeypatch.setattr(outbox, "stage_list", lose_a_row)
    with pytest.raises(GateStop, match="読み戻すと 1 件で、倉庫の 2 件") as stop:
        house.publish()
    assert stop.value.gate == "readback"
    with warehouse.reader(house.settings) as connection:
        states = connection.execute("select list_id, state from ops.publication").fetchall()
    assert states == [(list_id("dm"), "readback_failed")]


def test_a_second_version_of_a_vanished_list_is_refused(house):
    house.fill(PEOPLE)
    house.publish()
    for channel in ("dm", "email", "phone"):
        files.remove(house.directory(channel))
    house.fill(PEOPLE | {"dm": {"p_9": "新田 九"}})
    with pytest.raises(GateStop, match="別の内容で引き渡し済み"):
        house.publish()


def test_a_warehouse_built_for_another_date_is_refused(house):
    house.fill(PEOPLE)
    with pytest.raises(GateStop, match="2024-04-02"):
        house.publish(NEXT)
    assert house.tree() == {}


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("encoding", "latin-1", "encoding が「latin-1」"),
        ("newline", "cr", "newline"),
        ("quoting", None, "quoting"),
    ],
)
def test_an_exposure_with_an_unknown_profile_is_refused(house, key, value, said):
    content = exposures()
    content["exposures"]["exposure.okoshi.dm"]["config"]["meta"]["profile"] = {
        "encoding": "cp932", "newline": "crlf", "bom": False, "quoting": "all", key: value,
    }  # fmt: skip
    house.manifest.write_text(json.dumps(content))
    house.fill(PEOPLE)
    with pytest.raises(GateStop, match=said):
        house.publish()


def test_an_exposure_must_name_its_model_and_its_key(house):
    for spoil, said in (
        (lambda exposure: exposure.update(depends_on={"nodes": []}), "pub_dm_v1 を指していません"),
        (lambda exposure: exposure["config"]["meta"]["columns"].pop(0), "list_row_id がありません"),
    ):
        content = exposures()
        dm = content["exposures"]["exposure.okoshi.dm"]
        dm["config"]["meta"] = dm["config"]["meta"] | {"columns": list(dm["config"]["meta"]["columns"])}
        spoil(dm)
        house.manifest.write_text(json.dumps(content))
        house.fill(PEOPLE)
        with pytest.raises(GateStop, match=said):
            house.publish()


def test_the_file_has_the_order_its_exposure_asks_for(house):
    content = exposures()
    content["exposures"]["exposure.okoshi.dm"]["config"]["meta"]["order_by"] = "person_id desc"
    house.manifest.write_text(json.dumps(content))
    house.fill(PEOPLE)
    house.publish()
    lines = house.vendor_file("dm").read_bytes().decode("cp932").split("\r\n")
    assert [line[:10] for line in lines[1:3]] == ['"r_dm_p_2"', '"r_dm_p_1"']


def test_only_allow_listed_columns_leave(house):
    house.fill(PEOPLE)
    house.publish()
    assert b"example.com" not in house.vendor_file("email").read_bytes()


def test_preview_says_what_would_happen_and_writes_nothing(house):
    house.fill(PEOPLE)
    said = preview_lists(house.settings, DAY, house.manifest)
    assert said[0] == f"{list_id('dm')}: 新しく 2 件を書き出します(前回のリストはありません)。"
    assert house.tree() == {}
    house.publish()
    house.fill(PEOPLE | {"dm": {"p_1": "神﨑 髙子", "p_9": "新田 九", "p_8": "新田 八"}})
    assert "追加 2 件は翌日、消えた 1 件" in preview_lists(house.settings, DAY, house.manifest)[0]


def test_recover_clears_its_own_leftovers_and_nobody_elses(house):
    house.fill(PEOPLE)
    house.publish()
    own = [
        house.directory("dm") / ".recall_1.csv.tmp",
        house.settings.landing / "okoshi_lists" / ".x.csv.tmp",
    ]
    foreign = house.settings.landing / "shop" / ".upload.tmp"
    for path in [*own, foreign]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("half")
    recover(house.settings)
    assert [path.exists() for path in own] == [False, False] and foreign.exists()
