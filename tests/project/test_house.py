"""The house is in order: layers one way, names, descriptions, contracts, clocks, numbers, imports."""

from __future__ import annotations

import copy
import json
import re

import pytest

from include import rules, settings, transform
from include.settings import REPO
from tests.conftest import LONGEST_FILES, TESTS
from tests.project import house

MODEL_FILES = sorted((REPO / "dbt_project" / "models").rglob("*.sql"))
DECIDING_FILES = [p for p in MODEL_FILES if {"intermediate", "marts"} & set(p.parts)]
MODULES = sorted([*(REPO / "include").rglob("*.py"), *(REPO / "dags").glob("*.py")])


@pytest.fixture(scope="module")
def manifest(tmp_path_factory) -> dict:
    config = settings.load({"DATA_ROOT": str(tmp_path_factory.mktemp("house"))})
    transform.parse(config)
    return json.loads((config.dbt_target / "manifest.json").read_text())


def test_layers_are_read_one_way_only(manifest):
    assert house.broken_layers(manifest) == []


def test_the_layer_check_fails_on_a_model_that_reads_a_later_layer(manifest):
    broken = copy.deepcopy(manifest)
    staging = next(n for n in house.models(broken) if house.layer(n) == "staging")
    mart = next(n for n in house.models(broken) if house.layer(n) == "marts")
    staging["depends_on"]["nodes"].append(mart["unique_id"])
    assert house.broken_layers(broken) == [f"{staging['name']} (staging) reads {mart['name']} (marts)"]


def test_the_layer_check_fails_on_dormancy_reading_cause(manifest):
    broken = copy.deepcopy(manifest)
    nodes = house.models(broken)
    early = next(n for n in nodes if house.layer(n) == "intermediate/dormancy")
    late = next(n for n in nodes if house.layer(n) == "intermediate/cause")
    early["depends_on"]["nodes"].append(late["unique_id"])
    assert len(house.broken_layers(broken)) == 1


def test_names_carry_their_layer(manifest):
    assert house.broken_names(manifest) == []


def test_the_name_check_fails_on_a_mart_without_prefix(manifest):
    broken = copy.deepcopy(manifest)
    mart = next(n for n in house.models(broken) if house.layer(n) == "marts")
    mart["name"] = "customers"
    assert len(house.broken_names(broken)) == 1


def test_every_model_and_column_is_described(manifest):
    assert house.undescribed(manifest) == []


def test_the_description_check_fails_on_a_bare_column(manifest):
    broken = copy.deepcopy(manifest)
    next(iter(house.models(broken)[0]["columns"].values()))["description"] = ""
    assert len(house.undescribed(broken)) == 1


def test_the_description_check_fails_on_a_bare_raw_column(manifest):
    broken = copy.deepcopy(manifest)
    table = house.sources(broken)[0]
    next(iter(table["columns"].values()))["description"] = ""
    assert house.undescribed(broken) == [f"{table['name']}.{next(iter(table['columns']))}"]


def test_marts_and_publish_models_have_enforced_contracts(manifest):
    assert house.without_contract(manifest) == []


def test_the_contract_check_fails_on_a_mart_without_one(manifest):
    broken = copy.deepcopy(manifest)
    mart = next(n for n in house.models(broken) if house.layer(n) == "marts")
    mart["config"]["contract"]["enforced"] = False
    assert house.without_contract(broken) == [mart["name"]]


def test_every_column_is_described_once_in_the_dictionary(manifest):
    blocks = []
    for path in (REPO / "dbt_project" / "docs").glob("*.md"):
        blocks += re.findall(r"\{%\s*docs\s+(\w+)\s*%\}", path.read_text(encoding="utf-8"))
    assert sorted(blocks) == sorted(set(blocks))
    raw = [text for path in (REPO / "dbt_project" / "models").rglob("*.yml") for text in _column_texts(path)]
    assert [text for text in raw if "doc(" not in text] == []


