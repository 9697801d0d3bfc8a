"""Dates and times (N10 formats, N11 Japanese eras, N12 Excel serials, N13 times): all become JST without zone."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from include.ingest.types.cells import EMPTY, UNUSABLE, Cell, is_null, plain

JST = timezone(timedelta(hours=9))
NULL_DATES = frozenset({"0000-00-00", "0000/00/00", "1900/01/01", "1900-01-01", "1900/1/1"})
EXCEL_EPOCH = datetime(1899, 12, 30)
EXCEL_1904_EPOCH = datetime(1904, 1, 1)  # workbooks of old Macs; the contract says so
EXCEL_SERIALS = (20000, 60000)  # 1954 to 2064: a number in a date column can only be this
ERAS = {
    "M": ("明治", date(1868, 1, 25)), "T": ("大正", date(1912, 7, 30)), "S": ("昭和", date(1926, 12, 25)),
    "H": ("平成", date(1989, 1, 8)), "R": ("令和", date(2019, 5, 1)),
}  # fmt: skip
ERA_ENDS = {"M": date(1912, 7, 30), "T": date(1926, 12, 25), "S": date(1989, 1, 7), "H": date(2019, 4, 30), "R": date.max}

TIME = r"(?:[T ]?\s*(?P<time>(?:午前|午後|AM|PM)?\s*\d{1,2}[:時]\d{1,2}.*))?"
WEEKDAY = r"(?:\s*\([月火水木金土日](?:曜日?)?\))?"
WESTERN = re.compile(r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?" + WEEKDAY + TIME + "$", re.I)
COMPACT = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:[T ]?(?P<h>\d{2})(?P<n>\d{2})(?P<s>\d{2})?)?$")
WAREKI = re.compile(
    r"(?P<era>[MTSHR]|明治|大正|昭和|平成|令和)\s*(?P<y>\d{1,2}|元)[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?"
    + WEEKDAY + TIME + "$",
    re.I,
)  # fmt: skip
CLOCK = re.compile(
    r"(?P<half>午前|午後|AM|PM)?\s*(?P<h>\d{1,2})[:時](?P<n>\d{1,2})分?(?:[:.]?(?P<s>\d{1,2})(?P<f>\.\d+)?秒?)?"
    r"\s*(?P<late>AM|PM)?\s*(?P<zone>Z|UTC|JST|[+-]\d{2}:?\d{2})?$",
    re.I,
)
SERIAL = re.compile(r"\d{5}(\.\d+)?$")


def read_timestamp(raw: str, formats: tuple[str, ...] = (), epoch: datetime = EXCEL_EPOCH) -> Cell:
    """Any known form to 'YYYY-MM-DD HH:MM:SS[.ffffff]'; what is ambiguous or impossible rejects the row (N10)."""
    text = plain(raw)
    if is_null(text, NULL_DATES) or text.split(" ")[0] in NULL_DATES:
        return UNUSABLE if text else EMPTY
    for pattern in formats:
        try:
            return _cell(_to_jst(datetime.strptime(text, pattern)))
        except ValueError:
            continue
    try:
        when, is_odd = _parse(text, epoch)
    except (ValueError, OverflowError):
        return Cell(None, reject="N10")
    return _cell(when, is_odd) if when else Cell(None, reject="N10")


def read_date(raw: str, formats: tuple[str, ...] = (), epoch: datetime = EXCEL_EPOCH) -> Cell:
    """As `read_timestamp`, cut to the day."""
    cell = read_timestamp(raw, formats, epoch)
    return Cell(cell.value[:10], is_lossy=cell.is_lossy) if cell.value else cell


def read_month_day(raw: str) -> Cell:
    """Month and day as MM-DD, from 6/1, 6月1日 or a whole date."""
    text = plain(raw)
    if is_null(text):
        return UNUSABLE if text else EMPTY
    if found := re.match(r"(\d{1,2})[-/.月](\d{1,2})日?$", text):
        try:
            return Cell(f"{_day('2000', found[1], found[2]):%m-%d}")
        except ValueError:
            return Cell(None, reject="N10")
    cell = read_timestamp(raw)
    return Cell(cell.value[5:10]) if cell.value else cell


def _cell(when: datetime, is_odd: bool = False) -> Cell:
    return Cell(when.isoformat(sep=" "), is_lossy=is_odd)


def epoch_of(is_1904: bool) -> datetime:
    """Day 0 of the workbook's serial numbers (N12)."""
    return EXCEL_1904_EPOCH if is_1904 else EXCEL_EPOCH


def _parse(text: str, epoch: datetime) -> tuple[datetime | None, bool]:
    if found := WESTERN.match(text):
        return _with_clock(_day(found["y"], found["m"], found["d"]), found["time"]), False
    if found := COMPACT.match(text):
        clock = f"{found['h']}:{found['n']}:{found['s'] or 0}" if found["h"] else None
        return _with_clock(_day(found["y"], found["m"], found["d"]), clock), False
    if found := WAREKI.match(text):
        day, is_odd = _era_day(found)
        return _with_clock(day, found["time"]), is_odd
    if SERIAL.match(text) and EXCEL_SERIALS[0] <= float(text) <= EXCEL_SERIALS[1]:
        return epoch + timedelta(seconds=round(float(text) * 86400)), False
    return None, False


def _day(year: str, month: str, day: str) -> datetime:
    return datetime(int(year), int(month), int(day))


def _era_day(found: re.Match) -> tuple[datetime, bool]:
    """N11: a day outside its era is taken and marked (H31.5.1 was printed on real forms)."""
    letter = next(k for k, (name, _) in ERAS.items() if found["era"].upper() in (k, name))
    start = ERAS[letter][1]
    year = start.year - 1 + (1 if found["y"] == "元" else int(found["y"]))
    day = datetime(year, int(found["m"]), int(found["d"]))
    return day, not start <= day.date() <= ERA_ENDS[letter]


def _with_clock(day: datetime, clock: str | None) -> datetime:
    """N13: 午後, 24:00, 25:30 roll over; an offset is turned into JST, no offset is JST."""
    if not clock:
        return day
    found = CLOCK.match(clock.strip())
    if not found:
        raise ValueError(clock)
    hour, minute, second = int(found["h"]), int(found["n"]), int(found["s"] or 0)
    half = (found["half"] or found["late"] or "").upper()
    if half in ("午後", "PM") and hour < 12:
        hour += 12
    elif half in ("午前", "AM") and hour == 12:
        hour = 0
    if hour >= 48 or minute >= 60 or second >= 60:
        raise ValueError(clock)
    when = day + timedelta(hours=hour, minutes=minute, seconds=second + float(found["f"] or 0))
    zone = (found["zone"] or "JST").upper()
    if zone == "JST":
        return when
    digits = "+0000" if zone in ("Z", "UTC") else zone.replace(":", "")
    offset = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5])) * (-1 if digits[0] == "-" else 1)
    return _to_jst(when.replace(tzinfo=timezone(offset)))


def _to_jst(when: datetime) -> datetime:
    return when.astimezone(JST).replace(tzinfo=None) if when.tzinfo else when
