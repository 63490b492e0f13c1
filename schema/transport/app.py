"""The Starlette application: what answers at which address."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from resolvers.context import Context
from resolvers.services import Services
from schema.execution.execute import Executor
from schema.execution.persisted import Persisted, PersistedQueries, load_trusted_documents
from schema.transport.addresses import client_address
from schema.transport.authentication import authenticate
from schema.transport.endpoint import Endpoint
from schema.transport.gate import gate_of, limits_of
from schema.transport.graphiql import load_graphiql, wants_graphiql
from schema.transport.health import health_routes
from schema.transport.http import answer_request, media_type_of, refusal, to_post
from schema.transport.logs import RequestLog
from schema.transport.metrics import Metrics, metrics_route
from schema.transport.origins import cross_origin
from schema.transport.requests import RequestRefused
from schema.transport.termination import hearing_of_termination
from schema.transport.websocket import serve_websocket
from settings import Settings

PATH = "/graphql"

Handler = Callable[[Request], Awaitable[Response]]
OpenServices = Callable[[], AbstractAsyncContextManager[Services]]


def build_application(settings: Settings, open_services: OpenServices) -> Starlette:
    """The application; what its operations stand on is opened when it starts, and closed when it stops. Raises SettingsError."""
    graphiql = load_graphiql(PATH) if settings.graphiql == "on" else None
    metrics = Metrics(settings.prometheus_multiproc_dir)
    executor = Executor(limits_of(settings), introspection=settings.introspection == "on", gate=gate_of(settings, metrics))
    persisted = _persisted(settings, executor)
    endpoint = Endpoint(executor, persisted, settings.max_body_bytes, settings.cors_origins, texts_by_get=not settings.is_closed)

    async def graphql(request: Request) -> Response:
        if graphiql is not None and wants_graphiql(request):
            return graphiql.response()
        if (overload := executor.overload()) is not None:
            return to_post(overload, media_type_of(request))
        state = request.scope["state"]
        services: Services = state["services"]
        try:
            viewer = await authenticate(request, services.sessions)
        except RequestRefused as refused:
            return refusal(refused, media_type_of(request))
        address = client_address(request, settings.proxy_networks)
        context = Context(services, viewer=viewer, request_id=state["request_id"], address=address)
        return await answer_request(request, context, endpoint)

    async def websocket(websocket: WebSocket) -> None:
        address = client_address(websocket, settings.proxy_networks)
        services: Services = websocket.state.services
        await serve_websocket(websocket, endpoint, services, address)

    @asynccontextmanager
    async def lifespan(_application: Starlette) -> AsyncIterator[dict[str, Services]]:
        async with open_services() as services, metrics.following(services):
            with hearing_of_termination(endpoint.open_streams.end):
                yield {"services": services}

    return Application(
        routes=[
            Route(PATH, AsgiEndpoint(graphql), methods=["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]),
            WebSocketRoute(PATH, websocket),
            *(graphiql.routes if graphiql else ()),
            *health_routes(),
            metrics_route(metrics, settings.metrics_token),
        ],
        middleware=[*cross_origin(settings.cors_origins), Middleware(RequestLog, statuses=metrics.statuses)],
        lifespan=lifespan,
    )


class Application(Starlette):
    """Without the layers that Starlette puts around all others: RequestLog answers what requests raise, and bodies are bounded where
    they are read. So `debug`, `exception_handlers` and `max_body_size` are not for this one.
    """

    def build_middleware_stack(self) -> ASGIApp:
        app: ASGIApp = self.router
        for layer, arguments, options in reversed(self.user_middleware):
            app = layer(app, *arguments, **options)
        return app


class AsgiEndpoint:
    """A route's function, called as it is: what Starlette puts around functions would take a fiftieth of a small query."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._handler(Request(scope, receive))
        await response(scope, receive, send)


def _persisted(settings: Settings, executor: Executor) -> Persisted:
    if settings.trusted_documents is None:
        return PersistedQueries(executor)
    return load_trusted_documents(settings.trusted_documents, executor)
