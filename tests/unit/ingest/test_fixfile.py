"""Whatever is in a cell, the file in which people correct rows gives it back."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.ingest import fixfile

TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0\r〜\ufeff"), max_size=20)


@given(st.lists(TEXT, min_size=1, max_size=5))
@settings(max_examples=200, deadline=None)
def test_any_cells_come_back_as_they_went(cells: list[str]):
    names = [f"列{n}" for n in range(len(cells))]
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        Path(file.name).write_bytes(fixfile.render(names, [(fixfile.token("0" * 16, 3), "x", cells)]))
        fix = fixfile.parse(Path(file.name))
    assert fix.root == "0" * 16
    assert fix.lines == (fixfile.Line(3, dict(zip(names, cells, strict=True))),)


@pytest.mark.parametrize("cell", ["0312", "090-1234-5678", "2024-04-01", "1/2", "9012345678901", "12E3", "10:30"])
def test_norm_N08_what_a_spreadsheet_reshapes_is_wrapped(cell: str):
    assert fixfile.guarded(cell) == f'="{cell}"'


@pytest.mark.parametrize("cell", ["5", "1200", "山田", "a-1", "TEL", ""])
def test_an_ordinary_cell_is_left_alone(cell: str):
    assert fixfile.guarded(cell) == cell


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-le"])
def test_the_file_is_known_in_any_encoding(tmp_path, encoding: str):
    path = tmp_path / "x.csv"
    path.write_bytes("okoshi_row,直すところ,注文ID\nr0-1,a,b\n".encode(encoding))
    assert fixfile.is_fix(path)
    path.write_bytes("注文ID,備考\n1,okoshi_row\n".encode(encoding))
    assert not fixfile.is_fix(path)
