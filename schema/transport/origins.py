"""Pages of other origins: which of them a browser lets use the API."""

from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import Response

from schema.transport.http import refusal
from schema.transport.requests import bad_request

ANY = "*"
TOLD_TO_PAGES = ("Retry-After", "WWW-Authenticate", "X-Request-Id")
DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def may_connect(connection: HTTPConnection, allowed: Sequence[str]) -> bool:
    """Whether a WebSocket may be opened, for which browsers ask nobody: by a page of this host, one of an allowed origin,
    or what is no browser and so sends no origin.
    """
    origin = connection.headers.get("origin")
    if origin is None or ANY in allowed or origin in allowed:
        return True
    scheme, host, *_ = urlsplit(origin)
    # Behind a proxy that ends TLS the scheme is not ours, but the host is.
    port = DEFAULT_PORTS.get(scheme, "")
    return host != "" and host.removesuffix(port) == connection.headers.get("host", "").lower().removesuffix(port)


def cross_origin(allowed: Sequence[str]) -> list[Middleware]:
    """What lets pages of these origins use the API; others can send no JSON and no token, and read nothing.

    Tokens go in a header that pages set themselves, so that cookies and the like need not be allowed.
    """
    if not allowed:
        return []
    return [
        Middleware(CrossOrigin, allow_origins=allowed, allow_methods=("GET", "POST"), allow_headers=(ANY,), expose_headers=TOLD_TO_PAGES)
    ]


class CrossOrigin(CORSMiddleware):
    """Starlette's, whose refusals are told as all others are."""

    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        if response.status_code == HTTPStatus.OK:
            return response
        told = refusal(bad_request(f"{bytes(response.body).decode()}: CORS_ORIGINS says who may send what."))
        told.headers["Vary"] = response.headers["Vary"]
        return told
