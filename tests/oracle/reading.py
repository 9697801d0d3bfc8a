"""The reference reading of §2 and §2.0: one party, day by day. Plain and slow on purpose; compare it with the text.

`read(rows, as_of)` takes the canonical rows of one party and answers with its state spells and its dormancy spells.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from tests.oracle import courses as courses_of
from tests.oracle.accounts import Account, Lead
from tests.oracle.buyers import Buyer, amount_fell
from tests.oracle.known import Known, Rows, day_of, know
from tests.oracle.rules import SUBTYPES, Rules

ONE_DAY = timedelta(days=1)


@dataclass
class Spell:
    spell_no: int
    dormant_on: date
    rule_ids: list[str]
    deciding_rule: str
    subtype: str
    is_redormant: bool
    end_on: date | None = None
    end_type: str = "open"


@dataclass
class StateSpell:
    valid_from: date
    state: str
    sub_state: str
    rule_ids: list[str]
    valid_to: date | None = None


@dataclass
class Reading:
    states: list[StateSpell] = field(default_factory=list)
    spells: list[Spell] = field(default_factory=list)

    def state_on(self, day: date) -> tuple[str, str] | None:
        """(state, sub_state) of a day, None before the first fact."""
        told = [s for s in self.states if s.valid_from <= day]
        return (told[-1].state, told[-1].sub_state) if told else None


def read(rows: Rows, as_of: date, rules: Rules = Rules()) -> Reading:
    """State and dormancy spells of one party as of `as_of`, with what was known then."""
    known = know(rows, as_of)
    machine = (AccountMachine if known.is_account else PersonMachine)(known, rules)
    if known.first_on is None:
        return machine.reading
    day = known.first_on
    while day <= as_of:
        machine.live(day)
        day += ONE_DAY
    return machine.reading


class Machine:
    """What persons and accounts have in common: spells, churn, at risk, the states of a day."""

    def __init__(self, known: Known, rules: Rules):
        self.known, self.rules = known, rules
        self.reading = Reading()
        self.base = "lead"  # lead, new, active, reactivated, churned: the state without dormancy and risk
        self.spell: Spell | None = None
        self.fact_days = fact_days(known, rules)

    def live(self, day: date) -> None:
        """All events of one day, then the state after them."""
        if day in self.fact_days or not self.reading.states:
            self.learn(day)
        self.wake(day)
        self.leave(day)
        if self.base != "churned" and self.spell is None:
            self.fall_asleep(day)
        self.write(day, *self.state(day))

    # -- leaving: churn on explicit evidence only, no. 12, 13

    def leave(self, day: date) -> None:
        if day in (self.known.erased_on, self.known.died_on):
            self.end_spell(day, "blocked")
            self.base = "churned"
        elif day in self.leaving_days:
            self.end_spell(day, "churned")
            self.base = "churned"

    def heard_leaving(self) -> set[date]:
        heard = {day_of(h["heard_at"]) for h in self.known.hearings if courses_of.is_leaving_reason(h.get("reason_code"))}
        return heard | ({self.known.left_on} if self.known.left_on else set())

    # -- spells

    def end_spell(self, day: date, end_type: str) -> None:
        if self.spell is not None:
            self.spell.end_on, self.spell.end_type = day, end_type
            self.spell = None

    def open_spell(self, day: date, rule: str, rule_ids: list[str], is_redormant: bool) -> None:
        self.spell = Spell(len(self.reading.spells) + 1, day, rule_ids, rule, SUBTYPES[rule], is_redormant)
        self.reading.spells.append(self.spell)

    # -- what is written

    def write(self, day: date, state: str, sub_state: str, rule_ids: list[str]) -> None:
        """No. 13: a change of state or sub_state starts a new row; rules that come and go inside do not."""
        rows = self.reading.states
        if rows and (rows[-1].state, rows[-1].sub_state) == (state, sub_state):
            return
        if rows:
            rows[-1].valid_to = day
        rows.append(StateSpell(day, state, sub_state, rule_ids))

    def open_complaint(self, day: date) -> bool:
        return any(received <= day and (closed is None or closed > day) for received, closed in self.known.complaints)


class PersonMachine(Machine):
    """B2C: buyers on the transaction clock, never-buyers by D9."""

    buyer: Buyer
    lead: Lead

    def learn(self, day: date) -> None:
        self.buyer, self.lead = Buyer(self.known, day, self.rules), Lead(self.known, day, self.rules)

    def wake(self, day: date) -> None:
        ordered = [o for o in self.buyer.orders if o.on == day]
        decided = [o for o in ordered if not courses_of.is_next_box(self.known, o)]
        woken = any(day in c.wakings and is_restart(self.known, c, day) for c in self.buyer.courses)
        if self.spell and self.spell.deciding_rule == "D9":
            if ordered:  # no. 8: converted, never 復活
                self.end_spell(day, "converted")
                self.base = "new"
            elif day in self.lead.inbound:
                self.end_spell(day, "re_engaged")
        elif self.spell:
            # no. 17: a resume or restart of a 定期 ends a D6 spell
            if decided or (woken and self.spell.deciding_rule == "D6"):
                self.end_spell(day, "reactivated")
                self.base = "reactivated"
        elif ordered and len(self.buyer.dates) == 1:
            self.base = "new"  # of somebody churned too: who never bought does not come back
        elif self.base == "churned":
            self.base = "reactivated" if decided else "churned"
        elif ordered:
            self.base = "active"

    @cached_property
    def leaving_days(self) -> set[date]:
        cancelled = [courses_of.churned_on(self.known, row, self.rules) for row in self.known.subscriptions]
        return self.heard_leaving().union(*cancelled)

    def fall_asleep(self, day: date) -> None:
        if not self.buyer.dates:
            if self.lead.d9 is not None and self.lead.d9 <= day and day >= self.buyer.blocked_until:
                self.open_spell(day, "D9", ["D9"], False)
            return
        is_reactivated = self.base == "reactivated"
        if self.buyer.sleeps_on(is_reactivated) <= day:
            self.open_spell(day, self.buyer.deciding, self.buyer.crossed(day, is_reactivated), is_reactivated)

    def state(self, day: date) -> tuple[str, str, list[str]]:
        if self.spell:
            if self.spell.deciding_rule == "D9":
                return "dormant", "lead_dormant", self.spell.rule_ids
            silent = (day - self.buyer.all_orders[-1].on).days
            is_long = silent > self.buyer.long_dormant_after_days(self.spell.deciding_rule)
            return "dormant", "long_dormant" if is_long else "", self.spell.rule_ids
        # no. 10: at_risk never follows reactivated; it returns to the state before when its guard ends
        if self.base in ("new", "active"):
            risks = self.buyer.risks(day, False)
            risks += ["COMPLAINT"] if self.open_complaint(day) else []
            risks += ["AOV"] if amount_fell(self.buyer.all_orders, self.rules) else []
            if risks:
                return "at_risk", "", risks
        is_paused = any(c.status == "suspended" and c.pause_end and day < c.pause_end for c in self.buyer.courses)
        return self.base, "suspended" if is_paused and self.base == "active" else "", []


class AccountMachine(Machine):
    """B2B: accounts on the clock of use, orders and two-way contact."""

    account: Account
    is_paying_inactive = False

    def learn(self, day: date) -> None:
        self.account = Account(self.known, day, self.rules)

    def wake(self, day: date) -> None:
        is_event = day in self.account.events
        if self.spell:
            if is_event:
                # no. 8, 14: who never was a customer is converted, everybody else comes back
                was_lead = self.base == "lead"
                self.end_spell(day, "converted" if was_lead else "reactivated")
                self.base = "active" if was_lead else "reactivated"
            elif self.spell.deciding_rule == "D9" and day in Lead(self.known, day, self.rules).inbound:
                self.end_spell(day, "re_engaged")
        elif is_event and self.base == "churned":
            is_first = self.account.events[0] == day
            self.base = "active" if is_first else "reactivated"
        elif is_event and self.base == "lead":
            self.base = "active"  # no. 14: B2B has no `new`
        elif self.base == "reactivated" and day in {*self.account.order_days, *self.account.won_days, *self.account.used_days}:
            self.base = "active"  # no. 14: the first later day with order, won deal or usage

    @cached_property
    def leaving_days(self) -> set[date]:
        ended = Account(self.known, self.known.as_of, self.rules).left_on()
        return self.heard_leaving() | ({ended} if ended else set())

    def fall_asleep(self, day: date) -> None:
        is_reactivated = self.base == "reactivated"
        crossings = self.account.crossings(day, is_reactivated)
        self.is_paying_inactive = False
        if not crossings:
            return
        rule = next(iter(crossings))
        if self.account.is_billed(day) and self.account.is_customer:
            # no. 6: from the D8 day until use, order or contact; neither D7 nor D8 makes 休眠 then
            if crossings["D8"] <= day:
                self.is_paying_inactive, self.base = True, "active"
            return
        if crossings[rule] <= day:
            crossed = [r for r, crossed_on in crossings.items() if crossed_on <= day]
            self.open_spell(day, rule, crossed, is_reactivated)

    def state(self, day: date) -> tuple[str, str, list[str]]:
        if self.spell:
            if self.spell.deciding_rule == "D9":
                return "dormant", "lead_dormant", self.spell.rule_ids
            sign = self.account.last_sign(self.spell.dormant_on)
            is_long = sign is not None and (day - sign).days > self.rules.long_dormant_days
            return "dormant", "long_dormant" if is_long else "", self.spell.rule_ids
        if self.base == "active":
            risks = ["COMPLAINT"] if self.open_complaint(day) else []
            risks += ["AOV"] if amount_fell(self.account.orders, self.rules) else []
            if risks:
                return "at_risk", "", risks
        if self.base == "active" and self.is_paying_inactive:
            return "active", "paying_inactive", ["D8"]
        return self.base, "", []


def is_restart(known: Known, course: courses_of.Course, day: date) -> bool:
    """Did a resumption or a restart, not the mere end of a pause, wake the subscription on `day`?"""
    return any(
        e["subscription_id"] == course.subscription_id and e["type"] in ("resume", "restart") and day_of(e["event_at"]) == day
        for e in known.subscription_events
    )


def fact_days(known: Known, rules: Rules) -> set[date]:
    """Days on which anything about the party changes, the ends of pauses included."""
    days: set[date] = {o.on for o in known.orders} | {t.on for t in known.touches} | set(known.used_days)
    days |= {*known.void_days, *known.free_days}
    days |= {e["opened_on"] for e in known.deals} | {e["closed_on"] for e in known.deals if e.get("closed_on")}
    days |= {day_of(e["event_at"]) for e in known.subscription_events}
    for row in known.subscriptions:
        days |= {s.on for s in courses_of.statements(row, known.subscription_events)}
        days |= {c for s in courses_of.statements(row, []) if (c := courses_of.end_of_pause(row, s.on, rules))}
    start = known.account.get("contract_start_on")
    days |= {d for d in (known.registered_on, start) if d}
    return days
