"""What Prometheus is told: counted in each process, and added up over all that write to one folder.

Names that clients make up never become labels without bound. What the database and the outside services count for
themselves, as plain numbers, is taken over once a second, so that no statement pays for it.
"""

import asyncio
import os
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import compare_digest
from typing import Any

from graphql import FieldNode, OperationDefinitionNode
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from resolvers.services import Services
from schema.execution.gate import Overloaded, PointsSpent
from schema.transport.http import refusal
from schema.transport.requests import RequestRefused

SECONDS_BETWEEN_SAMPLES = 1.0
MOST_NAMES = 100
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
BOUND = re.compile(r"max([A-Z])(\w+)")
LIVE_GAUGES = re.compile(r"gauge_live\w+_(\d+)\.db")


class Metrics:
    """Everything that is counted in one process; `folder` is where processes that serve together write it."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._registry = CollectorRegistry()
        if folder is None:
            ProcessCollector(registry=self._registry)
        self.statuses: dict[int, int] = defaultdict(int)
        """How many responses of each HTTP status were sent."""
        self.under_way: Callable[[], int] = lambda: 0
        """How many operations are under way."""
        self._names: set[str] = set()
        self._timed: dict[tuple[str, str, str], Histogram] = {}
        self._taken_over: dict[Counter, float] = {}
        self._operations = Histogram(
            "cinegraph_operation_seconds",
            "Time to answer an operation, by its kind, its name (without one its root field), and its first error's code.",
            ["kind", "operation", "code"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._points = self._counter("cost_points", "Points of the operations that were run.")
        self._points_spent = 0
        self._refused = self._counter("refused_requests", "Requests of which nothing was run, by code.", "code")
        self._limits = self._counter("refusals", "What was refused or ended for being beyond a limit.", "limit")
        self._responses = self._counter("http_responses", "HTTP responses by status.", "status")
        self._statements = self._counter("sql_statements", "SQL statements that were run.")
        self._rows = self._counter("sql_rows", "Rows that SQL statements gave.")
        self._waits = self._counter("pool_waits", "Times that every connection of the pool was taken.")
        self._wait_seconds = self._counter("pool_wait_seconds", "Time that was waited for a connection of the pool.")
        self._calls = self._counter("outside_calls", "Calls to outside services, by what came of them.", "service", "outcome")
        self._pool = self._gauge("pool_connections", "Connections of the pool, by state.", "state")
        self._under_way = self._gauge("operations_under_way", "Operations that are under way.")
        self._subscribers = self._gauge("subscribers", "Subscriptions that are open.")

    def answered(self, operation: OperationDefinitionNode, code: str, seconds: float) -> None:
        """An operation was run; `code` is its first error's, or OK."""
        key = operation.operation.value, self._name(operation), code
        timed = self._timed.get(key)
        if timed is None:
            timed = self._timed[key] = self._operations.labels(*key)
        timed.observe(seconds)

    def spent(self, points: int) -> None:
        self._points_spent += points

    def refused(self, extensions: Mapping[str, Any]) -> None:  # Any: JSON
        """Nothing of a request was run, for what its first error's `extensions` say."""
        self._refused.labels(extensions["code"]).inc()
        if extensions["code"] == PointsSpent.code:
            self.beyond("points_per_minute")
        if extensions["code"] == Overloaded.code:
            self.beyond("operations_under_way")
        for name, limit in extensions.items():
            if (figure := BOUND.fullmatch(name)) and extensions[figure[1].lower() + figure[2]] > limit:
                self.beyond(_snake_case(figure[1].lower() + figure[2]))

    def beyond(self, limit: str) -> None:
        """Something was refused or ended because of a limit."""
        self._limits.labels(limit).inc()

    def _name(self, operation: OperationDefinitionNode) -> str:
        """The operation's name, of a hundred at most; else its root field, which the schema bounds."""
        if operation.name is not None:
            name = operation.name.value
            if name in self._names:
                return name
            if len(self._names) < MOST_NAMES:
                self._names.add(name)
                return name
        selections = operation.selection_set.selections
        if len(selections) == 1 and isinstance(field := selections[0], FieldNode):
            return field.name.value
        return "several"

    def sample(self, services: Services) -> None:
        """Take over what was counted elsewhere in this process, and how things stand."""
        self._take_over(self._points, self._points_spent)
        for status, responses in tuple(self.statuses.items()):
            self._take_over(self._responses.labels(status), responses)
        usage = services.database.usage
        self._take_over(self._statements, usage.statements)
        self._take_over(self._rows, usage.rows)
        self._take_over(self._waits, usage.waits)
        self._take_over(self._wait_seconds, usage.wait_seconds)
        for (service, outcome), calls in services.outside_calls.items():
            self._take_over(self._calls.labels(service, outcome), calls)
        in_use, idle = services.database.connections
        self._pool.labels("in_use").set(in_use)
        self._pool.labels("idle").set(idle)
        self._under_way.set(self.under_way())
        self._subscribers.set(services.shared_state.subscribers)

    def _take_over(self, counter: Counter, total: float) -> None:
        counter.inc(total - self._taken_over.get(counter, 0))
        self._taken_over[counter] = total

    @asynccontextmanager
    async def following(self, services: Services) -> AsyncIterator[None]:
        """Sample them for as long as the block is not left, and when it is."""
        sampling = asyncio.create_task(self._keep_sampling(services))
        try:
            yield
        finally:
            sampling.cancel()
            self.sample(services)

    async def _keep_sampling(self, services: Services) -> None:
        while True:
            self.sample(services)
            await asyncio.sleep(SECONDS_BETWEEN_SAMPLES)

    def text(self) -> bytes:
        """Everything counted so far, by all the processes, as Prometheus reads it."""
        if self._folder is None:
            return generate_latest(self._registry)
        _forget_the_dead(self._folder)
        everyone = CollectorRegistry()
        MultiProcessCollector(everyone, str(self._folder))  # type: ignore[no-untyped-call]  # prometheus-client leaves it so
        return generate_latest(everyone)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"cinegraph_{name}", text, labels, registry=self._registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"cinegraph_{name}", text, labels, registry=self._registry, multiprocess_mode="livesum")


def _forget_the_dead(folder: Path) -> None:
    """A worker that died holds no connections any more; what it has counted stays."""
    for file in tuple(folder.iterdir()):
        if (found := LIVE_GAUGES.fullmatch(file.name)) and not _is_alive(int(found[1])):
            mark_process_dead(found[1], str(folder))  # type: ignore[no-untyped-call]  # prometheus-client leaves it so


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _snake_case(name: str) -> str:
    return re.sub(r"([A-Z])", lambda match: f"_{match[1].lower()}", name)


def metrics_route(metrics: Metrics, token: str | None) -> Route:
    """`/metrics`, for whoever sends `token` as a bearer token, or where there is none for everybody."""
    expected = f"Bearer {token}".encode()

    async def answer(request: Request) -> Response:
        if token is not None and not compare_digest(request.headers.get("authorization", "").encode(), expected):
            headers = {"WWW-Authenticate": "Bearer"}
            return refusal(RequestRefused(401, "UNAUTHENTICATED", "Send METRICS_TOKEN as `Authorization: Bearer TOKEN`.", headers))
        metrics.sample(request.state.services)
        return Response(await run_in_threadpool(metrics.text), media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", answer)
