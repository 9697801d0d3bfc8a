"""Contracts: what every source delivers, and the canonical entities all of them become."""

from include.contracts.load import canonical, load_contract, load_contracts, required_columns
from include.contracts.model import Canonical, Column, ColumnRule, Contract, Entity, Feed, RecordStart, matches, spellings

__all__ = [
    "Canonical", "Column", "ColumnRule", "Contract", "Entity", "Feed", "RecordStart",
    "canonical", "load_contract", "load_contracts", "matches", "required_columns", "spellings",
]  # fmt: skip
