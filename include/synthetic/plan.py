"""What is planted and how often: sizes, behaviours, causes, answers, dirt."""

from __future__ import annotations

from datetime import date

AS_OF = date(2024, 10, 1)  # the demo's business date
SEED = 20241001
HISTORY_DAYS = 1096

# persons per profile; a block is generated and written at a time, so memory does not grow with the profile
PROFILES = {"tiny": 500, "small": 20_000, "large": 1_000_000, "xlarge": 10_000_000}
BLOCK = 50_000
ACCOUNTS_PER_PERSON = 0.04
MIN_ACCOUNTS = 40

# behaviour -> (share of persons, days between purchases low..high, spread of one gap, share that stopped)
BEHAVIOURS = {
    "one_time": (0.28, 0, 0, 0.0, 0.75),
    "monthly": (0.18, 27, 33, 0.08, 0.45),
    "irregular": (0.25, 40, 110, 0.32, 0.45),
    "seasonal": (0.06, 365, 365, 0.0, 0.40),
    "subscription": (0.16, 30, 60, 0.0, 0.45),
    "guest": (0.03, 0, 0, 0.0, 0.0),
    "never_bought": (0.04, 0, 0, 0.0, 0.0),
}

# why a person stopped (codes of the cause master), by behaviour
CAUSES = {
    "one_time": {
        "FOR_FIRST": 0.51, "DIS_COMPLAINT": 0.07, "DIS_LOWSCORE": 0.05, "DIS_FATIGUE": 0.03, "CHG_NEED": 0.04, "EXT_COMPETITOR": 0.14,
        "CHG_LIFE": 0.07, "UNKNOWN": 0.09,
    },
    "seasonal": {"CHG_NEED": 0.60, "EXT_COMPETITOR": 0.20, "CHG_LIFE": 0.20},
    "subscription": {
        "CHG_SURPLUS": 0.30, "DIS_PRICE": 0.20, "INV_PAYMENT": 0.12, "DIS_QUALITY": 0.12,
        "EXT_COMPETITOR": 0.12, "CHG_LIFE": 0.08, "UNKNOWN": 0.06,
    },
    "other": {
        "DIS_COMPLAINT": 0.10, "DIS_UNRESOLVED": 0.07, "DIS_PRICE": 0.11, "DIS_QUALITY": 0.08, "DIS_LOWSCORE": 0.03,
        "DIS_FATIGUE": 0.05, "CHG_LIFE": 0.10, "CHG_BUDGET": 0.09, "EXT_COMPETITOR": 0.11, "EXT_SUPPLY": 0.04, "FOR_FADE": 0.13,
        "INV_REACH": 0.03, "UNKNOWN": 0.06,
    },
}  # fmt: skip

# what looks like a reason and is none: share of persons to whom it happens although they stopped for another reason
COINCIDENCES = {"complaint": 0.035, "life_event": 0.025, "failed_payment": 0.05, "bargain_hunter": 0.05, "polite_reason": 0.10}

# the answer to a call, by axis of the cause: disposition -> share
ANSWERS = {
    "DIS": {
        "REFUSED": 0.26, "COMPLAINT": 0.08, "DNC": 0.06, "PROSPECT": 0.12, "WISH": 0.03, "HANGUP": 0.10,
        "NO_ANSWER": 0.35,
    },
    "CHG": {
        "REFUSED": 0.18, "MATERIAL": 0.08, "PROSPECT": 0.18, "WISH": 0.05, "APPLIED": 0.03, "HANGUP": 0.05,
        "NO_ANSWER": 0.43,
    },
    "FOR": {
        "REFUSED": 0.12, "MATERIAL": 0.10, "PROSPECT": 0.22, "WISH": 0.08, "APPLIED": 0.05, "HANGUP": 0.05,
        "NO_ANSWER": 0.38,
    },
    "EXT": {"REFUSED": 0.30, "PROSPECT": 0.10, "WISH": 0.02, "DNC": 0.04, "HANGUP": 0.10, "NO_ANSWER": 0.44},
    "INV": {"PROSPECT": 0.10, "WISH": 0.12, "APPLIED": 0.18, "REFUSED": 0.05, "NO_ANSWER": 0.55},
    "UNK": {"REFUSED": 0.20, "PROSPECT": 0.12, "WISH": 0.03, "HANGUP": 0.08, "NO_ANSWER": 0.57},
}  # fmt: skip
STATES_CAUSE = 0.75  # of those reached, say why they stopped
RETURN_NATURAL = 0.03  # come back within the window without any contact
RETURN_UPLIFT = {"DIS": 0.01, "CHG": 0.04, "FOR": 0.07, "EXT": 0.01, "INV": 0.15, "UNK": 0.02}

# shares of persons
TRAITS = {
    "withdrawn": 0.03, "provisional": 0.01, "minor": 0.015, "deceased": 0.006, "employee": 0.01,
    "test": 0.006, "dm_stop": 0.04, "household": 0.06, "second_member": 0.02, "gift_order": 0.04,
    "mail_changed": 0.03, "no_phone": 0.05, "no_mail": 0.03, "no_address": 0.03, "no_birth": 0.08,
}  # fmt: skip
CONSENT = {
    "mail_grant": 0.72,
    "mail_refuse": 0.12,
    "mail_withdraw": 0.12,
    "phone_refuse": 0.08,
    "phone_grant": 0.20,
}
ORDER_STATUS = {"5": 0.925, "3": 0.04, "9": 0.02, "7": 0.01, "8": 0.005}

# dirt on purpose: rule id of the normalisation table -> share of cells (N07: rows per file; N44: rows)
RATES = {
    "N03": 0.010,  # wave dash in an address or memo
    "N05": 0.050,  # newlines inside a memo cell
    "N07": 1,      # 合計 footer row at the end of a hand-made list
    "N08_zero": 0.030,   # lost leading zero (postal code, phone)
    "N08_quote": 0.010,  # ="0312345678"
    "N09": 0.500,  # of the missing values, how many are written as a null token instead of an empty cell
    "N10": 0.050,  # other date spellings
    "N11": 0.030,  # 和暦 birth date
    "N12": 0.010,  # Excel serial date
    "N13": 0.005,  # 25:30 times
    "N15_digits": 0.040,  # full-width digits in phone and address
    "N15_hyphen": 0.040,  # hyphen look-alikes
    "N20": 0.050,  # 〒 and hyphen in the postal code
    "N23": 0.050,  # half-width kana
    "N24_suffix": 0.010,   # 様
    "N24_variant": 0.020,  # 髙, 﨑 instead of 高, 崎 (in the name itself)
    "N29": 0.002,  # 〓
    "N30": 0.010,  # full-width or upper-case e-mail
    "SPACE": 0.010,  # trailing spaces
    "N44": 0.005,  # duplicated rows
    "REJECT": 0.004,  # extra rows with a cell nobody can read; stays below every contract's max_bad_ratio
}  # fmt: skip

# profile `silence`: buyers who come back by themselves until the planted day of silence, and hardly ever after it, by category
SILENCE_PERSONS = 3_000
SILENCE_DAYS = {"日用品": 90, "化粧品": 150, "家電": 300}
SILENCE_YEARS = 4
SILENCE_RETURN = 1.2  # expected returns up to the planted day, evenly over its days, of those who have not stopped
SILENCE_LATE = 0.0002  # and after it
SILENCE_STOP = 0.25  # of the purchases, are the last one
SILENCE_CALLED = 0.3  # of those silent beyond the planted day, are called; such returns are ours, not theirs
SILENCE_ANSWER = 0.5  # of the called, buy within ten days
