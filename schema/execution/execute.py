"""Running one operation of a document that is known to be valid."""

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from graphql import ExecutionResult, GraphQLError, OperationType, execute

from resolvers.context import Context
from schema import executable
from schema.errors import formatted
from schema.execution.documents import Documents, InvalidDocument
from schema.execution.limits import Limits, check


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a client asks for, however it arrived."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] | None = None  # Any: JSON
    extensions: Mapping[str, Any] | None = None  # Any: JSON


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back. `ran` says whether the operation was begun: where it was not, the response has no `data`."""

    ran: bool
    data: dict[str, Any] | None  # Any: JSON
    errors: list[Any]  # Any: formatted errors

    def body(self) -> dict[str, Any]:  # Any: JSON
        body: dict[str, Any] = {"errors": self.errors} if self.errors else {}
        return {**body, "data": self.data} if self.ran else body


class MutationOverGet(Exception):
    """GET is for queries."""


class Executor:
    """Runs operations of the one schema; keeps the documents that it has seen."""

    def __init__(self, limits: Limits, *, introspection: bool = True) -> None:
        self._limits = limits
        self._documents = Documents(executable, limits, hints=introspection, introspection=introspection)

    async def run(self, request: GraphQLRequest, context: Context, *, queries_only: bool = False) -> Answer:
        """Answer a request; raises MutationOverGet where `queries_only` and it asks for more."""
        try:
            document = self._documents.get(request.query)
            operation = document.operation(request.operation_name)
            if queries_only and operation.operation is not OperationType.QUERY:
                raise MutationOverGet
            check(document.measure(request.operation_name, request.variables), self._limits)
        except InvalidDocument as refused:
            return _refused(refused.errors, context)
        except GraphQLError as error:
            return _refused([error], context)
        result = execute(
            executable,
            document.ast,
            context_value=context,
            variable_values=dict(request.variables or {}),
            operation_name=request.operation_name,
        )
        if isawaitable(result):
            result = await result
        assert isinstance(result, ExecutionResult)  # noqa: S101  # nothing here is delivered incrementally
        errors = result.errors or []
        ran = result.data is not None or any(error.path for error in errors)
        return Answer(ran, result.data, formatted(errors, context.request_id))


def _refused(errors: list[GraphQLError], context: Context) -> Answer:
    return Answer(ran=False, data=None, errors=formatted(errors, context.request_id))
