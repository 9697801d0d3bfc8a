"""A hand-made warehouse with publish tables, and a manifest with exposures: no dbt needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from include import settings as settings_module
from include import warehouse
from include.publish import publish_lists

DAY = date(2024, 4, 1)
CAMPAIGN = "winback-2024-04"
CHANNELS = ("dm", "email", "phone")


def list_id(channel: str, day: date = DAY) -> str:
    return f"{CAMPAIGN}_{channel}_{day:%Y%m%d}"


@dataclass
class House:
    """A DATA_ROOT with what publish reads. `people` maps channel -> {person: printed name}."""

    settings: settings_module.Settings
    manifest: Path

    def fill(
        self, people: dict[str, dict[str, str]], day: date = DAY, blocked=(), holdouts=("p_h1",)
    ) -> None:
        with warehouse.writer(self.settings) as connection:
            connection.execute("create schema if not exists publish")
            for channel in CHANNELS:
                rows = sorted(people.get(channel, {}).items())
                connection.execute(f"create or replace table publish.pub_{channel}_v1 ({LIST_COLUMNS})")
                for person, name in rows:
                    connection.execute(
                        f"insert into publish.pub_{channel}_v1 values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        [list_id(channel, day), CAMPAIGN, f"r_{channel}_{person}", person, day, name,
                         f"{person}@example.com", "+819012345678", "1000001"],
                    )  # fmt: skip
            connection.execute(f"create or replace table publish.pub_manifest_v1 ({MANIFEST_COLUMNS})")
            connection.execute(f"create or replace table publish.pub_list_history_v1 ({HISTORY_COLUMNS})")
            for channel in CHANNELS:
                persons = sorted(people.get(channel, {}))
                connection.execute(
                    "insert into publish.pub_manifest_v1 values (?, ?, ?, ?, ?, ?, ?, ?)",
                    [list_id(channel, day), CAMPAIGN, channel, day, f"{day} 06:00:00", day + timedelta(days=14),
                     len(persons), 1000],
                )  # fmt: skip
                for person in persons:
                    self._remember(
                        connection, list_id(channel, day), f"r_{channel}_{person}", person, channel, day
                    )
            for person in holdouts:
                self._remember(connection, None, None, person, None, day)
            connection.execute(
                "create or replace table publish.pub_recall_v1 (list_row_id varchar, reason_code varchar)"
            )
            for row_id in blocked:
                connection.execute("insert into publish.pub_recall_v1 values (?, 'SUP_WITHDRAWN')", [row_id])

    @staticmethod
    def _remember(connection, list_id, row_id, person, channel, day) -> None:
        connection.execute(
            "insert into publish.pub_list_history_v1 values (?, ?, null, ?, ?, ?, ?, ?, 's1', 'high', ?, 'boss')",
            [
                list_id,
                row_id,
                CAMPAIGN,
                person,
                f"c_{person}",
                channel,
                "treat" if list_id else "holdout",
                day,
            ],
        )

    def publish(self, day: date = DAY):
        return publish_lists(self.settings, day, "run-1", self.manifest)

    def load_history(self, day: date = DAY) -> None:
        """What ingest does with the history file: into the ledger, out of landing."""
        path = self.history(day)
        with warehouse.writer(self.settings) as connection:
            connection.execute(
                "insert into ops.file_ledger (delivery_id, source, business_date, state) values (?, 'okoshi_lists', ?, 'loaded')",
                [f"d-{day}", day],
            )
        path.unlink()

    def history(self, day: date = DAY) -> Path:
        return self.settings.landing / "okoshi_lists" / f"okoshi_lists_{day}.csv"

    def directory(self, channel: str, day: date = DAY) -> Path:
        return self.settings.outbox / channel / day.isoformat() / list_id(channel, day)

    def vendor_file(self, channel: str, day: date = DAY) -> Path:
        return self.directory(channel, day) / f"{list_id(channel, day)}.csv"

    def tree(self, *roots: str) -> dict[str, bytes]:
        """Every file below DATA_ROOT/<roots>, dot files too, by relative path."""
        base = self.settings.data_root
        return {
            str(path.relative_to(base)): path.read_bytes()
            for root in roots or ("outbox", "landing")
            for path in sorted((base / root).rglob("*"))
            if path.is_file()
        }


LIST_COLUMNS = (
    "list_id varchar, campaign_id varchar, list_row_id varchar, person_id varchar, as_of date,"
    " printed_name varchar, email varchar, phone varchar, postal_code varchar"
)
MANIFEST_COLUMNS = (
    "list_id varchar, campaign_id varchar, channel varchar, as_of date, frozen_at timestamp, valid_until_on date,"
    " row_count bigint, universe_count bigint"
)
HISTORY_COLUMNS = (
    "list_id varchar, list_row_id varchar, list_sha256 varchar, campaign_id varchar, person_id varchar,"
    " cluster_id varchar, channel varchar, cell varchar, stratum varchar, tier varchar, anchor_on date, approved_by varchar"
)
PROFILES = {
    "dm": {"encoding": "cp932", "newline": "crlf", "bom": False, "quoting": "all"},
    "email": {"encoding": "utf-8", "newline": "lf", "bom": True, "quoting": "minimal"},
    "phone": {"encoding": "cp932", "newline": "crlf", "bom": False, "quoting": "none"},
}
VENDOR_COLUMNS = [
    {"name": "list_row_id", "header": "管理番号", "kind": "id"},
    {"name": "printed_name", "header": "氏名", "kind": "text"},
    {"name": "phone", "header": "電話番号", "kind": "phone"},
    {"name": "postal_code", "header": "郵便番号", "kind": "postal"},
]


def exposures() -> dict:
    """A manifest as dbt writes it, with one exposure a channel."""
    nodes = {
        f"model.okoshi.pub_{c}_v1": {
            "name": f"pub_{c}_v1", "schema": "publish", "alias": f"pub_{c}_v1", "resource_type": "model",
        }
        for c in CHANNELS
    }  # fmt: skip
    return {
        "nodes": nodes,
        "exposures": {
            f"exposure.okoshi.{c}": {
                "name": f"{c}_list",
                "depends_on": {"nodes": [f"model.okoshi.pub_{c}_v1"]},
                "config": {"meta": {"channel": c, "profile": PROFILES[c], "columns": VENDOR_COLUMNS}},
            }
            for c in CHANNELS
        },
    }


PEOPLE = {
    "dm": {"p_1": "神﨑 髙子", "p_2": "鷗 太郎"},
    "email": {"p_3": "𠮷田 花子", "p_4": "佐藤 次郎"},
    "phone": {},
}
