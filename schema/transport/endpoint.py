"""What requests are served with, whichever way they come."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from resolvers.services import Services
from schema.execution.execute import Executor, GraphQLRequest
from schema.execution.persisted import NOT_FOUND, NoDocument, Persisted
from schema.transport.requests import JSON, RequestRefused


class OpenStreams:
    """The responses that go on until somebody ends them."""

    def __init__(self) -> None:
        self._ends: set[Callable[[], None]] = set()

    @contextmanager
    def added(self, end: Callable[[], None]) -> Iterator[None]:
        self._ends.add(end)
        try:
            yield
        finally:
            self._ends.discard(end)

    def end(self) -> None:
        for end in self._ends:
            end()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`origins` are those whose pages may use the API besides our own. Without `texts_by_get` a GET names its document by its hash."""

    executor: Executor
    persisted: Persisted
    max_body_bytes: int
    origins: Sequence[str]
    texts_by_get: bool = True
    open_streams: OpenStreams = field(default_factory=OpenStreams)

    async def completed(self, request: GraphQLRequest, services: Services, media_type: str = JSON) -> GraphQLRequest:
        """The request with its document's text; raises RequestRefused."""
        try:
            return await self.persisted.completed(request, services.shared_state)
        except NoDocument as error:
            # A hash that is not known yet is no fault: in application/json it is answered as every well-formed request is.
            status = 200 if error.code == NOT_FOUND and media_type == JSON else 400
            raise RequestRefused(status, error.code, str(error)) from None
