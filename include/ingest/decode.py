"""Bytes to text before anything is split (N01, N02, N03, N05): strict, never guessing silently.

A file goes by in chunks, twice: once for the evidence which encoding it is in, once for its text.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from include.ingest.headers import key
from include.ingest.problems import BadFile

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CANDIDATES = ("utf-8", "cp932", "euc_jp")
# what is plainly something else: first bytes -> what to tell
NOT_CSV = (
    (b"PK\x03\x04", "Excel ブックか ZIP です"),
    (b"\xd0\xcf\x11\xe0", "古い形式の Excel ブックです"),
    (b"%PDF", "PDF です"),
    (b"\x1f\x8b", "圧縮ファイルです"),
    (b"PAR1", "Parquet です"),
)
HTML = re.compile(rb"\s*<(!doctype|html|\?xml|table|body)", re.IGNORECASE)
BLANKS = b"\xef\xbb\xbf \t\r\n"
HEAD_LINES = 20
HEAD_SIGNS = 20_000
CHUNK = 1 << 23
THREE_BYTES = re.compile(rb"[\xe0-\xf7]")  # how UTF-8 begins a sign of three bytes or more
FIX_CSV = "CSV で書き出したファイルを置いてください"
FIX_ENCODING = "契約に encoding を指定してください"
# euc_jp decodes these to signs that cp932 does not know; canonical are cp932's (N03)
CANONICAL_SIGNS = {"〜": "～"}
EUC_SIGNS = {"〜": "～", "‖": "∥", "−": "－", "¢": "￠", "£": "￡", "¬": "￢", "—": "―"}


class _Trial:
    """One encoding tried on a file that goes by in chunks: the head of its text, or the line where it fails."""

    def __init__(self, name: str):
        self.name = name
        b"".decode(name)  # LookupError for what is a codec but no encoding of text
        self.decoder = codecs.getincrementaldecoder(name)()
        self.head = ""
        self.lines = 0  # line ends in the chunks before
        self.failed_on: int | None = None
        self.is_ascii = True
        self.has_three_bytes = False

    def feed(self, chunk: bytes, is_last: bool) -> None:
        if self.failed_on is not None:
            return
        kept = self.decoder.getstate()[0]  # the first half of a sign that the chunk before ended in
        try:
            text = self.decoder.decode(chunk, is_last)
        except UnicodeError as error:  # without a place: UTF-16 that does not begin with its mark
            before = (kept + chunk)[: getattr(error, "start", 0)]
            self.failed_on = self.lines - kept.count(b"\n") + before.count(b"\n") + 1
            return
        if len(self.head) < HEAD_SIGNS:
            self.head += text[: HEAD_SIGNS - len(self.head)]
        self.lines += chunk.count(b"\n")
        if not chunk.isascii():
            self.is_ascii = False
            self.has_three_bytes = self.has_three_bytes or bool(THREE_BYTES.search(chunk))


def detect(path: Path, encodings: tuple[str, ...], known: frozenset[str]) -> str:
    """The encoding of the whole file.

    `known`: header keys of the contract; they decide between encodings that both decode.
    Raises `BadFile` for empty, foreign or undecidable content, LookupError for an encoding nobody knows.
    """
    with path.open("rb") as file:
        start = file.read(len(codecs.BOM_UTF8))
    for bom, name in BOMS:
        if start.startswith(bom):
            [trial] = _tried(path, (name,))
            return _readable(trial)
    if encodings != ("auto",):
        return _declared(path, encodings, known)
    hits = [trial for trial in _tried(path, CANDIDATES) if trial.failed_on is None]
    if not hits:
        raise BadFile("N01", "文字コードが読めません (UTF-8・CP932・EUC-JP のどれでもありません)", FIX_ENCODING)
    return _choose(hits, known)


def expect(path: Path, encodings: tuple[str, ...], known: frozenset[str]) -> str:
    """As `detect`, but a single declared encoding is taken at the word of the file's first chunk.

    What reads the file by it asks `detect` when anything is wrong, so that the whole file's first fault is told.
    """
    if len(encodings) == 1 and encodings != ("auto",):
        with path.open("rb") as file:
            start = file.read(CHUNK)
        if not start.startswith(tuple(bom for bom, _ in BOMS)) and b"\x00" not in start:
            trial = _Trial(encodings[0])
            trial.feed(start, is_last=False)
            if trial.failed_on is None and (not known or _known_headers(trial.head, known)):
                return trial.name
    return detect(path, encodings, known)


def pieces(path: Path, encoding: str) -> Iterator[str]:
    """The text with LF line ends and canonical signs, piece by piece.

    Raises UnicodeDecodeError, or ValueError for zero bytes, where `encoding` is not what `detect` finds.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    carried, is_first = "", True
    for chunk, is_last in _chunks(path):
        if b"\x00" in chunk and encoding != "utf-16":  # which is only expected with its mark
            raise ValueError("zero bytes")
        text = carried + decoder.decode(chunk, is_last)
        carried = "\r" if text.endswith("\r") and not is_last else ""  # its LF may begin the next chunk
        text = text.removesuffix("\r") if carried else text
        yield _clean(text.removeprefix("\ufeff") if is_first else text, encoding)
        is_first = False


