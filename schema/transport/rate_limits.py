"""How many points a client may spend in a minute: by viewer, else by address, in all processes that share their state."""

from integrations.shared_state import Spending
from resolvers.context import Context
from schema.execution.gate import Cost, PointsSpent

WINDOW_SECONDS = 60


class RateLimit:
    """Counts points in a window of a minute that slides on by seconds: no minute holds more of them than the limit."""

    def __init__(self, points_per_minute: int) -> None:
        self._limit = points_per_minute

    async def spend(self, context: Context, points: int) -> Cost:
        """Take an operation's points from its client's; raises PointsSpent, and takes none, where they are not enough."""
        key = f"points:{client_of(context)}"
        spending = await context.services.shared_state.spend(key, points, self._limit, WINDOW_SECONDS)
        if not spending.allowed:
            raise self._refusal(points, spending)
        return self._told(points, spending)

    def _refusal(self, points: int, spending: Spending) -> PointsSpent:
        left, seconds = self._limit - spending.spent, spending.wait_seconds
        message = f"This costs {points}, and of the {self._limit} points for a minute {left} are left: wait {seconds} seconds."
        return PointsSpent(message, seconds, self._told(0, spending))

    def _told(self, points: int, spending: Spending) -> Cost:
        """In `resetSeconds` the whole of `limit` is left again, if nothing is spent meanwhile."""
        return {"spent": points, "remaining": self._limit - spending.spent, "limit": self._limit, "resetSeconds": spending.reset_seconds}


def client_of(context: Context) -> str:
    """Whom an operation is counted for."""
    return f"user:{context.viewer.id}" if context.viewer else f"address:{context.address}"
