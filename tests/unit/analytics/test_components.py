"""Components equal a plain flood fill, whatever the order and direction of the edges; a million nodes take seconds."""

from __future__ import annotations

import time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.analytics.components import connected, connected_in_scope

EDGES = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), max_size=12)


def found(edges: list[tuple[str, str]]) -> dict[str, str]:
    left, right = (pa.array([edge[side] for edge in edges], pa.string()) for side in (0, 1))
    table = connected(left, right)
    return dict(zip(table["node"].to_pylist(), table["component"].to_pylist(), strict=True))


def flooded(edges: list[tuple[str, str]]) -> dict[str, str]:
    group = {node: {node} for edge in edges for node in edge}
    for left, right in edges:
        union = group[left] | group[right]
        for node in union:
            group[node] = union
    return {node: min(members) for node, members in group.items()}


@settings(deadline=None)  # a busy machine is no wrong result
@given(EDGES)
def test_components_equal_a_plain_flood_fill(edges):
    assert found(edges) == flooded(edges)


@given(EDGES, st.randoms(use_true_random=False))
def test_components_do_not_depend_on_order_or_direction_of_edges(edges, random):
    turned = [edge if random.random() < 0.5 else edge[::-1] for edge in edges]
    random.shuffle(turned)
    assert found(turned) == found(edges)


def test_no_edge_no_component():
    assert found([]) == {}


def test_columns_of_unequal_length_or_with_null_are_refused():
    with pytest.raises(ValueError):
        connected(pa.array(["a"]), pa.array(["b", "c"]))
    with pytest.raises(ValueError):
        connected(pa.array(["a"]), pa.array([None], pa.string()))


def test_a_million_persons_on_half_a_million_keys_take_seconds():
    rng = np.random.default_rng(7)
    person = pa.array(np.char.add("p", np.arange(1_000_000).astype(str)))
    key = pa.array(np.char.add("k", rng.integers(0, 500_000, 1_000_000).astype(str)))
    started = time.monotonic()
    table = connected(person, key)
    assert time.monotonic() - started < 30
    assert len(set(table["component"].to_pylist())) == len(set(key.to_pylist()))


def test_an_edge_with_a_scope_holds_where_the_scopes_are_one_only():
    # x1 and y1 are one, z1 is not; p, q, r share a value under them
    left = pa.array(["x1", "y1", "z1", "p", "q", "r"])
    right = pa.array(["one", "one", "other", "v", "v", "v"])
    scope = pa.array([None, None, None, "x1", "y1", "z1"], pa.string())
    found = connected_in_scope(left, right, scope)
    component = dict(zip(found["node"].to_pylist(), found["component"].to_pylist(), strict=True))
    assert component["p"] == component["q"] != component["r"]
    assert component["x1"] == component["y1"] != component["z1"]


def test_a_scope_nobody_joined_is_its_own_and_no_scope_at_all_is_the_plain_case():
    left, right = pa.array(["p", "q"]), pa.array(["v", "v"])
    apart = connected_in_scope(left, right, pa.array(["a", "b"]))
    assert len(set(apart.filter(pc.is_in(apart["node"], left))["component"].to_pylist())) == 2
    assert connected_in_scope(left, right, pa.nulls(2, pa.string())).equals(connected(left, right))
