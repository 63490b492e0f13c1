"""Global ids: opaque to clients, a type's name and a row's number to us."""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error

_LARGEST = 2**63 - 1


def encode_id(type_name: str, row_id: int) -> str:
    return b64encode(f"{type_name}:{row_id}".encode()).decode()


def decode_id(global_id: str) -> tuple[str, int] | None:
    """The type's name and the row's number, or None where the id is none of ours."""
    try:
        type_name, _, number = b64decode(global_id.encode("ascii"), validate=True).decode("ascii").partition(":")
        row_id = int(number)
    except (Base64Error, ValueError):
        return None
    # Only the one spelling that we give out is an id: neither `Movie:+1` nor `Movie:01`.
    return (type_name, row_id) if 0 < row_id <= _LARGEST and encode_id(type_name, row_id) == global_id else None
