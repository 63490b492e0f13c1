"""Clients of the API: over HTTP to an application in this process or to a server of its own, or as any viewer without HTTP.

async with in_process(build_application(settings, services)) as client:
    data = await client.ask("query ($id: ID!) { movie(imdbId: $id) { title } }", {"id": "tt0111161"})
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from resolvers.access import Viewer
from resolvers.context import Context
from resolvers.services import Services
from schema.execution.events import open_answers
from schema.execution.execute import Executor, GraphQLRequest
from schema.execution.limits import Limits

Variables = Mapping[str, Any] | None  # Any: JSON
ADDRESS = "http://cinegraph.test"


class Client:
    """A client of one server, which sends `token` (if there is one) with each request."""

    def __init__(self, http: httpx.AsyncClient, token: str | None = None) -> None:
        self.http = http
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def signed_in(self, token: str) -> "Client":
        return Client(self.http, token)

    async def post(self, query: str, variables: Variables = None, **headers: str) -> httpx.Response:
        """The answer to one operation, as it came; a header's name is written with underscores."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        body = {"query": query, "variables": variables}
        return await self.http.post("/graphql", json=body, headers={**self._headers, **given})

    async def ask(self, query: str, variables: Variables = None) -> Any:  # Any: JSON
        """The operation's data; fails where there are errors."""
        return data_of((await self.post(query, variables)).json())

    async def errors(self, query: str, variables: Variables = None) -> list[Any]:  # Any: JSON
        """The operation's errors; fails where there are none."""
        return errors_of((await self.post(query, variables)).json())


class Insider:
    """Runs operations without HTTP, as whichever viewer a test wants to be."""

    def __init__(self, services: Services, limits: Limits | None = None) -> None:
        self.services = services
        self._executor = Executor(limits or Limits())

    async def body(self, query: str, variables: Variables = None, viewer: Viewer | None = None) -> Any:  # Any: JSON
        context = Context(self.services, viewer=viewer, request_id="test")
        return orjson.loads((await self._executor.run(GraphQLRequest(query, variables=variables), context)).json())

    @asynccontextmanager
    async def listening(self, query: str, viewer: Viewer | None = None) -> AsyncIterator[AsyncIterator[Any]]:  # Any: JSON
        """The answers to a subscription from now on."""

        async def context() -> Context:
            return Context(self.services, viewer=viewer, request_id="test")

        async with open_answers(self._executor, GraphQLRequest(query), context) as answers:
            yield (answer.body() async for answer in answers)

    async def ask(self, query: str, variables: Variables = None, viewer: Viewer | None = None) -> Any:  # Any: JSON
        """The operation's data; fails where there are errors."""
        return data_of(await self.body(query, variables, viewer))

    async def errors(self, query: str, variables: Variables = None, viewer: Viewer | None = None) -> list[Any]:  # Any: JSON
        """The operation's errors; fails where there are none."""
        return errors_of(await self.body(query, variables, viewer))


@asynccontextmanager
async def in_process(application: Starlette) -> AsyncIterator[Client]:
    """A client of an application that runs in this process, from its start to its stop."""
    async with application.router.lifespan_context(application) as state:

        async def started(scope: Scope, receive: Receive, send: Send) -> None:
            await application({**scope, "state": dict(state or {})}, receive, send)

        async with httpx.AsyncClient(transport=httpx.ASGITransport(started), base_url=ADDRESS) as http:
            yield Client(http)


@asynccontextmanager
async def over_http(address: str) -> AsyncIterator[Client]:
    """A client of a server at an address such as http://127.0.0.1:8000."""
    async with httpx.AsyncClient(base_url=address, timeout=30) as http:
        yield Client(http)


def data_of(body: Any) -> Any:  # Any: JSON
    assert "errors" not in body, body["errors"]
    return body["data"]


def errors_of(body: Any) -> list[Any]:  # Any: JSON
    assert body.get("errors"), body
    errors: list[Any] = body["errors"]
    return errors
