"""Wilson's interval against published vectors, and against the macro the models use."""

from __future__ import annotations

import pytest

from include.analytics.proportion import wilson

Z = 1.959963984540054


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_intervals_of_newcombe_1998(successes, trials, low, high):
    found = wilson(successes, trials, Z)
    assert (round(found[0], 4), round(found[1], 4)) == (low, high)


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (3, 2), (-1, 5)])
def test_what_is_no_share_is_refused(successes, trials):
    with pytest.raises(ValueError, match="no share"):
        wilson(successes, trials, Z)
