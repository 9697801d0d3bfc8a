"""The archive's slips: what an archived file was a delivery of, told as the delivery it was."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from include.contracts import Contract
from include.errors import GateStop
from include.ingest import storage
from include.ingest.deliveries import Delivery
from include.ingest.manifest import Manifest
from include.settings import Settings


def read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def delivery(settings: Settings, contract: Contract, slip: dict) -> Delivery:
    """The delivery as it was loaded. Raises `GateStop('rebuild', …)` when its file is gone."""
    path = storage.archive_path(settings, slip["stored_sha256"], Path(slip["file_name"]).suffix)
    if not path.exists():
        raise GateStop(
            "rebuild",
            f"保管庫に {slip['source']}/{slip['file_name']} ({slip['stored_sha256']}) がありません。"
            "保管庫 (archive/) の控えから戻してください。",
        )
    entities = slip["entities"].split(",")
    return Delivery(
        delivery_id=slip["delivery_id"],
        source=slip["source"],
        path=path,
        content=path,
        file_name=slip["file_name"],
        sha256=slip["delivered_sha256"],
        stored_sha256=slip["stored_sha256"],
        business_date=date.fromisoformat(slip["business_date"]),
        is_dated=slip["is_dated"],
        mode=slip["mode"],
        part=slip["part"],
        sequence=slip["sequence"],
        feeds=tuple(feed for feed in contract.feeds if feed.entity in entities),
        manifest=Manifest(encoding=slip.get("encoding")),
        corrects=slip.get("corrects", ""),
    )


def of(settings: Settings, contract: Contract, delivery_id: str) -> Delivery | None:
    """The archived delivery of this id; None without slip or file."""
    path = storage.slip_path(settings, contract.source, delivery_id)
    try:
        return delivery(settings, contract, read(path)) if path.exists() else None
    except GateStop:
        return None