def lines(texts: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Physical lines without their ends, numbered from 1, of a text that comes in pieces."""
    number, rest = 1, ""
    for text in texts:
        *whole, rest = (rest + text).split("\n")
        yield from enumerate(whole, start=number)
        number += len(whole)
    yield number, rest


def _chunks(path: Path) -> Iterator[tuple[bytes, bool]]:
    """The bytes of a file, and which chunk is the last; an empty file has one empty chunk."""
    with path.open("rb") as file:
        chunk = file.read(CHUNK)
        while chunk and (following := file.read(CHUNK)):
            yield chunk, False
            chunk = following
        yield chunk, True


def _tried(path: Path, names: tuple[str, ...]) -> list[_Trial]:
    """Every encoding tried on the whole file. Raises `BadFile` for what is no text at all."""
    trials = [_Trial(name) for name in names]
    is_blank, line, zero = True, 1, None
    for number, (chunk, is_last) in enumerate(_chunks(path)):
        if number == 0:
            _check_start(chunk)
            may_have_zeros = chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        is_blank = is_blank and not chunk.strip(BLANKS)
        if zero is None and not may_have_zeros and b"\x00" in chunk:
            zero = line + chunk[: chunk.index(b"\x00")].count(b"\n")
        line += chunk.count(b"\n")
        for trial in trials:
            trial.feed(chunk, is_last)
    if is_blank:
        raise BadFile("C-EMPTY", "空のファイルです", "元のシステムで出力が終わっているか確かめてください", line=1)
    if zero is not None:
        raise BadFile("C-TYPE", "CSV ではありません。バイナリの値が入っています", FIX_CSV, line=zero)
    return trials


def _check_start(start: bytes) -> None:
    for magic, what in NOT_CSV:
        if start.startswith(magic):
            raise BadFile("C-TYPE", f"CSV ではありません。{what}", FIX_CSV, line=1)
    if HTML.match(start[:200]):
        raise BadFile("C-TYPE", "CSV ではありません。HTML か XML です (ログイン画面を保存していませんか)", FIX_CSV, line=1)


def _readable(trial: _Trial, hint: str = "") -> str:
    if trial.failed_on is not None:
        raise BadFile("N01", f"{trial.name} として読めない文字があります{hint}", FIX_ENCODING, line=trial.failed_on)
    return trial.name


def _declared(path: Path, encodings: tuple[str, ...], known: frozenset[str]) -> str:
    """The first declared encoding that fits; one in which another one's header appears is the wrong one."""
    for trial in _tried(path, encodings):
        if trial.failed_on is not None:
            continue
        if known and not _known_headers(trial.head, known) and (other := _other(path, trial.name, known)):
            reason = f"契約の文字コード {trial.name} では見出しが読めません ({other} のファイルのようです)"
            raise BadFile("N01", reason, FIX_ENCODING, line=1)
        return trial.name
    other = _other(path, trial.name, known)
    return _readable(trial, f" ({other} のファイルのようです)" if other else "")


def _other(path: Path, declared: str, known: frozenset[str]) -> str | None:
    """The candidate in which the contract's header can be read."""
    trials = _tried(path, tuple(name for name in CANDIDATES if name != declared))
    return next((t.name for t in trials if t.failed_on is None and _known_headers(t.head, known)), None)


def _choose(hits: list[_Trial], known: frozenset[str]) -> str:
    """The one reading, or the one whose header the contract knows best, or UTF-8 that spells Japanese."""
    if len(hits) == 1 or hits[0].is_ascii:  # ASCII means the same in all of them
        return hits[0].name
    scores = {trial.name: _known_headers(trial.head, known) for trial in hits}
    best = max(scores.values())
    winners = [trial for trial in hits if scores[trial.name] == best]
    if len(winners) == 1:
        return winners[0].name
    if any(trial.name == "utf-8" and trial.has_three_bytes for trial in winners):
        return "utf-8"  # three-byte sequences do not come about by chance over a whole file
    raise BadFile("N01", "文字コードを特定できません", FIX_ENCODING)


def _known_headers(head: str, known: frozenset[str]) -> int:
    """The largest number of known names in one of the first lines."""
    lines = re.split(r"\r\n|\r|\n", head, maxsplit=HEAD_LINES)[:HEAD_LINES]
    return max(sum(key(cell) in known for cell in re.split(r"[,\t;|]", line)) for line in lines)


def _clean(text: str, encoding: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    for sign, canonical in (EUC_SIGNS if encoding == "euc_jp" else CANONICAL_SIGNS).items():
        text = text.replace(sign, canonical)
    return text
