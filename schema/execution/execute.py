"""Running one operation of a document that is known to be valid."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, NamedTuple

import orjson
from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode, OperationType, execute

from resolvers.context import Context
from resolvers.errors import CinegraphError
from schema import executable
from schema.errors import formatted
from schema.execution.documents import Document, Documents, InvalidDocument
from schema.execution.gate import Cost, Gate, OutOfTime, Overloaded, PointsSpent
from schema.execution.limits import Limits, check, check_figures
from schema.execution.planning import plan_of
from schema.execution.variables import coercion_of
from schema.scalars import AS_SCALARS

logger = logging.getLogger("cinegraph.execution")


class GraphQLRequest(NamedTuple):
    """What a client asks for, however it arrived; `query` is empty where the document is named in its place."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] | None = None  # Any: JSON
    extensions: Mapping[str, Any] | None = None  # Any: JSON
    document_id: str | None = None


@dataclass(slots=True)
class Answer:
    """What is sent back. `ran` says whether the operation was begun: where it was not, the response has no `data`.

    In the data times may still stand as they are; json() writes them.
    """

    ran: bool
    data: dict[str, Any] | None  # Any: JSON
    errors: list[Any]  # Any: formatted errors
    cost: Cost | None = None

    def body(self) -> dict[str, Any]:  # Any: JSON
        body: dict[str, Any] = {"errors": self.errors} if self.errors else {}
        if self.ran:
            body["data"] = self.data
        if self.cost is not None:
            body["extensions"] = {"cost": self.cost}
        return body

    def json(self) -> bytes:
        """The body as it is sent."""
        return orjson.dumps(self.body(), option=AS_SCALARS)


class MutationOverGet(Exception):
    """GET is for queries."""


class IsSubscription(Exception):
    """A subscription has any number of answers: schema/execution/events.py gives them."""


@dataclass(slots=True)
class Answered:
    """How many operations were answered by plans alone, and how many by the standard executor, whoever began them."""

    by_plans: int = 0
    by_standard: int = 0


class Executor:
    """Runs operations of the one schema; keeps the documents that it has seen.

    Without `plans` the standard executor runs every operation: more slowly, and with the same answers.
    """

    def __init__(self, limits: Limits, *, introspection: bool = True, plans: bool = True, gate: Gate | None = None) -> None:
        self.answered = Answered()
        self._limits = limits
        self._plans = plans
        self.hints = introspection
        self._gate = gate or Gate()
        self._documents = Documents(executable, limits, hints=introspection, introspection=introspection)

    async def run(self, request: GraphQLRequest, context: Context, *, queries_only: bool = False) -> Answer:
        """Answer a query or a mutation; raises IsSubscription, or where `queries_only` MutationOverGet, for what it is not for."""
        try:
            document, operation = self.find(request)
            if operation.operation is not OperationType.QUERY:
                if queries_only:
                    raise MutationOverGet
                if operation.operation is OperationType.SUBSCRIPTION:
                    raise IsSubscription
            cost = await self.admit(document, request, context)
        except (GraphQLError, InvalidDocument, PointsSpent) as refused:
            return self.refusal(refused, context)
        answer = await self.answer(document, operation, request, context)
        answer.cost = cost
        return answer

    def check(self, text: str) -> None:
        """Raise InvalidDocument for a text that holds no operation that could run."""
        self._documents.get(text)

    def find(self, request: GraphQLRequest) -> tuple[Document, OperationDefinitionNode]:
        """What is to run; raises InvalidDocument, or GraphQLError where it cannot be told which operation is meant."""
        document = self._documents.get(request.query)
        return document, document.operation(request.operation_name)

    async def admit(self, document: Document, request: GraphQLRequest, context: Context, *, for_events: bool = False) -> Cost | None:
        """Take what an operation costs; raises PointsSpent where its client has not enough, and GraphQLError for one beyond the limits."""
        measured = document.measure(request.operation_name, request.variables)
        check(measured, self._limits)
        if for_events:
            check_figures({"event_cost": measured.cost}, self._limits)
        return await self._gate.spend(context, measured.cost)

    def overload(self) -> Answer | None:
        """The answer to whatever comes while there is no room for it, before it costs any work; None while there is room."""
        if not self._gate.is_full:
            return None
        answer = Answer(ran=False, data=None, errors=formatted([Overloaded()], request_id=""))
        self._gate.refused(answer.errors)
        return answer

    def refusal(self, reason: GraphQLError | InvalidDocument | CinegraphError, context: Context) -> Answer:
        """The answer to what is not run."""
        errors = reason.errors if isinstance(reason, InvalidDocument) else [_told(reason)]
        answer = Answer(ran=False, data=None, errors=formatted(errors, context.request_id))
        answer.cost = reason.cost if isinstance(reason, PointsSpent) else None
        self._gate.refused(answer.errors)
        return answer

    async def answer(
        self, document: Document, operation: OperationDefinitionNode, request: GraphQLRequest, context: Context, event: object = None
    ) -> Answer:
        """Run an operation that was admitted; a subscription's for one event."""
        began = time.perf_counter()
        try:
            async with self._gate.turn(context):
                answer = await self._execute(document, operation, request, context, event)
        except OutOfTime as error:
            answer = Answer(ran=True, data=None, errors=formatted([_told(error)], context.request_id))
        self._gate.ran(document, operation, answer.errors, time.perf_counter() - began, context)
        context.loaders.clear()  # dataloaders hold the context, which holds them: such circles would wait for the garbage collector
        return answer

    async def _execute(
        self, document: Document, operation: OperationDefinitionNode, request: GraphQLRequest, context: Context, event: object
    ) -> Answer:
        variables = dict(request.variables or {})
        data = await self._run_plan(document, operation, variables, context, event) if self._plans else None
        if data is not None:
            self.answered.by_plans += 1
            return Answer(ran=True, data=data, errors=[])
        self.answered.by_standard += 1
        return await self._run_standard(document, request.operation_name, variables, context, event)

    async def _run_plan(
        self, document: Document, operation: OperationDefinitionNode, variables: dict[str, Any], context: Context, event: object
    ) -> dict[str, Any] | None:  # Any: JSON
        """The data of an operation that goes as usual; None where it is for the standard executor."""
        coerce = document.coercions.get(name := operation.name.value if operation.name else None)
        if coerce is None:
            coerce = document.coercions[name] = coercion_of(executable, operation)
        coerced = coerce(variables)
        if isinstance(coerced, list):
            return None
        plan = plan_of(document, operation, coerced.coerced)
        if plan is None:
            return None
        try:
            return await plan.execute(context, coerced, event)
        except Exception as error:  # the standard executor meets it again, and says it with its path
            logger.debug("left to the standard executor", exc_info=error)
            return None

    async def _run_standard(
        self, document: Document, operation_name: str | None, variables: dict[str, Any], context: Context, event: object
    ) -> Answer:  # Any: JSON
        result = execute(executable, document.ast, event, context, variables, operation_name, hide_suggestions=not self.hints)
        if isawaitable(result):
            result = await result
        assert isinstance(result, ExecutionResult)  # noqa: S101  # nothing here is delivered incrementally
        errors = result.errors or []
        ran = result.data is not None or any(error.path for error in errors)
        return Answer(ran, result.data, formatted(errors, context.request_id))


def _told(error: GraphQLError | CinegraphError) -> GraphQLError:
    return error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
