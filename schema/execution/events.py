"""Operations with any number of answers: a subscription's source of events is opened once, and each event is run by itself."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from inspect import isawaitable
from typing import Protocol, cast

from graphql import ExecutionResult, GraphQLError, create_source_event_stream
from graphql import Executor as StandardExecutor

from resolvers.context import Context
from resolvers.errors import CinegraphError, DatabaseAway
from schema import executable
from schema.errors import formatted
from schema.execution.documents import InvalidDocument
from schema.execution.execute import Answer, Executor, GraphQLRequest, IsSubscription
from schema.execution.gate import PointsSpent

NewContext = Callable[[], Awaitable[Context]]
"""A context for one event, whose viewer is asked for anew; raises Unauthenticated once the access token is not valid any more."""


class Source(Protocol):
    """What a field of the Subscription root gives."""

    def __aiter__(self) -> AsyncIterator[object]: ...
    async def aclose(self) -> None: ...


@asynccontextmanager
async def open_answers(executor: Executor, request: GraphQLRequest, new_context: NewContext) -> AsyncIterator[AsyncIterator[Answer]]:
    """The answers to any operation: one to a query or a mutation, to a subscription one for each event until the block is left.

    No event is missed from the moment on that the block is entered. The last answer of a subscription that was refused,
    or that its source ended with an error, is one that did not run.
    """
    try:
        if (answer := executor.overload()) is None:
            context = await new_context()
            answer = await executor.run(request, context)
    except DatabaseAway as error:
        answer = _away(error, ran=False)
    except IsSubscription:
        source = await _source(executor, request, context)
        if not isinstance(source, Answer):
            async with aclosing(source):
                yield _each(source, executor, request, new_context)
            return
        answer = source
    yield _only(answer)


async def _source(executor: Executor, request: GraphQLRequest, context: Context) -> Source | Answer:
    """A subscription's events, or why it is not begun."""
    try:
        document, _ = executor.find(request)
        await executor.admit(document, request, context, for_events=True)
    except (GraphQLError, PointsSpent) as refused:
        return executor.refusal(refused, context)
    variables = dict(request.variables or {})
    standard = StandardExecutor.build(
        executable, document.ast, None, context, variables, request.operation_name, hide_suggestions=not executor.hints
    )
    if isinstance(standard, list):
        return executor.refusal(InvalidDocument(standard), context)
    source = create_source_event_stream(standard)
    opened = await source if isawaitable(source) else source
    if isinstance(opened, ExecutionResult):
        return executor.refusal(InvalidDocument(opened.errors or []), context)
    return cast(Source, opened)


async def _each(source: Source, executor: Executor, request: GraphQLRequest, new_context: NewContext) -> AsyncIterator[Answer]:
    document, operation = executor.find(request)
    events = aiter(source)
    while True:
        try:
            event = await anext(events)
        except StopAsyncIteration:
            return
        except CinegraphError as error:
            yield executor.refusal(error, await new_context())
            return
        try:
            context = await new_context()
        except DatabaseAway as error:
            yield _away(error, ran=True)  # and it goes on with the next event
        else:
            yield await executor.answer(document, operation, request, context, event)


def _away(error: DatabaseAway, *, ran: bool) -> Answer:
    """The answer where nobody can tell whether the viewer's token is still valid."""
    return Answer(ran, None, list(formatted([GraphQLError(str(error), original_error=error)], request_id="")))


async def _only(answer: Answer) -> AsyncIterator[Answer]:
    yield answer
