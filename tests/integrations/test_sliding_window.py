"""The window that rate limits count in: held against a list of everything that was ever spent."""

from hypothesis import given
from hypothesis import strategies as st

from integrations.sliding_window import SlidingWindow, Spending

MINUTE = 60
BUDGET = 10


def test_a_budget_is_spent_to_its_last_point_and_no_further() -> None:
    window = SlidingWindow(MINUTE)

    assert window.spend(7, BUDGET, now=100.0) == Spending(allowed=True, spent=7, wait_seconds=0, reset_seconds=60)
    assert window.spend(3, BUDGET, now=120.5) == Spending(allowed=True, spent=10, wait_seconds=0, reset_seconds=60)
    assert window.spend(1, BUDGET, now=130.0) == Spending(allowed=False, spent=10, wait_seconds=30, reset_seconds=50)


def test_what_is_refused_is_not_counted() -> None:
    window = SlidingWindow(MINUTE)
    window.spend(6, BUDGET, now=100.0)

    assert not window.spend(5, BUDGET, now=101.0).allowed
    assert window.spend(4, BUDGET, now=102.0) == Spending(allowed=True, spent=10, wait_seconds=0, reset_seconds=60)


def test_a_larger_amount_waits_for_more_to_leave_the_window() -> None:
    window = SlidingWindow(MINUTE)
    for second in (100, 110, 120):
        window.spend(3, BUDGET, now=second)

    waits = [window.spend(amount, BUDGET, now=125.0).wait_seconds for amount in (2, 4, 5, 8)]

    assert waits == [35, 35, 45, 55]


def test_looking_costs_nothing_and_an_untouched_budget_is_free_at_once() -> None:
    window = SlidingWindow(MINUTE)

    assert window.spend(0, BUDGET, now=100.0) == Spending(allowed=True, spent=0, wait_seconds=0, reset_seconds=0)


def test_what_no_budget_can_hold_is_refused_for_a_whole_window() -> None:
    assert SlidingWindow(MINUTE).spend(11, BUDGET, now=100.0) == Spending(False, spent=0, wait_seconds=60, reset_seconds=0)


@given(
    st.lists(st.tuples(st.floats(0, 30), st.integers(0, 6)), max_size=60),
)
def test_no_minute_holds_more_than_the_budget_and_waiting_as_told_is_enough(steps: list[tuple[float, int]]) -> None:
    window, now, allowed = SlidingWindow(MINUTE), 1000.0, list[tuple[float, int]]()
    for pause, amount in steps:
        now += pause
        spending = window.spend(amount, BUDGET, now)
        if spending.allowed:
            allowed.append((now, amount))
        else:
            copy = _replayed(allowed)
            assert copy.spend(amount, BUDGET, now + spending.wait_seconds).allowed
            assert not copy.spend(BUDGET, BUDGET, now).allowed
        # Counted by the second: what was spent late in one leaves with the beginning of it.
        assert sum(points for when, points in allowed if when > now - (MINUTE - 1)) <= BUDGET
        assert spending.spent == sum(points for when, points in allowed if int(when) + MINUTE > now)


def _replayed(allowed: list[tuple[float, int]]) -> SlidingWindow:
    window = SlidingWindow(MINUTE)
    for when, amount in allowed:
        assert window.spend(amount, BUDGET, when).allowed
    return window
