"""Pages of other origins: which of them a browser lets use the API."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

ANY = "*"
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
