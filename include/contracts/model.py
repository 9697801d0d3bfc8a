"""What a contract and a canonical entity are: frozen values, no behaviour beyond look-ups."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from unicodedata import normalize

# Sources of these entities decide who may be contacted: red means that lists stay as they are.
REQUIRED_ENTITIES = frozenset(
    {"orders", "customers", "consents", "contact_points", "inquiries", "calls", "privacy_requests"}
)


@dataclass(frozen=True)
class Column:
    """One canonical column: its type by name, its codes, whether it is personal, other spellings."""

    name: str
    type: str
    pii: bool = False
    codes: tuple[str, ...] = ()
    alias: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entity:
    """One canonical entity. `key` names its identity, `event` the column that dates it (None: undated)."""

    name: str
    key: tuple[str, ...]
    event: str | None
    columns: dict[str, Column]


@dataclass(frozen=True)
class Canonical:
    """All entities, the meta columns every raw table ends in, and the SQL type of each canonical type."""

    types: dict[str, str]
    meta: dict[str, Column]
    entities: dict[str, Entity]

    def sql_type(self, column: Column) -> str:
        return self.types[column.type]


@dataclass(frozen=True)
class ColumnRule:
    """How one canonical column is made from the columns of a file row."""

    sources: tuple[str, ...] = ()
    const: str | None = None
    product: tuple[str, ...] = ()
    row_number: bool = False
    join: tuple[str, ...] = ()
    separator: str = ""
    hash: tuple[str, ...] = ()
    delivery_date: bool = False
    aggregate: str = "first"
    formats: tuple[str, ...] = ()
    map: dict[str, str] | None = None
    match: tuple[tuple[str, str], ...] = ()
    extract: str | None = None
    polarity: dict[str, bool] | None = None
    id_format: str | None = None
    part: str | None = None
    read_as: str | None = None
    scale: str | None = None
    on_error: str | None = None
    required: bool = False
    min: str | None = None
    max: str | None = None
    excel_1904: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        """The file columns it is made of; `#name` is made by `split`, `=text` is text."""
        named = self.sources + self.product + self.join + self.hash
        return tuple(name for name in named if name[0] not in "#=")


@dataclass(frozen=True)
class When:
    """Which file rows a feed takes: value in `values`, or simply present."""

    column: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feed:
    """One entity fed by a contract; `files` limits it to file names, `grain` collapses rows."""

    entity: str
    columns: dict[str, ColumnRule]
    files: tuple[str, ...] = ()
    when: When | None = None
    grain: tuple[str, ...] = ()
    split: str | None = None
    tax_included: tuple[str, ...] = ()

    def takes(self, file_name: str, folder_entity: str | None) -> bool:
        return not self.files or folder_entity == self.entity or matches(file_name, self.files)


@dataclass(frozen=True)
class RecordStart:
    """A record spread over lines: its first line carries `mark` in `column`; later ones inherit `fill_down`."""

    column: str
    mark: str
    fill_down: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contract:
    """One source: what its files are called and look like, and which entities they feed."""

    source: str
    version: int
    path: Path
    title: str
    owner: str
    source_system: str
    files: tuple[str, ...]
    feeds: tuple[Feed, ...]
    mode: str = "delta"
    format: str = "csv"
    encoding: tuple[str, ...] = ("auto",)
    delimiter: str = "auto"
    header: bool | str = True
    columns: tuple[str, ...] = ()
    fixed_width: tuple[tuple[str, int, int], ...] = ()
    preamble_rows: int = 0
    footer: str | None = None
    file_encodings: tuple[tuple[str, str], ...] = ()
    record_start: RecordStart | None = None
    date_in_name: str | None = None
    history: str = "delivery"
    required_for_lists: bool | None = None
    purposes: tuple[str, ...] = ()
    currency: str | None = None
    duplicate_headers: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    max_bad_ratio: float | None = None
    min_rows_ratio: float | None = None
    freshness_days: int | None = None
    absent_fulls: int | None = None

    @property
    def name(self) -> str:
        return f"{self.source}.v{self.version}"

    def feeds_for(self, file_name: str, folder_entity: str | None) -> tuple[Feed, ...]:
        return tuple(feed for feed in self.feeds if feed.takes(file_name, folder_entity))

    def is_required(self, entities: frozenset[str] | set[str] | None = None) -> bool:
        """Whether a red delivery of these entities (default: all it feeds) holds the lists back."""
        if self.required_for_lists is not None:
            return self.required_for_lists
        return bool(REQUIRED_ENTITIES & (entities or {feed.entity for feed in self.feeds}))

    def known_columns(self, feeds: tuple[Feed, ...]) -> list[str]:
        """Every file column these feeds read or the contract ignores, first mention first."""
        return list(dict.fromkeys([*self.read_columns(feeds), *self.ignore]))

    def read_columns(self, feeds: tuple[Feed, ...]) -> list[str]:
        """Every file column these feeds read, first mention first."""
        found: dict[str, None] = {}
        for feed in feeds:
            for rule in feed.columns.values():
                found.update(dict.fromkeys(rule.reads))
            found.update(dict.fromkeys(feed.grain))
            found.update(dict.fromkeys(name for name in (feed.when and feed.when.column, feed.split) if name))
        if self.record_start:
            found.update(dict.fromkeys([self.record_start.column, *self.record_start.fill_down]))
        return list(found)

    def encodings_for(self, file_name: str) -> tuple[str, ...]:
        """What the file may be encoded in: its own name decides before the contract does."""
        own = tuple(encoding for pattern, encoding in self.file_encodings if matches(file_name, (pattern,)))
        return own or self.encoding


def spellings(feeds: tuple[Feed, ...], name: str) -> tuple[str, ...]:
    """The name and the aliases under which these feeds know the same file column."""
    for feed in feeds:
        for rule in feed.columns.values():
            if name in rule.sources:
                return rule.sources
    return (name,)


def matches(file_name: str, globs: tuple[str, ...]) -> bool:
    """Shell globs on the NFC form: Japanese names copied from a Mac arrive decomposed."""
    name = normalize("NFC", file_name)
    return any(fnmatchcase(name, normalize("NFC", pattern)) for pattern in globs)
