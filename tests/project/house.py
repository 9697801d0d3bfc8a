"""The laws of the house as functions: each takes a manifest, a source text or a tree and returns what breaks it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import jinja2
import sqlglot
from sqlglot import exp

# every decision folder may read the ones before it
DECISIONS = (
    "identity activity dormancy cause segment value eligibility priority experiment allocation measurement".split()
)
PREFIXES = {"staging": ("stg_",), "marts": ("dim_", "fct_", "kpi_"), "publish": ("pub_",)}
STAGING_SOURCES = {"file_ledger"}
POLICY = "source.okoshi.ops.policy"


def layer(node: dict) -> str:
    """'staging', 'intermediate/dormancy', 'marts', 'publish', 'seeds/rules', 'raw', 'ops' …"""
    if node["resource_type"] == "source":
        return node["source_name"]
    parts = Path(node["original_file_path"]).parts
    return "/".join(parts[1:3]) if parts[1] == "intermediate" else ("/".join(parts[:2]) if parts[0] == "seeds" else parts[1])


def may_read(reader: str, node: dict) -> bool:
    """The table "who may read whom" of the architecture."""
    read = layer(node)
    if reader == "staging":
        return read in ("raw", "seeds/reference") or (read == "ops" and node["name"] in STAGING_SOURCES)
    if reader.startswith("intermediate/"):
        if read.startswith("intermediate/"):
            return DECISIONS.index(read.split("/")[1]) <= DECISIONS.index(reader.split("/")[1])
        return read in ("staging", "seeds/rules", "seeds/reference") or node["unique_id"] == POLICY
    if reader == "marts":
        if read == "staging":
            return True
        return read.startswith("intermediate/") or read in ("marts", "seeds/reference")
    if reader == "publish":
        return read in ("marts", "publish")
    return False


def broken_layers(manifest: dict) -> list[str]:
    nodes = {**manifest["nodes"], **manifest["sources"]}
    broken = []
    for node in models(manifest):
        for parent in node["depends_on"]["nodes"]:
            if parent in nodes and not may_read(layer(node), nodes[parent]):
                broken.append(f"{node['name']} ({layer(node)}) reads {nodes[parent]['name']} ({layer(nodes[parent])})")
            elif parent in nodes and layer(node) == "marts" and layer(nodes[parent]) == "staging":
                if not node["name"].startswith("dim_"):
                    broken.append(f"{node['name']} reads staging but is no dimension")
    return broken


def models(manifest: dict) -> list[dict]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def broken_names(manifest: dict) -> list[str]:
    broken = []
    for node in models(manifest):
        where = layer(node)
        wanted = (f"int_{where.split('/')[1]}__",) if where.startswith("intermediate/") else PREFIXES[where]
        if not node["name"].startswith(wanted):
            broken.append(f"{node['name']} in {where} must start with {' or '.join(wanted)}")
    return broken


def undescribed(manifest: dict) -> list[str]:
    """Models and columns without a description, and columns described outside the dictionary."""
    broken = []
    for node in models(manifest):
        if not node["description"].strip():
            broken.append(node["name"])
        if not node["columns"]:
            broken.append(f"{node['name']}: no column listed")
    for node in [*models(manifest), *sources(manifest)]:
        broken += [f"{node['name']}.{c['name']}" for c in node["columns"].values() if not c["description"].strip()]
    return broken


def sources(manifest: dict) -> list[dict]:
    """The raw tables; the bookkeeping of `ops` is described by its own DDL."""
    return [node for node in manifest["sources"].values() if node["source_name"] == "raw"]


def without_contract(manifest: dict) -> list[str]:
    return [
        node["name"]
        for node in models(manifest)
        if layer(node) in ("marts", "publish") and not node["config"]["contract"]["enforced"]
    ]


def unnamed_tests(manifest: dict) -> list[str]:
    """Data tests without a sentence that a business reader understands."""
    return [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and len(node.get("description", "")) < 10
    ]


WALL_CLOCK = re.compile(r"\b(current_date|current_timestamp|localtimestamp|getdate|sysdate|now|today)\b\s*\(?", re.I)


def wall_clocks(sql: str) -> list[str]:
    code = re.sub(r"--[^\n]*|\{#.*?#\}", "", sql, flags=re.S)
    code = re.sub(r"'[^']*'", "''", code)
    return [match.group(0).strip() for match in WALL_CLOCK.finditer(code)]


JINJA_EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.S)
NUMBER = re.compile(r"(?<![\w.'])(\d+(?:\.\d+)?)(?![\w.'])")
# parents under which a number decides something; a function's own argument (a position, a precision) does not
DECIDING = (
    exp.Binary, exp.Between, exp.In, exp.Case, exp.If, exp.Coalesce, exp.Greatest, exp.Least, exp.Nullif, exp.Neg,
)  # fmt: skip
TRANSPARENT = (exp.Paren, exp.Neg, exp.Cast, exp.TryCast, exp.Tuple)


class _Anything(jinja2.Undefined):
    """Whatever a template asks of dbt becomes an identifier, so that the SQL around it can be parsed."""

    def __call__(self, *arguments, **keywords):
        return "" if self._undefined_name in ("config", "set") else f"jinja_{self._undefined_name}"

    def __getattr__(self, name):
        return _Anything(name=name)

    def __str__(self):
        return f"jinja_{self._undefined_name}"


def deciding_numbers(sql: str) -> list[str]:
    """Numbers other than 0 and 1 in predicates, CASE and arithmetic of one model's SQL, macro arguments included."""
    code = re.sub(r"\{#.*?#\}", "", sql, flags=re.S)
    found = [n for text in JINJA_EXPRESSION.findall(code) for n in NUMBER.findall(_without_strings(text))]
    rendered = jinja2.Environment(undefined=_Anything).from_string(code).render()
    for literal in sqlglot.parse_one(rendered, read="duckdb").find_all(exp.Literal):
        if not literal.is_string and _decides(literal):
            found.append(literal.this)
    return [number for number in found if float(number) not in (0, 1)]


