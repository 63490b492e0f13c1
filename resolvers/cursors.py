"""Cursors: opaque texts that name a row's place in an ordering."""

from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from datetime import UTC, datetime, timedelta

from db.rows import Key
from resolvers.errors import BadUserInput

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LARGEST = 2**63 - 1
_TIMES = frozenset({"NEWEST", "OLDEST", "RECENTLY_IMPORTED"})
_TEXTS = frozenset({"TITLE"})


def encode_cursor(order: str, key: Key) -> str:
    value, row_id = key
    if isinstance(value, datetime):
        value = (value - _EPOCH) // _MICROSECOND  # a text of it would take four times as long
    return b2a_base64(f"{order}:{row_id}:{value}".encode(), newline=False).decode()


def decode_cursor(cursor: str, order: str, argument: str) -> Key:
    """The place that a cursor names; raises BadUserInput for one that is not ours, or of another ordering."""
    try:
        text = a2b_base64(cursor.encode("ascii"), strict_mode=True).decode()
        made_for, row_id, value = text.split(":", 2)
        key = _typed(made_for, value), _number(row_id)
    except (Base64Error, ValueError, OverflowError):
        raise BadUserInput(
            f"`{argument}` is no cursor of this API: pass the `cursor` of an edge, or `endCursor` or `startCursor` of a page."
        ) from None
    if made_for != order:
        raise BadUserInput(f"`{argument}` is a cursor of another ordering: pass one that this list gave, or leave it out.")
    return key


def _typed(order: str, value: str) -> int | str | datetime:
    if order in _TEXTS:
        return value
    if order in _TIMES:
        return _EPOCH + _number(value) * _MICROSECOND
    return _number(value)


def _number(text: str) -> int:
    number = int(text)
    if abs(number) > _LARGEST:
        raise ValueError("larger than any key")
    return number
