"""Who the customers of one block are: behaviour, traits, names, addresses, contact points. No dirt yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from include.synthetic import plan
from include.synthetic import vocabulary as words
from include.synthetic.columns import blank, choose, draw, flag, join, number, pick, stream


@dataclass
class People:
    """One block of natural persons; every array has one entry a person."""

    size: int
    member_id: np.ndarray  # the source's own id; second ids lie in `second_id`, 0 where there is none
    second_id: np.ndarray
    person_key: pa.Array  # id inside the truth files
    household: np.ndarray  # position of the first person of the household
    behaviour: np.ndarray
    traits: dict[str, np.ndarray]
    is_female: np.ndarray
    surname: np.ndarray
    given: np.ndarray
    birth: np.ndarray
    place: np.ndarray
    street: pa.Array
    building: pa.Array
    phone: pa.Array  # national digits, empty where unknown
    mail: pa.Array
    old_mail: pa.Array

    @property
    def has_account(self) -> np.ndarray:
        """Guests order without a member id."""
        return self.behaviour != "guest"


def _traits(rng: np.random.Generator, size: int, behaviour: np.ndarray) -> dict[str, np.ndarray]:
    """Exactly the planned number of persons for every trait, so that small profiles hold each of them."""
    traits = {}
    for name, share in plan.TRAITS.items():
        mask = np.zeros(size, dtype=bool)
        mask[pick(rng, size, max(1, round(share * size)))] = True
        traits[name] = mask & (behaviour != "guest")
    traits["deceased"] &= ~traits["minor"]
    return traits


def _births(rng: np.random.Generator, size: int, is_minor: np.ndarray, as_of: date) -> np.ndarray:
    today = np.datetime64(as_of)
    adult = today - (rng.normal(50, 14, size).clip(20, 90) * 365.25).astype(int)
    child = today - rng.integers(13 * 365, 17 * 365, size)
    return np.where(is_minor, child, adult).astype("datetime64[D]")


def _phones(rng: np.random.Generator, place: np.ndarray) -> pa.Array:
    """Three mobiles for one fixed line; the subscriber number never starts with 0 or 1."""
    size = len(place)
    mobile = join(
        choose(["090", "080", "070"], rng.integers(0, 3, size)),
        number(rng.integers(20_000_000, 99_999_999, size)),
    )
    areas = [row[5] for row in words.PLACES]
    digits = np.array([10 - len(area) for area in areas])[place]
    local = rng.integers(2, 10, size) * 10 ** (digits - 1) + rng.integers(0, 10**6, size)
    fixed = join(choose(areas, place), number(local))
    return pc.if_else(pa.array(rng.random(size) < 0.75), mobile, fixed)


def make_people(seed: int, block: int, size: int, as_of: date) -> People:
    """The persons of block number `block`; ids of different blocks never meet."""
    rng = stream(seed, block, "people")
    index = np.arange(size)
    behaviour = draw(rng, {name: row[0] for name, row in plan.BEHAVIOURS.items()}, size)
    traits = _traits(rng, size, behaviour)
    first_id = 2 * plan.BLOCK * block + 1
    follows = traits["household"] & (index > 0)
    household = np.where(follows, index - 1, index)
    household = household[household]  # chains of two end at their head
    is_female = rng.random(size) < 0.62
    surname = rng.integers(0, len(words.SURNAMES), size)[household]
    place = rng.integers(0, len(words.PLACES), size)[household]
    given = rng.integers(0, len(words.GIVEN_F), size)
    street = join(
        number(rng.integers(1, 6, size)),
        "-",
        number(rng.integers(1, 30, size)),
        "-",
        number(rng.integers(1, 20, size)),
    )
    building = choose(words.BUILDINGS, rng.integers(0, len(words.BUILDINGS), size))
    room = join(building, number(rng.integers(101, 1200, size)), "号室")
    building = blank(room, pc.equal(building, "").to_numpy(zero_copy_only=False))
    phone = _phones(rng, place).take(pa.array(household))
    domain = choose(words.MAIL_DOMAINS, rng.integers(0, len(words.MAIL_DOMAINS), size))
    key = number(first_id + index, 8)
    mail = join("user", key, "@", domain)
    heads = pa.array(household)
    return People(
        size=size,
        member_id=first_id + index,
        second_id=np.where(traits["second_member"], first_id + plan.BLOCK + index, 0),
        person_key=join("t_", key),
        household=household,
        behaviour=behaviour,
        traits=traits,
        is_female=is_female,
        surname=surname,
        given=given,
        birth=np.where(traits["no_birth"], np.datetime64("NaT"), _births(rng, size, traits["minor"], as_of)),
        place=place,
        street=street.take(heads),
        building=building.take(heads),
        phone=blank(phone, traits["no_phone"]),
        mail=blank(mail, traits["no_mail"]),
        old_mail=join("old", key, "@", domain),
    )


def family_name(people: People, column: int = 0) -> pa.Array:
    """Surname as written (column 0) or its kana (column 1)."""
    return choose([row[column] for row in words.SURNAMES], people.surname)


def given_name(people: People, column: int = 0) -> pa.Array:
    female = choose([row[column] for row in words.GIVEN_F], people.given)
    male = choose([row[column] for row in words.GIVEN_M], people.given)
    return pc.if_else(pa.array(people.is_female), female, male)


def address(people: People) -> dict[str, pa.Array]:
    """Postal code, prefecture number and name, town, street; all empty where the address is unknown."""
    row = people.place
    parts = {
        "postal": choose([place[0] for place in words.PLACES], row),
        "prefecture_id": choose([str(place[1]) for place in words.PLACES], row),
        "prefecture": choose([place[2] for place in words.PLACES], row),
        "town": choose([place[3] + place[4] for place in words.PLACES], row),
        "street": join(
            people.street,
            flag(pc.equal(people.building, "").to_numpy(zero_copy_only=False), "", " "),
            people.building,
        ),
    }
    return {name: blank(column, people.traits["no_address"]) for name, column in parts.items()}
