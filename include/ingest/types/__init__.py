"""The registry of canonical types: how a simple cell is read in SQL, and any other one in Python.

`fast` is SQL over the raw text {x}: the value where it is in its simple form already, else NULL. Only distinct values
that are not go through `slow`, so that the cost follows the dirt and not the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from include.contracts import Column, ColumnRule
from include.ingest.types import addresses, codes, companies, contacts, dates, numbers, people
from include.ingest.types.cells import NULL_TOKENS, SPACES, Cell

# columns that hold an address or a number, depending on the row
CONTACT_COLUMNS = ("contact_value", "value_norm")
Slow = Callable[[str, ColumnRule, Column], Cell]


@dataclass(frozen=True)
class Reader:
    fast: str
    slow: Slow


_NULLS = ", ".join(f"'{token}'" for token in sorted(NULL_TOKENS))
_DAY = r"(20\d{2}|19[1-9]\d|190[1-9])[-/]\d{1,2}[-/]\d{1,2}"
_STAMP = _DAY + r"([ T]\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?"
_SAME_DIGITS = "|".join(f"{digit}{{8}}" for digit in range(10))
_INTEGER_ID = (
    "case when regexp_full_match({x}, '[A-Za-z]*\\d+') then {x}"
    " when regexp_full_match({x}, '\\d+\\.0+') then split_part({x}, '.', 1) end"
)
NEVER = "null"


def _simple(pattern: str, value: str = "{x}") -> str:
    return f"case when regexp_full_match({{x}}, '{pattern}') then {value} end"


_HAS_EDGES = f"regexp_matches({{x}}, '^[{SPACES}]|[{SPACES}]$')"  # a fraction of what trim costs
_IS_WORD = f"not {_HAS_EDGES} and (length({{x}}) > {max(map(len, NULL_TOKENS))} or lower({{x}}) not in ({_NULLS}))"
_TEXT = f"case when {_IS_WORD} and not starts_with({{x}}, '=') then {{x}} end"
_NAME = (
    f"case when {_IS_WORD} and not regexp_matches({{x}}, '({people.HONORIFICS})$')"
    " then regexp_replace({x}, '[ \u3000\t]+', ' ', 'g') end"
)
_KANA = "case when regexp_full_match({x}, '[ァ-ヶ][ァ-ヶー]*') then {x} end"
TRIMMED = f"case when {_HAS_EDGES} then trim({{x}}, '{SPACES}') else {{x}} end"
_PHONE = (
    "case when regexp_full_match({x}, '0([5-9]0-?[0-9]{4}-?[0-9]{4}|[1-9][0-9]{0,3}-?[0-9]{1,4}-?[0-9]{4})')"
    " and (length(replace({x}, '-', '')) = 10 and not regexp_matches({x}, '^0[5-9]0')"
    " or length(replace({x}, '-', '')) = 11 and regexp_matches({x}, '^0[5-9]0'))"
    f" and not regexp_matches(replace({{x}}, '-', ''), '12345678|{_SAME_DIGITS}')"
    " then '+81' || substr(replace({x}, '-', ''), 2) end"
)

# what the slow reader takes for no value must not pass here (N09, N20)
_ID = (
    r"case when regexp_full_match({x}, '[A-Za-z0-9_][A-Za-z0-9_./:#-]*[A-Za-z0-9_]|[A-Za-z0-9_]')"
    " and lower({x}) not in (" + _NULLS + ") then {x} end"
)
_EMAIL = (
    r"case when regexp_full_match({x}, '[A-Za-z0-9._+-]+@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}')"
    f" and not regexp_matches(lower({{x}}), '^({'|'.join(contacts.NULL_MAILS)})') then {{x}} end"
)
# a place, its numbers with hyphens or 丁目・番地・番・号, perhaps a building; whatever else N22 has to change is read in Python
_PLACE_SIGNS = "[々〆ぁ-ゖァ-ヺ一-鿿\n]+"
_NUMBERS = "[0-9]+(?:(?:-|丁目|番地の|番地|番|号)[0-9]+){1,3}"
_BUILDING = "(?:[ \u3000]+[A-Za-zぁ-ゖァ-ヺ一-鿿][^\n]*)?"
_ADDRESS_KEY = (
    f"case when regexp_full_match({{x}}, '{_PLACE_SIGNS}{_NUMBERS}(?:丁目|番地|番|号)?{_BUILDING}')"
    f" and not regexp_matches(regexp_extract({{x}}, '^{_PLACE_SIGNS}'), '字|丁|番|号|都|道|府|県')"
    f" then replace(regexp_extract({{x}}, '^{_PLACE_SIGNS}'), chr(10), '')"
    f" || regexp_replace(regexp_extract({{x}}, '{_NUMBERS}'), '[^0-9]+', '-', 'g') end"
)
_POSTAL = (
    "case when regexp_full_match({x}, '[0-9]{3}-?[0-9]{4}') and replace({x}, '-', '') <> '0000000'"
    " then replace({x}, '-', '') end"
)

READERS: dict[str, Reader] = {
    "id": Reader(
        _ID, lambda raw, r, c: codes.read_id(raw, r.id_format)
    ),
    "text": Reader(_TEXT, lambda raw, r, c: codes.read_text(raw)),
    "name": Reader(_NAME, lambda raw, r, c: people.read_name(raw, r.part)),
    "kana": Reader(_KANA, lambda raw, r, c: people.read_kana(raw, r.part)),
    "email": Reader(_EMAIL, lambda raw, r, c: contacts.read_email(raw)),
    "phone": Reader(_PHONE, lambda raw, r, c: contacts.read_phone(raw)),
    "extension": Reader(NEVER, lambda raw, r, c: contacts.read_extension(raw)),
    "contact": Reader(NEVER, lambda raw, r, c: contacts.read_contact(raw)),
    "postal": Reader(_POSTAL, lambda raw, r, c: contacts.read_postal(raw)),
    "prefecture": Reader(NEVER, lambda raw, r, c: people.read_prefecture(raw)),
    "corporate_number": Reader(NEVER, lambda raw, r, c: codes.read_corporate_number(raw)),
    "address_key": Reader(_ADDRESS_KEY, lambda raw, r, c: addresses.read_address_key(raw)),
    "legal_form": Reader(NEVER, lambda raw, r, c: companies.read_legal_form(raw)),
    "legal_position": Reader(NEVER, lambda raw, r, c: companies.read_legal_position(raw)),
    "company_key": Reader(NEVER, lambda raw, r, c: companies.read_company_key(raw)),
    "gender": Reader(NEVER, lambda raw, r, c: people.read_gender(raw)),
    "code": Reader(NEVER, lambda raw, r, c: codes.read_code(raw, c.codes)),
    "list": Reader(NEVER, lambda raw, r, c: codes.read_list(raw)),
    "boolean": Reader(NEVER, lambda raw, r, c: codes.read_boolean(raw, r.polarity)),
    "deleted": Reader(NEVER, lambda raw, r, c: codes.read_deleted(raw, r.polarity)),
    "mapped": Reader(NEVER, lambda raw, r, c: codes.read_mapped(raw, r.map or {})),
    "date": Reader(
        _simple(_STAMP, "cast(try_cast({x} as timestamp) as date)"), lambda raw, r, c: dates.read_date(raw, r.formats, dates.epoch_of(r.excel_1904))
    ),
    "timestamp": Reader(_simple(_STAMP, "try_cast({x} as timestamp)"), 
        lambda raw, r, c: dates.read_timestamp(raw, r.formats, dates.epoch_of(r.excel_1904)),
    ),
    "money": Reader(
        _simple(r"-?\d{1,14}(\.\d{1,2})?", "try_cast({x} as decimal(18,2))"), lambda raw, r, c: numbers.read_number(raw, "money", r.scale)
    ),
    "price": Reader(
        _simple(r"-?\d{1,12}(\.\d{1,4})?", "try_cast({x} as decimal(18,4))"), lambda raw, r, c: numbers.read_number(raw, "price", r.scale)
    ),
    "ratio": Reader(
        _simple(r"-?\d{1,9}(\.\d{1,6})?", "try_cast({x} as decimal(18,6))"), lambda raw, r, c: numbers.read_number(raw, "ratio", r.scale)
    ),
    "integer": Reader(_simple(r"-?\d{1,18}", "try_cast({x} as bigint)"), lambda raw, r, c: numbers.read_integer(raw)),
    "mmdd": Reader(_simple(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"), lambda raw, r, c: dates.read_month_day(raw)),
}


def reader_for(column: Column, rule: ColumnRule) -> Reader:
    """The reader of a canonical column under one contract rule."""
    if rule.map is not None:
        return READERS["mapped"]
    if rule.part in ("extension", "legal_form", "legal_position", "company_key"):
        return READERS[rule.part]
    if column.name in CONTACT_COLUMNS and rule.read_as is None:
        return READERS["contact"]
    if column.name == "is_deleted":
        return READERS["deleted"]
    if column.name == "gender" and rule.read_as is None:
        return READERS["gender"]
    found = READERS[rule.read_as or column.type]
    if rule.id_format == "salesforce":
        return Reader(f"case when length({{x}}) <> 15 then {found.fast} end", found.slow)
    if rule.id_format == "integer":
        return Reader(_INTEGER_ID, found.slow)
    if rule.scale or rule.part:
        return Reader(NEVER, found.slow)
    return Reader(_fast_formats(column, rule), found.slow) if rule.formats else found


def _fast_formats(column: Column, rule: ColumnRule) -> str:
    """The contract's own formats first, in SQL where SQL means the same by them as Python."""
    plain = [pattern for pattern in rule.formats if "%y" not in pattern and "%z" not in pattern]
    patterns = ", ".join("'" + pattern.replace("'", "''") + "'" for pattern in plain)
    iso = READERS[column.type].fast
    return f"coalesce(cast(try_strptime({{x}}, [{patterns}]) as {column.type}), {iso})" if patterns else iso
