"""Today's lists into the outbox: frozen once delivered, byte-identical on rerun, read back after writing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from include import files, warehouse
from include.errors import GateStop
from include.publish import history, outbox
from include.publish.exposures import ListSpec, manifest_path, read_specs
from include.publish.vendor_file import VendorFile, render
from include.settings import Settings

MANIFEST_RELATION = "publish.pub_manifest_v1"
HISTORY_RELATION = "publish.pub_list_history_v1"
RECALL_RELATION = "publish.pub_recall_v1"


@dataclass(frozen=True)
class ListFile:
    """One list: `state` is written, verified (same input again) or frozen (other input, left as it was)."""

    list_id: str
    channel: str
    campaign_id: str
    path: Path
    rows: int
    sha256: str
    state: str
    recalled: int = 0


@dataclass(frozen=True)
class PublishResult:
    """`messages` are sentences for people: warnings, recalls, what waits for tomorrow."""

    lists: list[ListFile]
    messages: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """One channel's list as the warehouse has it now."""

    spec: ListSpec
    head: dict
    file: VendorFile

    @property
    def list_id(self) -> str:
        return self.head["list_id"]


def publish_lists(
    settings: Settings, as_of: date, run_id: str, manifest: Path | None = None
) -> PublishResult:
    """Deliver the lists of `as_of`, or verify the delivered ones. Raises GateStop before anything is renamed."""
    recover(settings)
    specs = read_specs(manifest or manifest_path(settings))
    with warehouse.reader(settings) as connection:
        plans = [plan(connection, spec, as_of) for spec in specs]
        remembered = _fetch(connection, f"select * from {HISTORY_RELATION} order by campaign_id, person_id")
        known = history.known_dates(connection)
        blocked = _blocked(connection)
        written_before = dict(
            connection.execute(
                "select file_name, sha256 from ops.publication where state = 'published'"
            ).fetchall()
        )
    here = [plan for plan in plans if _directory(settings, plan, as_of).exists()]
    messages: list[str] = []
    if not here:
        if waiting := _reason_to_wait(settings, as_of):
            return PublishResult([], [waiting])
        _refuse_unremembered(settings, as_of, known)
        _refuse_second_version(plans, written_before)
        _deliver(settings, as_of, plans, remembered)
        recover(settings)
        lists = [_read_back(settings, plan, as_of, run_id) for plan in plans]
    else:
        lists = [_compare(settings, plan, as_of, blocked, messages) for plan in here]
        messages += [
            f"リスト {plan.list_id}: この基準日の施策は引き渡し済みのため、追加は翌日になります。"
            for plan in plans
            if plan not in here
        ]
        if all(item.state == "verified" for item in lists):
            history.keep(settings, known, as_of, _history_bytes(plans, remembered, as_of))
    messages += [f"リスト {item.list_id} は 0 件です。" for item in lists if item.rows == 0]
    messages += _encoding_messages(plans, lists)
    _record(settings, as_of, run_id, lists)
    return PublishResult(lists, messages)


def recover(settings: Settings) -> bool:
    """Finish a publication that was delivered but not yet moved into place; True if there was one."""
    outbox.clear_leftovers(settings)
    if not (settings.outbox / outbox.COMMIT).is_dir():
        return False
    with warehouse.reader(settings) as connection:
        known = history.known_dates(connection)
    return outbox.roll_forward(settings, lambda day, data: history.keep(settings, known, day, data))


def plan(connection: duckdb.DuckDBPyConnection, spec: ListSpec, as_of: date) -> Plan:
    """One channel's list, rendered; raises GateStop when the warehouse holds another date."""
    heads = _fetch(connection, f"select * from {MANIFEST_RELATION} where channel = ?", [spec.channel])
    if len(heads) != 1 or heads[0]["as_of"] != as_of:
        raise GateStop(
            "list",
            f"チャネル {spec.channel} の {MANIFEST_RELATION} に基準日 {as_of} の行が 1 行ではなく {len(heads)} 行あります。"
            "build をこの基準日でやり直してください。",
        )
    names = ", ".join(column.name for column in spec.columns)
    rows = _fetch(connection, f"select {names} from {spec.relation} order by {spec.order_by}, list_row_id")
    if heads[0]["row_count"] != len(rows):
        raise GateStop(
            "list",
            f"リスト {heads[0]['list_id']} は {heads[0]['row_count']:,} 件のはずですが、{spec.relation} には {len(rows):,} 件あります。"
            "何も書き出していません。build をやり直し、同じなら管理者に連絡してください。",
        )
    return Plan(spec, heads[0], render(spec, rows))


def _fetch(connection: duckdb.DuckDBPyConnection, query: str, parameters=None) -> list[dict]:
    cursor = connection.execute(query, parameters or [])
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _blocked(connection: duckdb.DuckDBPyConnection) -> set[str]:
    return {row[0] for row in connection.execute(f"select list_row_id from {RECALL_RELATION}").fetchall()}


def _directory(settings: Settings, plan: Plan, as_of: date) -> Path:
    return outbox.list_directory(settings, plan.spec.channel, as_of, plan.list_id)


def _reason_to_wait(settings: Settings, as_of: date) -> str | None:
    later = [day for day in outbox.list_dates(settings) if day > as_of]
    if not later:
        return None
    return f"基準日 {as_of} より新しいリスト({later[-1]})を引き渡し済みのため、過去日のリストは作りません。"


