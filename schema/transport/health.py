"""Whether the process is up, and whether it can do its work."""

import asyncio
from collections.abc import Awaitable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from resolvers.services import Services
from schema.transport.http import json_response
from schema.transport.requests import JSON

CHECK_SECONDS = 3.0


def health_routes() -> list[Route]:
    """`/healthz` answers while the process lives; `/readyz` names each thing that it needs, with 503 where one is away."""
    return [Route("/healthz", _healthz), Route("/readyz", _readyz)]


async def _healthz(_request: Request) -> Response:
    return json_response({"status": "ok"}, JSON)


async def _readyz(request: Request) -> Response:
    services: Services = request.state.services
    states = {"database": await _state(services.database.ping())}
    ready = all(state == "ok" for state in states.values())
    return json_response({"status": "ok" if ready else "not ready", **states}, JSON, 200 if ready else 503)


async def _state(answer: Awaitable[None]) -> str:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await answer
    except Exception:  # whatever keeps it away, it is away
        return "away"
    return "ok"