def _column_texts(path) -> list[str]:
    import yaml

    loaded = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return [
        column.get("description", "")
        for model in [*loaded.get("models", []), *(table for source in loaded.get("sources", []) for table in source["tables"])]
        for column in model.get("columns", [])
    ]


def test_no_model_reads_the_wall_clock():
    found = {p.name: house.wall_clocks(p.read_text(encoding="utf-8")) for p in MODEL_FILES}
    assert {name: clocks for name, clocks in found.items() if clocks} == {}


@pytest.mark.parametrize("sql", ["select current_date", "select now()", "where d < today()"])
def test_the_clock_check_fails_on_a_wall_clock(sql):
    assert house.wall_clocks(sql)


def test_no_number_decides_in_intermediate_and_marts_sql():
    found = {p.name: house.deciding_numbers(p.read_text(encoding="utf-8")) for p in DECIDING_FILES}
    assert {name: numbers for name, numbers in found.items() if numbers} == {}


@pytest.mark.parametrize(
    "sql",
    [
        "select 1 from t where days >= 180",
        "select case when n = 2 then 'x' end from t",
        "select amount * 0.3 from t",
        "select coalesce(n, 60) from t",
        "select {{ add_days('a', 90) }} from t",
        "select 1 from t where n between 0 and 5",
    ],
)
def test_the_number_check_fails_on_a_threshold_in_sql(sql):
    assert len(house.deciding_numbers(sql)) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "select cast(a as decimal(18, 2)) from t order by 2",
        "select 1 from t where n > 0 and m = 1",
        "select {{ hash16(['a', 'b']) }} from {{ ref('x') }}",
    ],
)
def test_types_ordinals_zero_and_one_are_exempt(sql):
    assert house.deciding_numbers(sql) == []


def test_imports_obey_the_table_who_may_read_whom():
    broken = []
    for path in MODULES:
        name = str(path.relative_to(REPO))
        broken += house.broken_imports(name, path.read_text(encoding="utf-8"))
    assert broken == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("include/cli.py", "import airflow"),
        ("include/ingest/run.py", "from dbt.cli.main import dbtRunner"),
        ("include/report/page.py", "from include import transform"),
        ("include/settings.py", "from include.errors import GateStop"),
        ("include/stages.py", "import duckdb"),
    ],
)
def test_the_import_check_fails_on_a_forbidden_import(path, source):
    assert house.broken_imports(path, source)


def test_only_settings_and_the_doors_to_airflow_dbt_and_gx_touch_the_environment():
    allowed = {"include/settings.py", "include/orchestration.py", "include/transform.py", "include/quality/engine.py"}
    found = {str(p.relative_to(REPO)) for p in MODULES if house.reads_environment(p.read_text(encoding="utf-8"))}
    assert found <= allowed


def test_only_warehouse_opens_duckdb():
    found = {str(p.relative_to(REPO)) for p in MODULES if house.opens_duckdb(p.read_text(encoding="utf-8"))}
    assert found == {"include/warehouse.py"}


def test_every_environment_variable_has_its_line_in_the_example():
    source = (REPO / "include" / "settings.py").read_text(encoding="utf-8")
    names = set(re.findall(r'env(?:\.get\(|\[)"(\w+)"', source))
    listed = set(re.findall(r"^(\w+)=", (REPO / ".env.example").read_text(encoding="utf-8"), flags=re.M))
    assert names and names <= listed


def test_every_rule_table_is_dated_owned_and_keyed():
    config = settings.load()
    rules.check(config)
    keyed = rules.keys(config)
    assert [name for name in rules.effective_files(config) if not keyed.get(name)] == []
    for name, path in rules.effective_files(config).items():
        assert rules.header(path)[-4:] == list(rules.COMMON_COLUMNS), name


def test_the_files_that_start_first_are_there():
    assert [name for name in LONGEST_FILES if not (TESTS / name).is_file()] == []
    assert len(set(LONGEST_FILES)) == len(LONGEST_FILES)