def _refuse_unremembered(settings: Settings, as_of: date, known: set[date]) -> None:
    missing = [str(day) for day in outbox.list_dates(settings) if day < as_of and day not in known]
    if missing:
        raise GateStop(
            "list",
            f"引き渡し済みのリスト({', '.join(missing)})の記録が取り込まれていないため、同じ人を二度載せるおそれがあります。"
            f"landing/{history.SOURCE}/ の取込(ingest)からやり直してください。リストは何も書き出していません。",
        )


def _refuse_second_version(plans: list[Plan], written_before: dict[str, str]) -> None:
    for plan in plans:
        before = written_before.get(_file_name(plan))
        if before and before != files.sha256(plan.file.data):
            raise GateStop(
                "list",
                f"リスト {plan.list_id} は別の内容で引き渡し済みですが、outbox に見当たりません。"
                "控えから戻してください。新しい内容では書き出しません。",
            )


def _deliver(settings: Settings, as_of: date, plans: list[Plan], remembered: list[dict]) -> None:
    staging = outbox.stage(settings)
    for plan in plans:
        outbox.stage_list(staging, as_of, _manifest(plan, as_of), plan.file.data)
    files.write(
        staging / f"{as_of}.{outbox.HISTORY}", _history_bytes(plans, remembered, as_of), files.PRIVATE
    )
    outbox.commit(settings)


def _history_bytes(plans: list[Plan], remembered: list[dict], as_of: date) -> bytes:
    return history.render(remembered, {plan.list_id: files.sha256(plan.file.data) for plan in plans}, as_of)


def _file_name(plan: Plan) -> str:
    return f"{plan.list_id}.csv"


def _manifest(plan: Plan, as_of: date) -> dict:
    head = plan.head
    return {
        "list_id": plan.list_id,
        "campaign_id": head["campaign_id"],
        "channel": plan.spec.channel,
        "profile": plan.spec.profile,
        "as_of": as_of.isoformat(),
        "frozen_at": str(head["frozen_at"]),
        "valid_until": str(head["valid_until_on"]),
        "files": [
            {
                "name": _file_name(plan),
                "rows": plan.file.rows,
                "sha256": files.sha256(plan.file.data),
                "encoding": plan.spec.encoding,
            }
        ],
        "encoding_report": list(plan.file.report),
        "waterfall": {
            name: value
            for name, value in sorted(head.items())
            if name.endswith("_count") and name != "row_count"
        },
    }


def _read_back(settings: Settings, plan: Plan, as_of: date, run_id: str) -> ListFile:
    delivered = outbox.read(_directory(settings, plan, as_of), plan.spec)
    item = _list_file(plan, delivered, "written")
    if delivered.data != plan.file.data or delivered.keys != plan.file.keys:
        _record(settings, as_of, run_id, [item], "readback_failed")
        raise GateStop(
            "readback",
            f"リスト {plan.list_id} を読み戻すと {len(delivered.keys):,} 件で、倉庫の {plan.file.rows:,} 件と内容が一致しません。"
            "業者に渡さず、管理者に連絡してください。",
        )
    return item


def _compare(settings: Settings, plan: Plan, as_of: date, blocked: set[str], messages: list[str]) -> ListFile:
    delivered = outbox.read(_directory(settings, plan, as_of), plan.spec)
    if delivered.data == plan.file.data:
        return _list_file(plan, delivered, "verified")
    recall = outbox.write_recall(delivered, plan.spec, [key for key in delivered.keys if key in blocked])
    messages.append(f"リスト {plan.list_id} は引き渡し済みのため書き換えません(入力が変わりました)。")
    if recall:
        delivered = outbox.read(delivered.directory, plan.spec)
        messages.append(
            f"リスト {plan.list_id}: 差し止め {recall.name} を追加しました。業者に渡してください。"
        )
    return _list_file(plan, delivered, "frozen")


def _list_file(plan: Plan, delivered: outbox.Delivered, state: str) -> ListFile:
    return ListFile(
        plan.list_id, plan.spec.channel, delivered.manifest["campaign_id"], delivered.directory,
        len(delivered.keys), delivered.sha256, state, len(delivered.recalled),
    )  # fmt: skip


def _encoding_messages(plans: list[Plan], lists: list[ListFile]) -> list[str]:
    written = {item.list_id for item in lists if item.state == "written"}
    return [
        f"リスト {plan.list_id}: {len(plan.file.report):,} 文字を代わりの文字で書きました(manifest.json の encoding_report)。"
        for plan in plans
        if plan.list_id in written and plan.file.report
    ]


def _record(
    settings: Settings, as_of: date, run_id: str, lists: list[ListFile], state: str = "published"
) -> None:
    """One row of `ops.publication` a file and state; the first run that wrote it stays on record."""
    now = datetime.now(UTC).replace(tzinfo=None)
    with warehouse.writer(settings) as connection:
        known = set(connection.execute("select file_name, state from ops.publication").fetchall())
        for item in lists:
            written = [(f"{item.list_id}.csv", item.rows, item.sha256, state)]
            written += [
                (f"{item.list_id}/{path.name}", None, files.sha256_of(path), "recall")
                for path in outbox.recall_files(item.path)
            ]
            for name, count, sha, kind in written:
                if (name, kind) not in known:
                    connection.execute(
                        "insert into ops.publication values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        [
                            item.list_id,
                            item.channel,
                            item.campaign_id,
                            as_of,
                            name,
                            count,
                            sha,
                            kind,
                            run_id,
                            now,
                        ],
                    )
