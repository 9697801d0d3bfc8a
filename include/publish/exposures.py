"""The publishing configuration: dbt exposures say who gets which columns under which headers."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from include.errors import GateStop
from include.settings import Settings

ENCODINGS = {"cp932": "cp932", "utf-8": "utf-8"}
NEWLINES = {"crlf": "\r\n", "lf": "\n"}
QUOTINGS = ("minimal", "all", "none")
KINDS = ("text", "id", "phone", "postal", "date", "timestamp", "integer", "amount", "boolean")


@dataclass(frozen=True)
class Column:
    """`name` in the publish model, `header` in the vendor file, `kind` decides how a value is written."""

    name: str
    header: str
    kind: str


@dataclass(frozen=True)
class ListSpec:
    """One channel's file: where the rows come from and in which order, what leaves, in which shape."""

    channel: str
    relation: str
    encoding: str
    newline: str
    bom: bool
    quoting: str
    columns: tuple[Column, ...]
    order_by: str = "list_row_id"

    @property
    def recall(self) -> ListSpec:
        """The same vendor's format for 差し止め: the key column alone, beside one fixed word."""
        key = next(column for column in self.columns if column.name == "list_row_id")
        return replace(self, columns=(key, Column("action", "区分", "text")))

    @property
    def profile(self) -> dict:
        return {"encoding": self.encoding, "newline": self.newline, "bom": self.bom, "quoting": self.quoting}


def manifest_path(settings: Settings) -> Path:
    return settings.dbt_target / "manifest.json"


def read_specs(manifest: Path) -> list[ListSpec]:
    """All exposures with a channel, by channel. Raises GateStop naming what an exposure lacks."""
    content = json.loads(manifest.read_text())
    specs = [
        _spec(exposure, content["nodes"])
        for exposure in content["exposures"].values()
        if meta_of(exposure).get("channel")
    ]
    return sorted(specs, key=lambda spec: spec.channel)


def meta_of(node: dict) -> dict:
    """`meta` of a manifest node, exposure or column, wherever dbt keeps it."""
    return (node.get("config") or {}).get("meta") or node.get("meta") or {}


def _spec(exposure: dict, nodes: dict) -> ListSpec:
    meta, name = meta_of(exposure), exposure["name"]
    model_name = f"pub_{meta['channel']}_v1"
    models = [nodes[key] for key in exposure["depends_on"]["nodes"] if key in nodes]
    models = [model for model in models if model["name"] == model_name]
    if not models:
        raise GateStop(
            "list",
            f"出力定義 {name} が {model_name} を指していません。exposures の depends_on を直してください。",
        )
    profile = meta.get("profile") or {}
    spec = ListSpec(
        channel=meta["channel"],
        relation=f"{models[0]['schema']}.{models[0]['alias']}",
        encoding=_one_of(name, "encoding", profile.get("encoding"), ENCODINGS),
        newline=_one_of(name, "newline", profile.get("newline"), NEWLINES),
        bom=bool(profile.get("bom", False)),
        quoting=_one_of(name, "quoting", profile.get("quoting"), QUOTINGS),
        columns=tuple(
            Column(c["name"], c["header"], _one_of(name, "kind", c.get("kind", "text"), KINDS))
            for c in meta.get("columns") or []
        ),
        order_by=meta.get("order_by", "list_row_id"),
    )
    if "list_row_id" not in [column.name for column in spec.columns]:
        raise GateStop(
            "list",
            f"出力定義 {name} の列に list_row_id がありません。exposures の meta.columns に加えてください。",
        )
    return spec


def _one_of(exposure: str, key: str, value, allowed) -> str:
    if value not in allowed:
        raise GateStop(
            "list",
            f"出力定義 {exposure} の {key} が「{value}」です。使える値は {', '.join(allowed)} です。"
            "exposures の meta を直してください。",
        )
    return value
