"""Connected components of a graph given as two columns of node names."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components


def connected(left: pa.Array | pa.ChunkedArray, right: pa.Array | pa.ChunkedArray) -> pa.Table:
    """Nodes that edges join, directly or through others.

    left, right: text, edge i joins left[i] and right[i]; equal length, no NULL (ValueError).
    Returns node, component: every node once, in order; a component is called after its smallest node, so that neither the
    order of edges nor their direction matters.
    """
    if len(left) != len(right) or left.null_count or right.null_count:
        raise ValueError("left and right must be equally long and without NULL")
    chunks = [pc.cast(chunk, pa.large_string()) for column in (left, right) for chunk in _chunks(column)]
    encoded = pa.chunked_array(chunks, pa.large_string()).combine_chunks().dictionary_encode()
    names, codes = encoded.dictionary, encoded.indices.to_numpy(zero_copy_only=False)
    order = pc.sort_indices(names).to_numpy()
    rank = np.empty(len(names), dtype=np.int64)
    rank[order] = np.arange(len(names))
    ends = rank[codes]
    starts, stops = ends[: len(left)], ends[len(left) :]
    graph = coo_matrix((np.ones(len(starts), dtype=np.int8), (starts, stops)), shape=(len(names), len(names)))
    labels = connected_components(graph, directed=False)[1] if len(names) else np.empty(0, dtype=np.int64)
    # nodes are numbered in name order, so the first node of a label is its smallest
    _, first = np.unique(labels, return_index=True)
    ordered = names.take(pa.array(order))
    return pa.table({"node": ordered, "component": ordered.take(pa.array(first[labels]))})


def connected_in_scope(
    left: pa.Array | pa.ChunkedArray, right: pa.Array | pa.ChunkedArray, scope: pa.Array | pa.ChunkedArray
) -> pa.Table:
    """As `connected`, where edge i with a scope (a node's name, else NULL) holds within its scope only.

    Two nodes that share right[i] under two scopes are joined where the edges without a scope join those scopes.
    """
    is_free = pc.is_null(scope)
    if pc.all(is_free).as_py() in (True, None):
        return connected(left, right)
    scopes = connected(pc.filter(left, is_free), pc.filter(right, is_free))
    places = pc.index_in(scope, value_set=scopes["node"].cast(scope.type).combine_chunks())
    names = pc.coalesce(pc.take(scopes["component"], places).cast(scope.type), scope)
    within = pc.binary_join_element_wise(right, names, "@")
    return connected(left, pc.if_else(is_free, right, within))


def _chunks(column: pa.Array | pa.ChunkedArray) -> list[pa.Array]:
    return column.chunks if isinstance(column, pa.ChunkedArray) else [column]
