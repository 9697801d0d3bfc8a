"""What they bought: rhythms, the day and the cause of stopping, orders and lines, all as flat arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from include.synthetic import plan
from include.synthetic import vocabulary as words
from include.synthetic.columns import draw, pick, stream
from include.synthetic.people import People

VALID = ("1", "4", "5", "6")
CHEAP_ORDERS = 2  # the last orders of those whose budget shrank


@dataclass
class Orders:
    """One entry an order, ascending in time within the block."""

    order_id: np.ndarray
    person: np.ndarray
    member_id: np.ndarray  # 0 = guest
    ordered_at: np.ndarray
    status: np.ndarray
    cycle_no: np.ndarray  # 0 = not from a subscription
    is_gift: np.ndarray
    is_discounted: np.ndarray

    @property
    def size(self) -> int:
        return len(self.order_id)

    @property
    def is_valid(self) -> np.ndarray:
        return np.isin(self.status, VALID)


@dataclass
class Story:
    """The planted truth of a block; one entry a person, NaT / '' where it does not apply."""

    rhythm_days: np.ndarray
    has_stopped: np.ndarray
    cause: np.ndarray
    first_order_on: np.ndarray
    last_valid_on: np.ndarray
    valid_orders: np.ndarray
    expected_on: np.ndarray  # the purchase that did not come
    registered_at: np.ndarray
    favourite: np.ndarray  # position in PRODUCTS


@dataclass
class Lines:
    """One entry an order line: goods, shipping, fee, discount in this order within an order."""

    order: np.ndarray
    kind: np.ndarray  # 1 goods, 2 shipping, 3 fee, 4 discount
    product: np.ndarray  # position in PRODUCTS, -1 for other lines
    price: np.ndarray  # tax excluded; negative for a discount
    quantity: np.ndarray
    tax_percent: np.ndarray


def _rhythm(rng: np.random.Generator, people: People) -> tuple[np.ndarray, np.ndarray]:
    low, high, spread = (
        np.array([plan.BEHAVIOURS[name][column] for name in people.behaviour], dtype=float)
        for column in (1, 2, 3)
    )
    gap = np.floor(low + (high - low + 1) * rng.random(people.size))
    cycle = np.where(rng.random(people.size) < 0.7, 30.0, 60.0)
    return np.where(people.behaviour == "subscription", cycle, gap), spread


def _causes(rng: np.random.Generator, people: People, has_stopped: np.ndarray) -> np.ndarray:
    cause = np.full(people.size, "", dtype=object)
    for group, weights in plan.CAUSES.items():
        known = (
            people.behaviour == group
            if group != "other"
            else np.isin(people.behaviour, ("monthly", "irregular"))
        )
        mask = known & has_stopped
        cause[mask] = draw(rng, weights, int(mask.sum()))
    return cause


def _order_days(rng, people: People, rhythm, spread, has_stopped, cause, as_of: date):
    """Flat (person, day) of every order: each person's gaps are laid end to end until the day of stopping."""
    today, size = np.datetime64(as_of), people.size
    buys = people.behaviour != "never_bought"
    once = np.isin(people.behaviour, ("one_time", "guest"))
    ago = 45 + np.floor(650 * rng.beta(1.1, 2.0, size))  # stopped this long ago, nearer ones more often
    end = np.where(has_stopped, ago, np.where(once, rng.integers(1, 80, size), 0.0))
    runs = np.minimum(
        np.maximum(rng.exponential(5, size), 3) * np.maximum(rhythm, 1), plan.HISTORY_DAYS - end - 30
    )
    start = end + np.where(once, 0, np.maximum(runs, 3 * rhythm))
    count = np.where(once, 1, np.ceil((start - end) / np.maximum(rhythm, 1) * 1.6) + 3).astype(int) * buys
    person = np.repeat(np.arange(size), count)
    gap = rhythm[person] * np.exp(rng.normal(0, 1, len(person)) * spread[person])
    head = np.r_[0, np.cumsum(count)[:-1]]
    gap[head[count > 0]] = 0
    total = np.cumsum(gap)
    since = total - total[head[person]]
    ago_days = np.round(start[person] - since)
    keep = (ago_days >= np.maximum(end[person], 0)) & (ago_days >= 0)
    person, ago_days = person[keep], _fade(person[keep], ago_days[keep], cause)
    seasonal = people.behaviour[person] == "seasonal"
    days = (today - ago_days.astype(int)).astype("datetime64[D]")
    return person[~seasonal], days[~seasonal]


