"""The gate that clients' operations pass: what they may spend, whose turn it is, and what is noted of them."""

import logging
from contextlib import AbstractAsyncContextManager
from hashlib import sha256

from graphql import OperationDefinitionNode

from resolvers.context import Context
from schema.execution.documents import Document
from schema.execution.gate import Cost, Errors, Gate, Overloaded
from schema.execution.limits import Limits
from schema.transport.metrics import Metrics
from schema.transport.rate_limits import RateLimit, client_of
from schema.transport.tracing import Trace, find_trace
from schema.transport.turns import Turns
from settings import Settings

SLOW_SECONDS = 1.0

logger = logging.getLogger("cinegraph.operations")


class ClientGate(Gate):
    """Without a `rate_limit` clients may spend what they like.

    Who comes while `most_under_way` operations are under way is refused, and may come back; a subscription that was let in
    gets its events all the same, for nobody would send them again.
    """

    def __init__(
        self, rate_limit: RateLimit | None, turns: Turns, metrics: Metrics, *, most_under_way: int, trace: Trace | None = None
    ) -> None:
        self._trace = trace
        self._rate_limit = rate_limit
        self._turns = turns
        self._most_under_way = most_under_way
        self._spending = 0
        self._metrics = metrics

    @property
    def is_full(self) -> bool:
        return self._turns.under_way + self._spending >= self._most_under_way

    async def spend(self, context: Context, points: int) -> Cost | None:
        if self.is_full:
            raise Overloaded
        cost = None
        if self._rate_limit is not None:
            self._spending += 1  # in a state that processes share this takes time, and a turn follows at once
            try:
                cost = await self._rate_limit.spend(context, points)
            finally:
                self._spending -= 1
        self._metrics.spent(points)
        return cost

    def turn(self, context: Context) -> AbstractAsyncContextManager[None]:
        return self._turns.take(client_of(context))

    def ran(self, document: Document, operation: OperationDefinitionNode, errors: Errors, seconds: float, context: Context) -> None:
        code = errors[0]["extensions"]["code"] if errors else "OK"
        self._metrics.answered(operation, code, seconds)
        if self._trace is not None:
            self._trace(document, operation, code, seconds)
        if seconds > SLOW_SECONDS:
            fields = {
                "document_sha256": sha256(document.text.encode()).hexdigest(),
                "operation": operation.name.value if operation.name else None,
                "milliseconds": round(seconds * 1000),
                "request_id": context.request_id,
            }
            logger.warning("slow operation", extra=fields)

    def refused(self, errors: Errors) -> None:
        for error in errors[:1]:
            self._metrics.refused(error["extensions"])


def limits_of(settings: Settings) -> Limits:
    """What no operation may be beyond: its cost must fit the points for a minute, too."""
    costs = [settings.max_query_cost, *([settings.rate_limit_per_minute] if settings.rate_limit_per_minute else [])]
    return Limits(depth=settings.max_query_depth, cost=min(costs))


def gate_of(settings: Settings, metrics: Metrics) -> ClientGate:
    rate_limit = RateLimit(settings.rate_limit_per_minute) if settings.rate_limit_per_minute else None
    turns = Turns(
        most=settings.max_operations_at_once,
        seconds=settings.max_operation_seconds,
        on_end=lambda: metrics.beyond("operation_seconds"),
    )
    metrics.under_way = lambda: turns.under_way
    return ClientGate(rate_limit, turns, metrics, most_under_way=settings.max_operations_under_way, trace=find_trace())
