"""What caches between us and clients may keep: the answers to GETs that are the same for everybody, for a short while."""

from collections.abc import Mapping
from hashlib import blake2b

from starlette.requests import Request

MAX_AGE_SECONDS = 10
VARY = "Accept, Authorization"


def cache_headers(request: Request, body: bytes, media_type: str, *, has_errors: bool) -> Mapping[str, str]:
    """The headers of the answer to a GET."""
    if has_errors or "authorization" in request.headers:
        return {"Cache-Control": "private, no-store", "Vary": VARY}
    digest = blake2b(body, digest_size=16, person=media_type.encode()[-16:]).hexdigest()
    return {"Cache-Control": f"public, max-age={MAX_AGE_SECONDS}", "ETag": f'"{digest}"', "Vary": VARY}


def is_known(request: Request, headers: Mapping[str, str]) -> bool:
    """Whether the client, or a cache on the way, has just this answer already."""
    entity_tag = headers.get("ETag")
    known = {each.strip().removeprefix("W/") for line in request.headers.getlist("if-none-match") for each in line.split(",")}
    return entity_tag is not None and (entity_tag in known or "*" in known)
