"""One operation answered both ways, by plans and by the standard executor, and whatever is not the same in the two answers."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

import orjson
import pytest

from db.connection import Connection
from resolvers.access import Viewer
from resolvers.context import Context
from resolvers.services import Services
from schema import executable
from schema.execution.execute import Answer, Executor, GraphQLRequest
from schema.execution.limits import Limits
from schema.scalars import AS_SCALARS
from tests.statements import recorded

Json = Any  # Any: JSON
AMPLE = Limits(depth=15, cost=5000)


@dataclass(frozen=True)
class Operation:
    """A subscription is run for its `event`."""

    query: str
    variables: Mapping[str, Json] | None = None
    viewer: Viewer | None = None
    name: str | None = None
    event: object = None


@dataclass(frozen=True)
class Run:
    """An answer, and what it took: how often each root resolver ran, and how many statements."""

    answer: Answer
    roots: Mapping[str, int]
    statements: int


class BothWays:
    """Two executors, on one database that no operation changes or on two equal ones; to be used within `counting_roots`."""

    def __init__(self, calls: Counter[str], services: Services, equal_services: Services | None = None, limits: Limits = AMPLE) -> None:
        self.with_plans = Executor(limits)
        self.without_plans = Executor(limits, plans=False)
        self.succeeded = 0
        self._calls = calls
        self._services = services
        self._equal_services = equal_services or services

    async def runs(self, operation: Operation) -> tuple[Run, Run]:
        """With plans, and without."""
        return (
            await self._run(self.with_plans, self._services, operation),
            await self._run(self.without_plans, self._equal_services, operation),
        )

    async def assert_equal(self, operation: Operation) -> Run:
        """Fail where the answers differ; the run with plans."""
        planned, standard = await self.runs(operation)
        found = list(_differences(planned, standard))
        assert not found, "\n".join([*found, f"of {operation}"])
        self.succeeded += planned.answer.ran and not planned.answer.errors
        return planned

    def share(self) -> float:
        """How much of what succeeded was answered by plans alone."""
        return self.with_plans.answered.by_plans / self.succeeded if self.succeeded else 0

    async def _run(self, executor: Executor, services: Services, operation: Operation) -> Run:
        context = _Alone(services, viewer=operation.viewer, request_id="test")
        request = GraphQLRequest(operation.query, operation.name, operation.variables)
        self._calls.clear()
        with recorded() as statements:
            if operation.event is None:
                answer = await executor.run(request, context)
            else:
                answer = await executor.answer(*executor.find(request), request, context, operation.event)
            # What the standard executor has begun and given up on may go on.
            await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)
        return Run(answer, dict(self._calls), len(statements))


class _Alone(Context):
    """Shared look-ups go together when they happen to meet: nobody could tell how many statements there are."""

    def lookups(self, keys: Sized) -> Connection:
        return self.reader


def _differences(planned: Run, standard: Run) -> Iterator[str]:
    if planned.answer.ran is not standard.answer.ran or _text(planned.answer.data) != _text(standard.answer.data):
        yield f"with plans    {_text(planned.answer.data)}\nwithout plans {_text(standard.answer.data)}"
    if (with_plans := _in_order(planned.answer.errors)) != (without := _in_order(standard.answer.errors)):
        yield f"with plans    {with_plans}\nwithout plans {without}"
    if planned.roots != standard.roots:
        yield f"root resolvers that ran: with plans {planned.roots}, without {standard.roots}"
    # Where something fails, it is a matter of time which statements the standard executor begins before it gives up.
    if not planned.answer.errors and planned.statements > standard.statements:
        yield f"statements: with plans {planned.statements}, without {standard.statements}"


def _text(data: Json) -> str:
    """JSON as it is sent, so that the order of keys is compared too."""
    return orjson.dumps(data, option=AS_SCALARS).decode()


def _in_order(errors: Iterable[Json]) -> list[str]:
    """The standard executor tells errors as they happen, which is sooner where a root is known already: by place, instead."""
    return sorted(_text([error.get("path"), error]) for error in errors)


@contextmanager
def counting_roots() -> Iterator[Counter[str]]:
    """How often each root resolver runs inside the block, by whichever way. Plans made there count, too: let none outlive it."""
    calls: Counter[str] = Counter()
    with pytest.MonkeyPatch.context() as patch:
        for root in (executable.query_type, executable.mutation_type):
            for name, field in root.fields.items() if root else ():
                resolver = field.extensions["strawberry-definition"].base_resolver
                patch.setattr(resolver, "wrapped_func", _counted(resolver.wrapped_func, name, calls))
        yield calls


def _counted(function: Callable[..., Any], name: str, calls: Counter[str]) -> Callable[..., Any]:  # Any: whatever resolvers take and give
    @wraps(function)
    async def call(*args: Any, **arguments: Any) -> Any:
        calls[name] += 1
        return await function(*args, **arguments)

    relation = getattr(function, "relation_field", None)
    if relation is not None:
        # Plans do not call the function of a relation; every run of one begins with its key.
        def key(*args: Any, **arguments: Any) -> Any:
            calls[name] += 1
            return relation.key(*args, **arguments)

        vars(call)["relation_field"] = replace(relation, key=key)
    return call
