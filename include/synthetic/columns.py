"""Vectorised text columns: numpy in, Arrow text arrays out. A `str` stands for a constant column."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Column = pa.Array | str
TEXT = pa.string()


def stream(seed: int, block: int, name: str) -> np.random.Generator:
    """The random stream of one part of one block; parts share no draws, so one can change alone."""
    return np.random.default_rng([seed, block, zlib.crc32(name.encode())])


def draw(rng: np.random.Generator, weights: dict[str, float], size: int) -> np.ndarray:
    """`size` keys of `weights` (object array), drawn with their shares; shares are scaled to one."""
    share = np.array(list(weights.values()), dtype=float)
    return np.array(list(weights), dtype=object)[rng.choice(len(share), size=size, p=share / share.sum())]


def pick(rng: np.random.Generator, size: int, count: int) -> np.ndarray:
    """`count` different positions below `size`, ascending."""
    return np.sort(rng.permutation(size)[:count])


def text(values: Sequence | np.ndarray) -> pa.Array:
    """Text as it is; None becomes the empty cell."""
    return pc.fill_null(pa.array(values, type=TEXT), "")


def choose(words: Sequence[str], index: np.ndarray) -> pa.Array:
    return pa.array(words, type=TEXT).take(pa.array(index))


def number(values: np.ndarray, width: int = 0) -> pa.Array:
    """Whole numbers as text, left-padded with zeros to `width`."""
    column = pc.cast(pa.array(np.asarray(values, dtype=np.int64)), TEXT)
    return pc.utf8_lpad(column, width, "0") if width else column


def join(*parts: Column) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def blank(column: Column, mask: np.ndarray) -> pa.Array:
    """The column with empty cells where `mask` holds."""
    return pc.if_else(pa.array(mask), "", column)


def day(values: np.ndarray) -> pa.Array:
    """datetime64 as YYYY-MM-DD; NaT is an empty cell."""
    missing = np.isnat(values)
    plain = np.datetime_as_string(
        np.where(missing, np.datetime64("1970-01-01"), values).astype("datetime64[D]")
    )
    return blank(text(plain), missing)


def stamp(values: np.ndarray, zone: str = "") -> pa.Array:
    """datetime64 as 'YYYY-MM-DD HH:MM:SS', or ISO with `zone` appended; NaT is an empty cell."""
    missing = np.isnat(values)
    plain = text(
        np.datetime_as_string(np.where(missing, np.datetime64("1970-01-01"), values).astype("datetime64[s]"))
    )
    shaped = join(plain, zone) if zone else pc.replace_substring(plain, "T", " ")
    return blank(shaped, missing)


def flag(mask: np.ndarray, yes: str, no: str) -> pa.Array:
    return pc.if_else(pa.array(mask), yes, no)


def edit(column: pa.Array, index: np.ndarray, change: Callable[[str], str]) -> tuple[pa.Array, int]:
    """Apply `change` to the few cells at `index` (ascending). Returns it and the number of changes."""
    before = column.take(pa.array(index)).to_pylist()
    after = [change(cell) for cell in before]
    mask = np.zeros(len(column), dtype=bool)
    mask[index] = True
    changed = sum(old != new for old, new in zip(before, after, strict=True))
    return pc.replace_with_mask(column, pa.array(mask), pa.array(after, type=TEXT)), changed
