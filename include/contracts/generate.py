"""Write what follows from canonical.yml: the JSON Schema, the generic contract, dbt's raw sources.

Run `python -m include.contracts.generate` after changing canonical.yml; a test holds the files equal.
"""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from include.contracts import schema
from include.contracts.load import HERE, canonical
from include.contracts.model import Canonical, Entity
from include.settings import REPO

NOTE = "# Generated from include/contracts/canonical.yml by `python -m include.contracts.generate`; do not edit.\n"
SOURCES = REPO / "dbt_project" / "models" / "staging" / "_raw__sources.yml"


def files() -> dict[Path, str]:
    """Path -> content of every generated file."""
    definition = canonical()
    return {
        HERE / "contract.schema.json": json.dumps(schema.build(definition), ensure_ascii=False, indent=1) + "\n",
        HERE / "generic.v1.yml": _generic(definition),
        SOURCES: _sources(definition),
    }


def _dump(data: dict) -> str:
    return NOTE + yaml.dump(data, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=110)


def _generic(definition: Canonical) -> str:
    return _dump(
        {
            "source": "generic",
            "version": 1,
            "title": "標準形式 (正準の列名のまま。UTF-8 の CSV または Parquet)",
            "owner": "data-team",
            "source_system": "generic",
            "files": [pattern for entity in definition.entities for pattern in _names(entity)],
            "mode": "delta",
            "format": "csv",
            "encoding": "utf-8",
            "delimiter": "auto",
            "date_in_name": r"(?<!\d)(?P<date>\d{4}-?\d{2}-?\d{2})",
            "history": "first_load",
            "purposes": ["marketing", "analytics"],
            "feeds": [_generic_feed(definition, entity) for entity in definition.entities.values()],
        }
    )


def _names(entity: str) -> list[str]:
    return [f"{entity}*.{ending}" for ending in ("csv", "tsv", "parquet")]


def _generic_feed(definition: Canonical, entity: Entity) -> dict:
    columns: dict[str, object] = {}
    for column in entity.columns.values():
        if column.type == "address_key":
            continue  # follows from the columns of the address
        spec: dict[str, object] = {"from": [column.name, *column.alias]}
        if column.type == "id":
            spec["id_format"] = "integer"
        columns[column.name] = spec if len(spec) > 1 else spec["from"] if column.alias else column.name
    columns |= {name: name for name in schema.CARRIED}
    return {"entity": entity.name, "files": _names(entity.name), "columns": columns}


def _sources(definition: Canonical) -> str:
    raw = {
        "name": "raw",
        "schema": "raw",
        "description": "Typed rows of every delivery, append-only, one table per canonical entity.",
        "tables": [_table(definition, entity) for entity in definition.entities.values()],
    }
    return _dump({"version": 2, "sources": [raw]})


def _table(definition: Canonical, entity: Entity) -> dict:
    columns = [*entity.columns.values(), *definition.meta.values()]
    return {
        "name": entity.name,
        "description": f"Versions of {entity.name} as delivered, ids as the source writes them;"
        f" identity ({', '.join(entity.key)}) within source_system.",
        "columns": [
            {
                "name": column.name,
                "description": f"{{{{ doc('col_{column.name}') }}}}",
                "data_type": definition.sql_type(column).lower(),
                **({"config": {"meta": {"pii": True}}} if column.pii or column.name == "extra_json" else {}),
            }
            for column in columns
        ],
    }


def main() -> None:
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(REPO))


if __name__ == "__main__":
    main()
