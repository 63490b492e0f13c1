"""The Starlette application: what answers at which address."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from resolvers.context import Context
from resolvers.services import Services
from schema.execution.execute import Executor
from schema.execution.limits import Limits
from schema.transport.graphiql import load_graphiql, wants_graphiql
from schema.transport.health import health_routes
from schema.transport.http import answer_request
from schema.transport.logs import RequestLog
from settings import Settings

PATH = "/graphql"

OpenServices = Callable[[], AbstractAsyncContextManager[Services]]


def build_application(settings: Settings, open_services: OpenServices) -> Starlette:
    """The application; what its operations stand on is opened when it starts, and closed when it stops."""
    graphiql = load_graphiql(PATH) if settings.graphiql == "on" else None
    limits = Limits(depth=settings.max_query_depth, cost=settings.max_query_cost)
    executor = Executor(limits, introspection=settings.introspection == "on")

    async def graphql(request: Request) -> Response:
        if graphiql is not None and wants_graphiql(request):
            return graphiql.response()
        context = Context(request.state.services, request_id=request.state.request_id)
        return await answer_request(request, context, executor, settings.max_body_bytes)

    @asynccontextmanager
    async def lifespan(_application: Starlette) -> AsyncIterator[dict[str, Services]]:
        async with open_services() as services:
            yield {"services": services}

    return Starlette(
        routes=[
            Route(PATH, graphql, methods=["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE"]),
            *(graphiql.routes if graphiql else ()),
            *health_routes(),
        ],
        middleware=[Middleware(RequestLog)],
        lifespan=lifespan,
    )
