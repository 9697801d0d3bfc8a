"""The JSON Schema of a contract file, made from the canonical entities so that both say the same."""

from __future__ import annotations

from include.contracts.model import Canonical

TEXT = {"type": "string", "minLength": 1}
TEXTS = {"type": "array", "items": TEXT, "minItems": 1}
TEXT_OR_TEXTS = {"oneOf": [TEXT, TEXTS]}
SCALARS = {"type": ["string", "number", "boolean"]}
ENCODING = {"enum": ["auto", "cp932", "utf-8", "utf-8-sig", "utf-16", "euc_jp", "cp1252"]}
# meta columns a source may carry itself
CARRIED = ("source_system", "known_at", "is_deleted")


def _closed(properties: dict, required: list[str] | None = None) -> dict:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        **({"required": required} if required else {}),
    }


COLUMN_RULE = {
    "oneOf": [
        TEXT,
        TEXTS,
        _closed(
            {
                "from": TEXT_OR_TEXTS,
                "const": SCALARS,
                "product": {"type": "array", "items": TEXT, "minItems": 2},
                "row_number": {"const": True},
                "join": {"type": "array", "items": TEXT, "minItems": 2},
                "hash": TEXTS,
                "delivery_date": {"const": True},
                "aggregate": {"enum": ["first", "min", "max", "sum"]},
                "formats": TEXTS,
                "map": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
                "map_seed": {
                    **_closed({"seed": {"type": "string", "pattern": "^[a-z_]+$"}, "business": TEXT}, ["seed", "business"])
                },
                "match": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": "array", "prefixItems": [{"type": "string"}, SCALARS], "minItems": 2, "maxItems": 2},
                },
                "extract": TEXT,
                "polarity": {"type": "object", "additionalProperties": {"type": "boolean"}},
                "id_format": {"enum": ["integer", "salesforce"]},
                "part": {"enum": ["family", "given", "extension", "legal_form", "legal_position", "company_key"]},
                "as": {"enum": ["email", "phone", "postal", "contact", "date", "timestamp", "list", "address_key"]},
                "scale": {"type": "string", "pattern": r"^[0-9.]+$"},
                "on_error": {"enum": ["reject", "null"]},
                "required": {"type": "boolean"},
                "min": {"type": "number"},
                "max": {"type": "number"},
            }
        ),
    ]
}


def _feed(canonical: Canonical, entity: str) -> dict:
    columns = [*canonical.entities[entity].columns, *CARRIED]
    return _closed(
        {
            "entity": {"const": entity},
            "files": TEXTS,
            "when": _closed({"column": TEXT, "in": {"type": "array", "items": {"type": "string"}}}, ["column"]),
            "grain": TEXTS,
            "split": TEXT,
            "tax_included": {"type": "array", "items": {"enum": ["net_amount", "unit_price"]}, "minItems": 1},
            "columns": {
                "type": "object",
                "propertyNames": {"enum": columns},
                "additionalProperties": {"$ref": "#/$defs/column"},
            },
        },
        ["entity", "columns"],
    )


def build(canonical: Canonical) -> dict:
    """The schema as plain data; `include.contracts.generate` writes it to contract.schema.json."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A source of Okoshi",
        **_closed(
            {
                "source": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
                "version": {"type": "integer", "minimum": 1},
                "title": TEXT,
                "owner": TEXT,
                "source_system": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
                "files": TEXTS,
                "mode": {"enum": ["full", "delta"]},
                "format": {"enum": ["csv", "jsonl", "parquet", "fixed"]},
                "encoding": {"oneOf": [ENCODING, {"type": "array", "items": ENCODING, "minItems": 1}]},
                "delimiter": {"enum": ["auto", ",", "\t", ";", "|"]},
                "header": {"enum": [True, False, "auto"]},
                "columns": TEXTS,
                "fixed_width": {
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": {
                        "type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 2, "maxItems": 2,
                    },
                },
                "preamble_rows": {"type": "integer", "minimum": 0},
                "footer": TEXT,
                "file_encodings": {"type": "object", "additionalProperties": ENCODING},
                "record_start": _closed({"column": TEXT, "mark": TEXT, "fill_down": TEXTS}, ["column", "mark"]),
                "excel_1904": {"type": "boolean"},
                "date_in_name": TEXT,
                "history": {"enum": ["delivery", "first_load"]},
                "required_for_lists": {"type": "boolean"},
                "purposes": {"type": "array", "items": {"enum": ["marketing", "analytics"]}},
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
                "duplicate_headers": TEXTS,
                "ignore": TEXTS,
                "max_bad_ratio": {"type": "number", "minimum": 0, "maximum": 1},
                "min_rows_ratio": {"type": "number", "minimum": 0, "maximum": 1},
                "freshness_days": {"type": "integer", "minimum": 1},
                "absent_fulls": {"type": "integer", "minimum": 1},
                "feeds": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/feed"}},
            },
            ["source", "version", "title", "owner", "source_system", "files", "purposes", "feeds"],
        ),
        "$defs": {
            "column": COLUMN_RULE,
            "feed": {
                "type": "object",
                "required": ["entity", "columns"],
                "properties": {"entity": {"enum": list(canonical.entities)}},
                "allOf": [
                    {
                        "if": {"properties": {"entity": {"const": entity}}},
                        "then": _feed(canonical, entity),
                    }
                    for entity in canonical.entities
                ],
            },
        },
    }
