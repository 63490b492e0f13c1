"""The headers that every response carries, unless it has its own."""

from collections.abc import Iterable, Sequence

Header = tuple[bytes, bytes]

SECURE: Sequence[Header] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    # What is answered is data about somebody: no page to show, and nothing for caches that others share.
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)

_NAMES = frozenset(name for name, _ in SECURE)


def secured(headers: Iterable[Header]) -> list[Header]:
    """A response's headers and those of SECURE that it lacks; names are in lower case, as ASGI has them."""
    complete = list(headers)
    given = {name for name, _ in complete}
    complete += SECURE if _NAMES.isdisjoint(given) else [header for header in SECURE if header[0] not in given]
    return complete
