"""The likeliest cause of the personas' last spells on 2024-10-01, from the reference combination of §3."""

from __future__ import annotations

from datetime import date

from tests.oracle.causes import Cause, Signal, expected_on, rank


def d(text: str) -> date:
    return date.fromisoformat(text)


def first(signals: list[Signal], last: str, dormant: str, g: float | None = None) -> Cause:
    return rank(signals, expected_on(d(last), g), d(dormant))[0]


# P06: three gaps 31, 30, 31 and the default 60: g = (3·31 + 180) / 6
CAUSES = {
    "P01": rank([], d("2024-05-15"), d("2024-08-13"))[0],
    "P03": first([Signal("FOR_FIRST", "C")], "2024-06-01", "2024-08-30"),
    "P06": first([Signal("CHG_SURPLUS", "A", on=d("2023-11-20"))], "2023-11-10", "2023-12-10", g=45.5),
    "P08": first([Signal("DIS_COMPLAINT", "B", 2 / 3, d("2024-03-20"))], "2024-03-10", "2024-09-06"),
    "P09": first([Signal("DIS_UNRESOLVED", "B", on=d("2024-04-01"))], "2024-03-25", "2024-09-21"),
    "P10": first([Signal("CHG_LIFE", "C", on=d("2024-05-05"))], "2024-03-31", "2024-09-27"),
    "P11": first([Signal("INV_PAYMENT", "B", on=d("2024-04-02"))], "2024-03-05", "2024-09-01"),
    "P12": first([Signal("EXT_SUPPLY", "B", on=d("2024-05-01"))], "2024-04-01", "2024-09-28"),
}