def _fade(person: np.ndarray, ago: np.ndarray, cause: np.ndarray) -> np.ndarray:
    """FOR_FADE: the last three gaps grow by a half each; earlier orders move back, the last one stays."""
    last = np.r_[person[1:] != person[:-1], True]
    place = np.arange(len(person))
    from_end = place[last][np.searchsorted(place[last], place)] - place
    gap = np.where(last, 0, ago - np.r_[ago[1:], 0])
    stretch = np.array([1.0, 2.9, 1.9, 1.25])[np.where(from_end <= 3, from_end, 0)]
    faded = np.where(cause[person] == "FOR_FADE", gap * stretch, gap)
    back = np.cumsum(faded[::-1])[::-1]
    end = place[last][np.searchsorted(place[last], place)]
    return np.round(ago[end] + back - back[end])


def _december(rng, people: People, has_stopped: np.ndarray, as_of: date):
    """Seasonal persons buy in three consecutive Decembers; those who stopped missed the latest one or two."""
    latest = as_of.year if as_of.month == 12 else as_of.year - 1
    who = np.flatnonzero(people.behaviour == "seasonal")
    missed = np.where(has_stopped[who], rng.integers(1, 3, len(who)), 0)
    person = np.repeat(who, 3)
    year = latest - np.repeat(missed, 3) - np.tile([2, 1, 0], len(who))
    days = np.array([f"{y}-12-01" for y in year], dtype="datetime64[D]") + rng.integers(0, 20, len(person))
    keep = days < np.datetime64(as_of)
    return person[keep], days[keep]


def _moments(rng: np.random.Generator, days: np.ndarray) -> np.ndarray:
    seconds = np.clip(rng.normal(15 * 3600, 4 * 3600, len(days)), 6 * 3600, 23 * 3600 + 3599).astype(int)
    return days.astype("datetime64[s]") + seconds


def _statuses(rng, people: People, person, ordered_at, cycle_no, cause, as_of: date) -> np.ndarray:
    status = draw(rng, plan.ORDER_STATUS, len(person))
    fresh = ordered_at >= np.datetime64(as_of) - np.timedelta64(7, "D")
    status[fresh] = draw(rng, {"1": 0.5, "6": 0.3, "4": 0.2}, int(fresh.sum()))
    status[cycle_no > 0] = np.where(fresh[cycle_no > 0], "6", "5")
    last = np.r_[person[1:] != person[:-1], True] if len(person) else np.zeros(0, dtype=bool)
    status[last & (cause[person] == "DIS_QUALITY")] = "9"
    return status


