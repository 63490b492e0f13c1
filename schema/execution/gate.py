"""What stands between a client and the running of its operations, whichever way they came."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from graphql import GraphQLError, GraphQLFormattedError, OperationDefinitionNode

from resolvers.context import Context
from resolvers.errors import CinegraphError, RateLimited
from schema.execution.documents import Document

Errors = Sequence[GraphQLFormattedError]
Cost = Mapping[str, Any]  # Any: JSON
"""What an answer's `extensions.cost` says."""

OPEN: AbstractAsyncContextManager[None] = nullcontext()


class PointsSpent(RateLimited):
    """An operation costs more than its client has left."""

    def __init__(self, message: str, retry_after_seconds: int, cost: Cost) -> None:
        super().__init__(message, retry_after_seconds)
        self.cost = cost


class OutOfTime(CinegraphError):
    """An operation took too long, and was cancelled."""

    code = "SERVICE_UNAVAILABLE"


class Overloaded(GraphQLError):
    """So much is under way in this process that one more operation would wait too long."""

    code = "SERVICE_UNAVAILABLE"

    def __init__(self) -> None:
        message = "The server has as much to do as it can do in time, and has run nothing of this: try again in a second."
        super().__init__(message, extensions={"code": self.code, "retryAfter": 1})


class Gate:
    """This one lets everybody through, and takes no notes."""

    @property
    def is_full(self) -> bool:
        """Whether spend() would raise Overloaded."""
        return False

    async def spend(self, context: Context, points: int) -> Cost | None:
        """Take what an operation costs from its client, once before it runs; raises PointsSpent or Overloaded, and takes nothing."""
        return None

    def turn(self, context: Context) -> AbstractAsyncContextManager[None]:
        """Whoever runs in it is in time, and not too much at once for one client; else OutOfTime is raised."""
        return OPEN

    def ran(self, document: Document, operation: OperationDefinitionNode, errors: Errors, seconds: float, context: Context) -> None:
        """An operation was run, for one event if it is a subscription."""

    def refused(self, errors: Errors) -> None:
        """Nothing of a request was run."""
