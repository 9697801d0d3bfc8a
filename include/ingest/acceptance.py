"""A delivery that the batch gate refused and a person finds right: let in by name and reason, on record."""

from __future__ import annotations

import os
from datetime import datetime

from include import files, warehouse
from include.errors import GateStop
from include.ingest import storage
from include.settings import Settings

RULE = "GX"


def accept(settings: Settings, delivery_id: str, reason: str, by: str) -> str:
    """Record the word and lay the kept file into landing again. Returns its source, which is to be loaded next.

    Raises `GateStop` unless the batch gate refused this delivery and its file is still there.
    """
    if not reason.strip() or not by.strip():
        raise GateStop("accept", "受け入れには理由 (--reason) と名前 (--by) が必要です。")
    with warehouse.writer(settings) as connection:
        found = connection.execute(
            "select l.source, l.file_name, l.delivered_sha256, l.mode, l.business_date, l.state,"
            " exists (select 1 from ops.rejected_row as r where r.delivery_id = l.delivery_id and r.rule_id = ?)"
            " from ops.file_ledger as l where l.delivery_id = ?",
            [RULE, delivery_id],
        ).fetchone()
        if found is None:
            raise GateStop("accept", f"納品 {delivery_id} は記録にありません。")
        source, file_name, sha256, mode, day, state, by_gate = found
        if state != "rejected" or not by_gate:
            raise GateStop("accept", f"{source}/{file_name} は検査で止まった納品ではないため、受け入れの対象になりません。")
        kept = storage.kept_path(settings, source, file_name, sha256)
        if kept is None:
            raise GateStop("accept", f"rejected/{source}/files/ に {file_name} がありません。landing に置き直してください。")
        connection.execute(
            "insert into ops.acceptance values (?, ?, ?, ?, ?, ?, ?)",
            [source, sha256, delivery_id, file_name, reason, by, datetime.now()],
        )
    target = settings.landing / source / file_name
    claims = {"sha256": sha256, "mode": mode, "business_date": day.isoformat()}
    files.write_atomically(target.with_name(f"{file_name}.manifest.json"), files.as_json(claims), files.PRIVATE)
    os.replace(kept, target)
    return source


def given(settings: Settings, source: str, sha256: str) -> str | None:
    """Whose word, and why, lets this content in; None when nobody gave it."""
    with warehouse.reader(settings) as connection:
        found = connection.execute(
            "select accepted_by, reason from ops.acceptance where source = ? and delivered_sha256 = ?"
            " order by accepted_at desc limit 1",
            [source, sha256],
        ).fetchone()
    return f"{found[0]} の受け入れ (理由: {found[1]}) " if found else None