def make_purchases(seed: int, block: int, people: People, as_of: date) -> tuple[Orders, Story]:
    """Orders of the block and the truth they follow from."""
    rng = stream(seed, block, "purchases")
    rhythm, spread = _rhythm(rng, people)
    shares = np.array([plan.BEHAVIOURS[name][4] for name in people.behaviour])
    has_stopped = rng.random(people.size) < shares
    cause = _causes(rng, people, has_stopped)
    person, days = _order_days(rng, people, rhythm, spread, has_stopped, cause, as_of)
    december, december_days = _december(rng, people, has_stopped, as_of)
    person, days = np.r_[person, december], np.r_[days, december_days]
    order = np.lexsort((days, person))
    person, days = person[order], days[order]
    ordered_at = _moments(rng, days)
    cycle_no = np.where(people.behaviour[person] == "subscription", _position(person) + 1, 0)
    status = _statuses(rng, people, person, ordered_at, cycle_no, cause, as_of)
    hunts = (cause == "DIS_PRICE") | (
        stream(seed, block, "bargains").random(people.size) < plan.COINCIDENCES["bargain_hunter"]
    )
    discounted = rng.random(len(person)) < np.where(hunts[person], 0.97, 0.15)
    first_half = _position(person) * 2 < np.bincount(person, minlength=people.size)[person]
    member = np.where(people.has_account[person], people.member_id[person], 0)
    member = np.where((people.second_id[person] > 0) & first_half, people.second_id[person], member)
    is_gift = np.zeros(len(person), dtype=bool)
    givers = np.flatnonzero(people.traits["gift_order"][person] & (cycle_no == 0))
    is_gift[givers[pick(rng, len(givers), -(-len(givers) // 2))]] = True
    in_time = np.lexsort((person, ordered_at))
    orders = Orders(
        order_id=20 * plan.BLOCK * block + 1 + np.arange(len(person)),
        person=person[in_time],
        member_id=member[in_time],
        ordered_at=ordered_at[in_time],
        status=status[in_time],
        cycle_no=cycle_no[in_time],
        is_gift=is_gift[in_time],
        is_discounted=discounted[in_time] & (cycle_no[in_time] == 0),
    )
    return orders, _story(rng, people, orders, rhythm, has_stopped, cause, as_of)


def _position(person: np.ndarray) -> np.ndarray:
    """0, 1, 2 … within each run of the same person."""
    if not len(person):
        return np.zeros(0, dtype=int)
    starts = np.flatnonzero(np.r_[True, person[1:] != person[:-1]])
    return np.arange(len(person)) - np.repeat(starts, np.diff(np.r_[starts, len(person)]))


def _from_end(person: np.ndarray) -> np.ndarray:
    """0 for the last order of each person, 1 for the one before …; orders ascend in time."""
    sort = np.lexsort((-np.arange(len(person)), person))
    place = np.empty(len(person), dtype=int)
    place[sort] = _position(person[sort])
    return place


def _favourites(rng: np.random.Generator, people: People, cause: np.ndarray) -> np.ndarray:
    favourite = rng.integers(0, 12, people.size)
    for behaviour, products in (
        ("seasonal", words.SEASONAL_PRODUCTS),
        ("subscription", words.COURSE_PRODUCTS),
    ):
        mask = people.behaviour == behaviour
        favourite[mask] = np.array(products)[rng.integers(0, len(products), int(mask.sum()))] - 1
    gifts = (cause == "CHG_NEED") & (people.behaviour == "one_time")
    favourite[gifts] = words.SEASONAL_PRODUCTS[-1] - 1
    favourite[cause == "EXT_SUPPLY"] = words.DISCONTINUED - 1
    return favourite


def _registered(rng: np.random.Generator, first_on: np.ndarray, as_of: date) -> np.ndarray:
    """Within the month before the first order; any day of the past for those who never ordered."""
    idle = np.datetime64(as_of) - rng.integers(60, 900, len(first_on))
    before = np.where(np.isnat(first_on), idle, first_on) - rng.integers(1, 30, len(first_on))
    return before.astype("datetime64[s]") + rng.integers(6 * 3600, 22 * 3600, len(first_on))


def _story(rng, people: People, orders: Orders, rhythm, has_stopped, cause, as_of: date) -> Story:
    never = np.datetime64("NaT", "D")
    days = orders.ordered_at.astype("datetime64[D]")
    last = np.full(people.size, np.datetime64("1900-01-01"))
    np.maximum.at(last, orders.person[orders.is_valid], days[orders.is_valid])
    first = np.full(people.size, np.datetime64("2900-01-01"))
    np.minimum.at(first, orders.person, days)
    count = np.bincount(orders.person[orders.is_valid], minlength=people.size)
    last = np.where(count > 0, last, never)
    first = np.where(first > np.datetime64("2800-01-01"), never, first)
    stopped = has_stopped & (count > 0)
    wait = np.where(rhythm > 0, rhythm, 60).astype(int)
    return Story(
        rhythm_days=rhythm.astype(int),
        has_stopped=stopped,
        cause=np.where(stopped, cause, ""),
        first_order_on=first,
        last_valid_on=last,
        valid_orders=count,
        expected_on=np.where(stopped, last + wait, never),
        registered_at=_registered(rng, first, as_of),
        favourite=_favourites(rng, people, cause),
    )


def make_lines(seed: int, block: int, orders: Orders, story: Story) -> Lines:
    """Goods, shipping, fee and discount lines, sorted by order."""
    rng = stream(seed, block, "lines")
    prices = np.array([row[4] for row in words.PRODUCTS])
    taxes = np.array([row[6] for row in words.PRODUCTS])
    goods_count = np.where(
        orders.cycle_no > 0, 1, rng.choice([1, 2, 3], size=orders.size, p=[0.88, 0.09, 0.03])
    )
    order = np.repeat(np.arange(orders.size), goods_count)
    is_first = _position(order) == 0
    other = rng.integers(0, 20, len(order))
    product = np.where(
        is_first & (rng.random(len(order)) < 0.9), story.favourite[orders.person[order]], other
    )
    product = np.where(orders.cycle_no[order] > 0, story.favourite[orders.person[order]], product)
    quantity = np.where(
        orders.cycle_no[order] > 0, 1, rng.choice([1, 2, 3], size=len(order), p=[0.88, 0.10, 0.02])
    )
    saves = (story.cause[orders.person] == "CHG_BUDGET") & (_from_end(orders.person) < CHEAP_ORDERS)
    product, quantity = np.where(saves[order], words.CHEAPEST - 1, product), np.where(saves[order], 1, quantity)
    goods = np.bincount(order, prices[product] * quantity, minlength=orders.size)
    every = np.arange(orders.size)
    cod = np.flatnonzero(rng.random(orders.size) < 0.12)
    cut = np.flatnonzero(orders.is_discounted)
    parts = [
        (order, 1, product, prices[product], quantity, taxes[product]),
        (every, 2, -1, np.where(goods >= 5000, 0, 500), 1, 10),
        (cod, 3, -1, 300, 1, 10),
        (cut, 4, -1, -np.floor(goods[cut] / 10), 1, 0),
    ]
    filled = [[np.broadcast_to(np.asarray(value), len(part[0])) for value in part] for part in parts]
    columns = [np.concatenate([part[position] for part in filled]).astype(np.int64) for position in range(6)]
    sort = np.lexsort((columns[1], columns[0]))
    return Lines(*(column[sort] for column in columns))
