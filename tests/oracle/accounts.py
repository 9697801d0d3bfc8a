"""The rules of B2B accounts (D7, D8) and of never-buyers (D9): population, clock, the day crossed. §2.0 no. 5–8, 14."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property

from tests.oracle.calendar import latest, plus
from tests.oracle.courses import is_leaving_reason
from tests.oracle.known import Known
from tests.oracle.rules import Rules


class Lead:
    """D9: a party that never bought, by its facts up to `day`."""

    def __init__(self, known: Known, day: date, rules: Rules):
        self.known, self.day, self.rules = known, day, rules

    @cached_property
    def inbound(self) -> list[date]:
        """No. 8: what ends a lead_dormant spell."""
        known = self.known
        found = [
            known.registered_on,
            *(t.on for t in known.touches if t.is_inbound),
            *([] if known.is_internal else [*known.void_days, *known.free_days]),
            *(d["opened_on"] for d in known.deals),
        ]
        return sorted(d for d in found if d is not None and d <= self.day)

    @cached_property
    def clock(self) -> date | None:
        """No. 8: an inbound action, or a call of ours that was answered: that one only postpones. At first, the first fact."""
        outbound = [t.on for t in self.known.touches if t.on <= self.day]
        return latest(self.known.first_on, *self.inbound, *outbound)

    @cached_property
    def d9(self) -> date | None:
        return None if self.clock is None else plus(self.clock, self.rules.lead_days)


class Account:
    """What an account's facts up to `day` say. Between two days with facts nothing of this changes."""

    def __init__(self, known: Known, day: date, rules: Rules):
        self.known, self.day, self.rules = known, day, rules
        self.orders = [o for o in known.orders if o.on <= day]
        self.order_days = [o.on for o in self.orders]
        self.used_days = [d for d in known.used_days if d <= day]
        self.contacts = [t.on for t in known.touches if t.on <= day]
        self.won_days = [d["closed_on"] for d in known.deals if d.get("result") == "won" and d.get("closed_on")]
        self.won_days = [d for d in self.won_days if d <= day]
        start = known.account.get("contract_start_on")
        self.contract_days = [start] if start and start <= day else []

    # -- customer events

    @cached_property
    def events(self) -> list[date]:
        """No. 7: valid order, won deal, contract start, usage: what ends an open spell and makes a lead a customer."""
        return sorted({*self.order_days, *self.won_days, *self.contract_days, *self.used_days})

    @property
    def is_customer(self) -> bool:
        """No. 6: D8's population ever had a contract, valid order, won deal or usage."""
        return bool(self.events)

    def is_billed(self, day: date) -> bool:
        """No. 6: contract_start_on <= day <= contract_end_on; an open end is billed; dates win over contract_status."""
        start, end = (self.known.account.get(f"contract_{which}_on") for which in ("start", "end"))
        if start is None and end is None:
            return self.known.account.get("contract_status") == "active"
        return (start is None or start <= day) and (end is None or day <= end)

    def open_deals(self) -> list[dict]:
        """No. 5: deals open or on hold on the day; one that is closed later was open until then."""
        return [
            d
            for d in self.known.deals
            if d["opened_on"] <= self.day
            and (d.get("closed_on") > self.day if d.get("closed_on") else d.get("result") in ("open", "hold"))
        ]

    # -- rules

    def d7(self, factor: float = 1) -> date | None:
        """No. 5, 7: last two-way contact, valid order, usage, opened_on, or whatever ends a spell; never last_activity_on."""
        deals = self.open_deals()
        if not deals:
            return None
        clock = latest(*self.contacts, *self.events, *(d["opened_on"] for d in deals))
        return plus(clock, self.rules.deal_days * factor)

    def d8(self, factor: float = 1) -> date | None:
        """No. 6: last usage, order or two-way contact + 365 days; 90 days where the use was onboarding only."""
        if not self.is_customer:
            return None
        if self.is_onboarding_only:
            others = [*self.contacts, *self.order_days, *self.won_days, *self.contract_days]
            return plus(latest(self.used_days[0], *others), self.rules.onboarding_days * factor)
        # contact before the first customer event belongs to the lead, but is contact all the same
        return plus(latest(*self.contacts, *self.events), self.rules.account_days * factor)

    @cached_property
    def is_onboarding_only(self) -> bool:
        """No. 6: all usage days lie within 30 days of the first."""
        span = timedelta(days=self.rules.onboarding_span_days)
        return bool(self.used_days) and self.used_days[-1] <= self.used_days[0] + span

    def crossings(self, day: date, is_reactivated: bool) -> dict[str, date]:
        """Rule -> the day crossed, by precedence, of those whose population holds on `day`."""
        factor = self.rules.redormant_factor if is_reactivated else 1
        d7 = None if self.is_billed(day) else self.d7(factor)
        d9 = None if self.is_customer else Lead(self.known, self.day, self.rules).d9
        found = {"D7": d7, "D8": self.d8(factor), "D9": d9}
        return {rule: crossed_on for rule, crossed_on in found.items() if crossed_on is not None}

    def last_sign(self, before: date) -> date | None:
        """No. 13: last order, usage, won deal, contract start or two-way contact before dormant_on."""
        return latest(*self.events, *(d for d in self.contacts if d < before))

    def left_on(self) -> date | None:
        """No. 12: contract cancelled for dissatisfaction or a competitor: churned on contract_end_on + 1."""
        end = self.known.account.get("contract_end_on")
        if end is None or not is_leaving_reason(self.known.account.get("cancel_reason_code")):
            return None
        return end + timedelta(days=1)
