"""How answers that come one by one stand in a response's body: as server-sent events, in the way of the graphql-sse protocol's
distinct connections, or in parts, in the way of Apollo's multipart protocol for subscriptions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Framing:
    """`part` is given an answer's JSON, and `refusal` that of errors that end it all."""

    content_type: str
    opening: bytes
    heartbeat: bytes
    closing: bytes
    part: Callable[[bytes], bytes]
    refusal: Callable[[bytes], bytes]


def _event(answer: bytes) -> bytes:
    return b"event: next\ndata: %b\n\n" % answer


def _part(json: bytes) -> bytes:
    # With the next boundary at its end, because clients take a part only when they have seen that.
    return b"\r\nContent-Type: application/json\r\n\r\n%b\r\n--graphql" % json


EVENTS = Framing(
    "text/event-stream; charset=utf-8",
    opening=b":\n\n",
    heartbeat=b":\n\n",
    closing=b"event: complete\ndata:\n\n",
    part=_event,
    refusal=lambda errors: _event(b'{"errors":%b}' % errors),
)
MULTIPART = Framing(
    'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
    opening=b"\r\n--graphql",
    heartbeat=_part(b"{}"),
    closing=b"--\r\n",
    part=lambda answer: _part(b'{"payload":%b}' % answer),
    refusal=lambda errors: _part(b'{"payload":null,"errors":%b}' % errors),
)


def framing_of(media_type: str, parameters: Mapping[str, str]) -> Framing | None:
    """The framing that a media type of an Accept header asks for, if it is one of ours."""
    if media_type == "text/event-stream":
        return EVENTS
    if media_type == "multipart/mixed" and parameters.get("subscriptionspec") == "1.0":
        return MULTIPART
    return None
