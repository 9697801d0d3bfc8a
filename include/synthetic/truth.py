"""The planted truth: who stopped since when and why, and what they would answer. No model reads it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from include.synthetic import plan
from include.synthetic.columns import draw, number, stream
from include.synthetic.people import People, address
from include.synthetic.purchases import Orders, Story


@dataclass
class Answers:
    """One entry a person; '' where nobody would ask (the person has not stopped)."""

    would_answer: np.ndarray  # disposition code of a call
    would_state: np.ndarray  # cause code they would name, '' = would not say
    returns_naturally: np.ndarray
    returns_if_contacted: np.ndarray


def make_answers(seed: int, block: int, people: People, story: Story) -> Answers:
    rng = stream(seed, block, "answers")
    axis = np.array([cause[:3] for cause in story.cause], dtype=object)
    answer = np.full(people.size, "", dtype=object)
    uplift = np.zeros(people.size)
    for name, weights in plan.ANSWERS.items():
        mask = axis == name
        answer[mask] = draw(rng, weights, int(mask.sum()))
        uplift[mask] = plan.RETURN_UPLIFT[name]
    for trait, code in (("minor", "MINOR"), ("deceased", "DECEASED")):
        answer[people.traits[trait] & story.has_stopped] = code
    luck = rng.random(people.size)
    can_return = story.has_stopped & ~people.traits["deceased"]
    return Answers(
        would_answer=answer,
        would_state=np.where(rng.random(people.size) < plan.STATES_CAUSE, story.cause, ""),
        returns_naturally=can_return & (luck < plan.RETURN_NATURAL),
        returns_if_contacted=can_return & (luck < plan.RETURN_NATURAL + uplift),
    )


def person_table(people: People, story: Story, answers: Answers) -> pa.Table:
    """One row a natural person, with the clean contact points for checks of normalisation and identity."""
    place = address(people)
    household = people.person_key.take(pa.array(people.household))
    return pa.table(
        {
            "person_key": people.person_key,
            "household_key": household,
            "behaviour": pa.array(people.behaviour, pa.string()),
            "has_stopped": story.has_stopped,
            "stopped_on": np.where(story.has_stopped, story.last_valid_on, np.datetime64("NaT", "D")),
            "expected_on": story.expected_on,
            "rhythm_days": story.rhythm_days,
            "cause_code": pa.array(story.cause, pa.string()),
            "last_valid_on": story.last_valid_on,
            "valid_order_count": story.valid_orders,
            "would_answer": pa.array(answers.would_answer, pa.string()),
            "would_state": pa.array(answers.would_state, pa.string()),
            "returns_naturally": answers.returns_naturally,
            "returns_if_contacted": answers.returns_if_contacted,
            **{f"is_{name}": mask for name, mask in people.traits.items()},
            "birth_on": people.birth,
            "phone": people.phone,
            "email": people.mail,
            "postal_code": place["postal"],
            "prefecture_id": place["prefecture_id"],
        }
    )


def member_table(people: People, orders: Orders) -> pa.Table:
    """One row a member id of the shop: whose it is, and the last valid order under this id."""
    ids = np.r_[people.member_id, people.second_id]
    person = np.tile(np.arange(people.size), 2)
    keep = (ids > 0) & people.has_account[person]
    ids, person = ids[keep], person[keep]
    last = np.full(len(ids), np.datetime64("1900-01-01", "D"))
    mine = orders.is_valid & (orders.member_id > 0)
    sort = np.argsort(ids)
    place = sort[np.searchsorted(ids[sort], orders.member_id[mine])]
    np.maximum.at(last, place, orders.ordered_at[mine].astype("datetime64[D]"))
    count = np.bincount(place, minlength=len(ids))
    return pa.table(
        {
            "source_system": pa.array(["eccube"] * len(ids)),
            "source_customer_id": number(ids),
            "person_key": people.person_key.take(pa.array(person)),
            "last_valid_on": np.where(count > 0, last, np.datetime64("NaT", "D")),
            "valid_order_count": count,
        }
    )
