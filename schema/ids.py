"""Global ids: opaque to clients, a type's name and a row's number to us."""

from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from functools import lru_cache

_LARGEST = 2**63 - 1

REMEMBERED = 16_384
"""Ids of what is popular are given out again and again."""


@lru_cache(maxsize=REMEMBERED)
def encode_id(type_name: str, row_id: int) -> str:
    return b2a_base64(f"{type_name}:{row_id}".encode(), newline=False).decode()


def decode_id(global_id: str) -> tuple[str, int] | None:
    """The type's name and the row's number, or None where the id is none of ours."""
    try:
        type_name, _, number = a2b_base64(global_id.encode("ascii"), strict_mode=True).decode("ascii").partition(":")
        row_id = int(number)
    except (Base64Error, ValueError):
        return None
    # Only the one spelling that we give out is an id: neither `Movie:+1` nor `Movie:01`.
    return (type_name, row_id) if 0 < row_id <= _LARGEST and encode_id(type_name, row_id) == global_id else None
