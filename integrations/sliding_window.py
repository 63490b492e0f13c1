"""How much was spent within the last so many seconds, counted by the second.

Our own, because `limits` keeps an entry for each point of a moving window, and guesses at a part of its other one.
"""

from math import ceil
from typing import NamedTuple


class Spending(NamedTuple):
    """What a budget has answered: whether the amount was spent, and how much of the budget is."""

    allowed: bool
    spent: int
    """In the window that ends now, this amount with it where it was allowed."""
    wait_seconds: int
    """Until the amount fits, if nobody spends anything; 0 where it was allowed."""
    reset_seconds: int
    """Until the whole budget is free again, if nobody spends anything."""


class SlidingWindow:
    """What one client spent by second, those of the last `seconds`; `now` is a time in seconds that never goes back."""

    __slots__ = ("_by_second", "_seconds", "spent")

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._by_second: dict[int, int] = {}
        self.spent = 0

    def spend(self, amount: int, budget: int, now: float) -> Spending:
        """Count `amount`, unless it is more than the rest of the budget."""
        self.forget(now)
        allowed = self.spent + amount <= budget
        if allowed and amount:
            self.note(int(now), amount)
        return self.answer(allowed, amount, budget, now)

    def forget(self, now: float) -> None:
        """Let go of the seconds that have left the window."""
        while self._by_second and (first := next(iter(self._by_second))) + self._seconds <= now:
            self.spent -= self._by_second.pop(first)

    def note(self, second: int, amount: int) -> None:
        """Count what was spent at one second; seconds come in their order."""
        self._by_second[second] = self._by_second.get(second, 0) + amount
        self.spent += amount

    def answer(self, allowed: bool, amount: int, budget: int, now: float) -> Spending:
        """What to tell of an amount that was allowed and noted, or was not."""
        if not self._by_second:
            return Spending(allowed, 0, 0 if allowed else self._seconds, 0)
        last = next(reversed(self._by_second))
        wait_seconds = 0 if allowed else self._until(self._second_that_frees(self.spent + amount - budget, last), now)
        return Spending(allowed, self.spent, wait_seconds, self._until(last, now))

    def _second_that_frees(self, points: int, last: int) -> int:
        """The second with whose leaving so many points are free."""
        for second, amount in self._by_second.items():
            points -= amount
            if points <= 0:
                return second
        return last

    def _until(self, second: int, now: float) -> int:
        return ceil(second + self._seconds - now)
