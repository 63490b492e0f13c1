"""Cursors: opaque texts that name a row's place in an ordering."""

import struct
from datetime import UTC, datetime, timedelta

from db.rows import Key
from resolvers.errors import BadUserInput

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TIMES = frozenset({"NEWEST", "OLDEST", "RECENTLY_IMPORTED"})
_TEXTS = frozenset({"TITLE"})
_CODES = {
    order: bytes([code])
    for code, order in enumerate(
        (
            *("NEWEST", "OLDEST", "HIGHEST", "LOWEST"),
            *("TOP_RATED", "MOST_RATED", "NEWEST_RELEASE", "RECENTLY_IMPORTED", "TITLE", "RELEVANCE"),
        )
    )
}
"""What each order is in a cursor: in places that stand, so that cursors outlive a new version."""

_PLACE = struct.Struct(">cqq")
_HEAD = struct.Struct(">cq")
"""Order and id, before a text."""


def encode_cursor(order: str, key: Key) -> str:
    value, row_id = key
    if value.__class__ is int:
        return _PLACE.pack(_CODES[order], row_id, value).hex()
    if isinstance(value, datetime):
        return _PLACE.pack(_CODES[order], row_id, (value - _EPOCH) // _MICROSECOND).hex()
    return (_HEAD.pack(_CODES[order], row_id) + str(value).encode()).hex()


def decode_cursor(cursor: str, order: str, argument: str) -> Key:
    """The place that a cursor names; raises BadUserInput for one that is not ours, or of another ordering."""
    try:
        made_for, key = _decoded(bytes.fromhex(cursor))
        is_ours = encode_cursor(made_for, key) == cursor  # the only spelling that we give out
    except (ValueError, OverflowError, struct.error, KeyError):
        is_ours = False
    if not is_ours:
        raise BadUserInput(
            f"`{argument}` is no cursor of this API: pass the `cursor` of an edge, or `endCursor` or `startCursor` of a page."
        )
    if made_for != order:
        raise BadUserInput(f"`{argument}` is a cursor of another ordering: pass one that this list gave, or leave it out.")
    return key


def _decoded(place: bytes) -> tuple[str, Key]:
    order = _ORDERS[place[:1]]
    if order in _TEXTS:
        _, row_id = _HEAD.unpack_from(place)
        return order, (place[_HEAD.size :].decode(), row_id)
    _, row_id, number = _PLACE.unpack(place)
    return order, (_EPOCH + number * _MICROSECOND if order in _TIMES else number, row_id)


_ORDERS = {code: order for order, code in _CODES.items()}
