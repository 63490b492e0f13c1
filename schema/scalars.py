"""The schema's own scalars: times and dates as RFC 3339 writes them."""

from datetime import UTC, date, datetime
from typing import Any

import orjson
import strawberry
from strawberry.types.scalar import ScalarDefinition

AS_SCALARS = orjson.OPT_UTC_Z
"""What orjson has to be told so that it writes times in UTC as DateTime has them: plans leave that to it."""


def _time_text(value: datetime) -> str:
    # A third of what isoformat() takes; the quotes are JSON's.
    return orjson.dumps(value.astimezone(UTC), option=AS_SCALARS)[1:-1].decode()


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


SCALARS: dict[object, ScalarDefinition | Any] = {  # Any: what strawberry.scalar() is declared to give
    datetime: strawberry.scalar(
        name="DateTime",
        description="A time in UTC as RFC 3339 writes it: `2026-01-31T20:15:00.123456Z`, or without a fraction where it is zero.",
        serialize=_time_text,
        parse_value=_time,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A day as RFC 3339 writes it (full-date): `2026-01-31`.",
        serialize=date.isoformat,
        parse_value=date.fromisoformat,
    ),
}
