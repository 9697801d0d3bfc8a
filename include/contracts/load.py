"""YAML to frozen contracts. Every complaint names file and line and says what to do, in Japanese."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from include.contracts import schema
from include.contracts.model import Canonical, Column, ColumnRule, Contract, Entity, Feed, RecordStart, When
from include.errors import GateStop
from include.settings import REPO

HERE = Path(__file__).resolve().parent
CANONICAL = HERE / "canonical.yml"
PATTERN = "*.v[0-9]*.yml"
SEEDS = REPO / "dbt_project" / "seeds" / "reference"
ADDRESS_CELLS = ("city", "address_line1", "address_line2")
# a party or company exists before anybody knows since when
EVENT_OPTIONAL = frozenset({"customers", "accounts", "contacts", "contact_points"})


@lru_cache(maxsize=1)
def canonical() -> Canonical:
    """The canonical entities of canonical.yml."""
    raw = yaml.load(CANONICAL.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return Canonical(
        types=raw["types"],
        meta={name: Column(name, kind) for name, kind in raw["meta_columns"].items()},
        entities={name: _entity(name, body) for name, body in raw["entities"].items()},
    )


def _entity(name: str, body: dict) -> Entity:
    columns = {}
    for column, spec in body["columns"].items():
        spec = {"type": spec} if isinstance(spec, str) else spec
        columns[column] = Column(
            column, spec["type"], spec.get("pii", False), tuple(spec.get("codes", ())), tuple(spec.get("alias", ()))
        )
    return Entity(name, tuple(body["key"]), body.get("event"), columns)


def load_contracts(dirs: Iterable[Path]) -> dict[str, Contract]:
    """The newest version of each source's contract; a later folder wins over an earlier one.

    Raises `GateStop('contract', …)` naming file and line when one cannot be read.
    """
    found: dict[str, Contract] = {}
    for folder in dirs:
        here: dict[str, Contract] = {}
        for path in sorted(folder.glob(PATTERN)):
            contract = load_contract(path)
            if contract.source not in here or here[contract.source].version < contract.version:
                here[contract.source] = contract
        found |= here
    return found


def load_contract(path: Path) -> Contract:
    """One contract file. Raises `GateStop('contract', …)`."""
    return _load(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=128)
def _load(path: Path, _changed: int) -> Contract:
    text = path.read_text(encoding="utf-8")
    try:
        raw = yaml.load(text, yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line if error.problem_mark else 0) + 1
        raise _stop(path, line, f"YAML として読めません ({error.problem})。字下げと引用符を直してください。") from None
    error = best_match(_validator().iter_errors(raw))
    if error:
        where = [*error.absolute_path, *_unknown(error)[:1]]
        raise _stop(path, _line(text, where), f"{_dotted(where)}: {_say(error)}")
    try:
        contract = _contract(path, raw)
    except (OSError, KeyError) as error:
        raise _stop(path, _line(text, ["feeds"]), f"map_seed の対応表が読めません ({error})") from None
    _check(path, text, contract)
    return contract


@lru_cache(maxsize=1)
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema.build(canonical()))


def _stop(path: Path, line: int, text: str) -> GateStop:
    return GateStop("contract", f"契約 {path.name} {line}行目: {text}")


def _unknown(error) -> list[str]:
    """Keys that the schema does not know, where that is the complaint."""
    if error.validator != "additionalProperties":
        return []
    return [name for name in error.instance if name not in error.schema["properties"]]


def _dotted(where: list) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in where) or "全体"


def _say(error) -> str:
    if unknown := _unknown(error):
        return f"知らない項目です ({', '.join(unknown)})。使える項目: {', '.join(error.schema['properties'])}"
    if error.validator == "propertyNames" or "propertyNames" in error.absolute_schema_path:
        return f"正準の列にない名前です ({error.instance})。使える列: {', '.join(error.validator_value)}"
    if error.validator == "required":
        return f"必要な項目がありません ({error.message.split(' is ')[0]})"
    if error.validator == "enum":
        return f"{error.instance!r} は使えません。使える値: {', '.join(map(str, error.validator_value))}"
    return f"値 {error.instance!r} が決まりに合いません ({error.validator}: {error.validator_value})"


def _line(text: str, where: list) -> int:
    """Line (from 1) of the YAML node at `where`; of its nearest parent where it is absent."""
    node = yaml.compose(text, yaml.SafeLoader)
    line = 1
    for part in where:
        if isinstance(node, yaml.MappingNode):
            hit = next(((k, v) for k, v in node.value if k.value == str(part)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            hit = (node.value[part], node.value[part])
        else:
            hit = None
        if hit is None:
            break
        line, node = hit[0].start_mark.line + 1, hit[1]
    return line


def _texts(value) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _contract(path: Path, raw: dict) -> Contract:
    plain = {
        key: raw[key]
        for key in (
            "source", "version", "title", "owner", "source_system", "mode", "format", "delimiter", "header",
            "date_in_name", "history", "required_for_lists", "currency", "max_bad_ratio", "min_rows_ratio",
            "freshness_days", "absent_fulls", "preamble_rows", "footer",
        )
        if key in raw
    }  # fmt: skip
    return Contract(
        path=path,
        files=_texts(raw["files"]),
        feeds=tuple(_feed(feed, raw.get("excel_1904", False)) for feed in raw["feeds"]),
        encoding=_texts(raw.get("encoding", "auto")),
        columns=_texts(raw.get("columns")) or tuple(raw.get("fixed_width", {})),
        fixed_width=tuple((name, first, last) for name, (first, last) in raw.get("fixed_width", {}).items()),
        file_encodings=tuple(raw.get("file_encodings", {}).items()),
        record_start=_record_start(raw.get("record_start")),
        purposes=tuple(sorted(raw["purposes"])),
        duplicate_headers=_texts(raw.get("duplicate_headers")),
        ignore=_texts(raw.get("ignore")),
        **plain,
    )


def _record_start(raw: dict | None) -> RecordStart | None:
    return RecordStart(raw["column"], raw["mark"], _texts(raw.get("fill_down"))) if raw else None


def _feed(raw: dict, excel_1904: bool) -> Feed:
    when = raw.get("when")
    columns = {name: _rule(spec, excel_1904) for name, spec in raw["columns"].items()}
    return Feed(
        entity=raw["entity"],
        columns=columns | _address_key(canonical().entities[raw["entity"]], columns),
        files=_texts(raw.get("files")),
        when=When(when["column"], tuple(when.get("in", ()))) if when else None,
        grain=_texts(raw.get("grain")),
        split=raw.get("split"),
        tax_included=_texts(raw.get("tax_included")),
    )


def _address_key(entity: Entity, columns: dict[str, ColumnRule]) -> dict[str, ColumnRule]:
    """The key of an address (N22) is made wherever a feed has one: its cells, one a line."""
    made = [name for name, column in entity.columns.items() if column.type == "address_key" and name not in columns]
    cells = [cell for name in ADDRESS_CELLS if name in columns for cell in columns[name].reads]
    return {name: ColumnRule(join=tuple(dict.fromkeys(cells)), separator="\n") for name in made if cells}


def _rule(spec, excel_1904: bool) -> ColumnRule:
    if not isinstance(spec, dict):
        return ColumnRule(sources=_texts(spec), excel_1904=excel_1904)
    renamed = {"from": "sources", "as": "read_as"}
    values = {renamed.get(key, key): value for key, value in spec.items()} | {"excel_1904": excel_1904}
    for key in ("sources", "product", "formats", "join", "hash"):
        if key in values:
            values[key] = _texts(values[key])
    for key in ("min", "max"):
        if key in values:
            values[key] = str(values[key])
    if "map_seed" in values:
        values["map"] = _seed_map(**values.pop("map_seed"))
    if "match" in values:
        values["match"] = tuple((pattern, _text(value)) for pattern, value in values["match"])
    if "const" in values:
        values["const"] = _text(values["const"])
    return ColumnRule(**values)


def _seed_map(seed: str, business: str) -> dict[str, str | None]:
    """The words of one business for the canonical codes: rows (business, source_value, canonical_value) of a reference seed."""
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as handle:
        found = {row["source_value"]: row["canonical_value"] for row in csv.DictReader(handle) if row["business"] == business}
    if not found:
        raise KeyError(business)
    return found


def _text(value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def required_columns(entity: Entity) -> tuple[str, ...]:
    """Canonical columns a feed must fill: the key, and the date of an entity that is an event."""
    needs_event = entity.event and entity.name not in EVENT_OPTIONAL
    return entity.key + ((entity.event,) if needs_event and entity.event not in entity.key else ())


def _check(path: Path, text: str, contract: Contract) -> None:
    """What a schema cannot say: keys are fed, codes exist, patterns compile."""
    if contract.header is not True and not contract.columns:
        raise _stop(path, _line(text, ["header"]), "header が true でないときは columns に列名を並べてください。")
    if (contract.format == "fixed") != bool(contract.fixed_width):
        raise _stop(path, _line(text, ["format"]), "format: fixed と fixed_width は一緒に書いてください。")
    if contract.footer:
        _regex(path, text, ["footer"], contract.footer)
    if contract.date_in_name and "date" not in _regex(path, text, ["date_in_name"], contract.date_in_name).groupindex:
        raise _stop(path, _line(text, ["date_in_name"]), "(?P<date>…) が必要です。")
    for place, feed in enumerate(contract.feeds):
        entity = canonical().entities[feed.entity]
        where = ["feeds", place, "columns"]
        missing = [name for name in required_columns(entity) if name not in feed.columns]
        if missing:
            raise _stop(path, _line(text, where), f"{feed.entity} に必要な列がありません: {', '.join(missing)}")
        if feed.tax_included and "tax_rate" not in feed.columns:
            raise _stop(path, _line(text, where), "tax_included には tax_rate の列が必要です。")
        for name, rule in feed.columns.items():
            _check_rule(path, text, [*where, name], entity.columns.get(name), rule)


def _check_rule(path: Path, text: str, where: list, column: Column | None, rule: ColumnRule) -> None:
    kinds = [
        bool(rule.sources), rule.const is not None, bool(rule.product), rule.row_number, bool(rule.join), bool(rule.hash),
        rule.delivery_date,
    ]  # fmt: skip
    if sum(kinds) != 1:
        names = "from, const, product, row_number, join, hash, delivery_date"
        raise _stop(path, _line(text, where), f"{names} のどれか一つを書いてください。")
    for pattern in [*(pattern for pattern, _ in rule.match), *filter(None, [rule.extract])]:
        _regex(path, text, where, pattern)
    if column is None or not column.codes:
        return
    made = {*(rule.map or {}).values(), *(value for _, value in rule.match), rule.const} - {None}
    unknown = sorted(made - set(column.codes))
    if unknown:
        codes = ", ".join(column.codes)
        raise _stop(path, _line(text, where), f"{column.name} にない値です: {', '.join(unknown)}。使える値: {codes}")


def _regex(path: Path, text: str, where: list, pattern: str) -> re.Pattern:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise _stop(path, _line(text, where), f"正規表現 {pattern!r} が読めません ({error})。") from None
