"""The gate that clients' operations pass: what they may spend, whose turn it is, and what is noted of them."""

import logging
from contextlib import AbstractAsyncContextManager
from hashlib import sha256

from graphql import OperationDefinitionNode

from resolvers.context import Context
from schema.execution.documents import Document
from schema.execution.gate import Cost, Errors, Gate
from schema.execution.limits import Limits
from schema.transport.metrics import Metrics
from schema.transport.rate_limits import RateLimit, client_of
from schema.transport.tracing import Trace, find_trace
from schema.transport.turns import Turns
from settings import Settings

SLOW_SECONDS = 1.0

logger = logging.getLogger("cinegraph.operations")


class ClientGate(Gate):
    """Without a `rate_limit` clients may spend what they like."""

    def __init__(self, rate_limit: RateLimit | None, turns: Turns, metrics: Metrics, trace: Trace | None = None) -> None:
        self._trace = trace
        self._rate_limit = rate_limit
        self._turns = turns
        self._metrics = metrics

    async def spend(self, context: Context, points: int) -> Cost | None:
        cost = None if self._rate_limit is None else await self._rate_limit.spend(context, points)
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
    return ClientGate(rate_limit, turns, metrics, find_trace())
