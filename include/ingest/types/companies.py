"""Company names (N26): the legal form, where it stands, and the name without it."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import lru_cache

from include.ingest.types.cells import EMPTY, UNUSABLE, Cell, is_null, plain
from include.settings import REPO


@lru_cache(maxsize=1)
def _forms() -> tuple[tuple[re.Pattern, re.Pattern, str], ...]:
    """(form at the front, form at the back, form as printed), in the order of the reference list that matching uses too."""
    path = REPO / "dbt_project" / "seeds" / "reference" / "legal_forms.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        rows = [(row["spelling_pattern"], row["legal_form"]) for row in csv.DictReader(handle)]
    return tuple((re.compile(f"(?:{p})", re.I), re.compile(f"(?:{p})$", re.I), form) for p, form in rows)


def split(raw: str) -> tuple[str, str | None, str]:
    """(name without its form, form in full or None, front | back | none). ㈱ and ㍿ are 株式会社 by NFKC."""
    text = plain(raw)
    for front, back, form in _forms():
        found = front.match(text)
        if found and (name := text[found.end() :].strip()):
            return name, form, "front"
        found = back.search(text)
        if found and (name := text[: found.start()].strip(" ,")):
            return name, form, "back"
    return text, None, "none"


def read_legal_form(raw: str) -> Cell:
    form = split(raw)[1]
    return Cell(form) if form else EMPTY


def read_legal_position(raw: str) -> Cell:
    return Cell(split(raw)[2]) if plain(raw) else EMPTY


def read_company_key(raw: str) -> Cell:
    """What two spellings of one company share: no form, no spaces, narrow, upper case. Never printed."""
    text = plain(raw)
    if is_null(text):
        return UNUSABLE if text else EMPTY
    return Cell(re.sub(r"[\s・,.]", "", unicodedata.normalize("NFKC", split(raw)[0])).upper() or None)