def _without_strings(text: str) -> str:
    return re.sub(r"'[^']*'|\"[^\"]*\"", "", text)


def _decides(literal: exp.Literal) -> bool:
    node = literal.parent
    while isinstance(node, TRANSPARENT):
        node = node.parent
    return isinstance(node, DECIDING)


# -- imports ----------------------------------------------------------------------------------------

# library -> the only places that may import it
ONLY_IN = {
    "airflow": ("dags/", "include/orchestration.py"),
    "dbt": ("include/transform.py",),
    "duckdb": tuple(f"include/{room}" for room in "warehouse.py ingest/ quality/ publish/ report/ synthetic/".split()),
    "great_expectations": ("include/quality/",),
}
# room -> rooms of include it may not import
NOT_FROM = {
    "include/report/": ("include.ingest", "include.publish", "include.transform", "include.quality"),
    "include/ingest/": ("include.transform", "include.publish", "include.report", "include.orchestration"),
    "include/publish/": ("include.ingest", "include.transform", "include.report", "include.orchestration"),
    "include/quality/": ("include.transform", "include.publish", "include.orchestration"),
    "include/backtest/": ("include.ingest", "include.publish", "include.report", "include.orchestration"),
    "include/rulebook/": ("include.ingest", "include.publish", "include.transform", "include.warehouse"),
    "include/synthetic/": ("include.ingest", "include.transform", "include.publish", "include.warehouse"),
    "include/settings.py": ("include",),
}


def broken_imports(path: str, source: str) -> list[str]:
    broken = []
    for module in _imports(source):
        root = module.split(".")[0]
        if root in ONLY_IN and not path.startswith(ONLY_IN[root]):
            broken.append(f"{path} imports {module}")
        for room, forbidden in NOT_FROM.items():
            if path.startswith(room) and module.startswith(forbidden):
                broken.append(f"{path} imports {module}")
        if module.split(".")[0] == "dags":
            broken.append(f"{path} imports {module}")
    return broken


def _imports(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" if node.module == "include" else node.module for alias in node.names]
    return found


def reads_environment(source: str) -> bool:
    """Does this module look at environment variables?"""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") and getattr(node.value, "id", "") == "os":
            return True
    return False


def opens_duckdb(source: str) -> bool:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr == "connect" and getattr(node.value, "id", "") == "duckdb":
            return True
    return False
