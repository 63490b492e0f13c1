"""Any row by its type's name and its number."""

from collections.abc import Mapping, Sequence
from typing import Any

from db.rows import MovieRow, RatingRow, UserRow
from resolvers.access import sees_rating
from resolvers.context import Context
from resolvers.loaders import movies_by_id, ratings_by_id, users_by_id
from resolvers.relations import Batch

Row = MovieRow | RatingRow | UserRow

_BATCHES: Mapping[str, Batch[int, Any]] = {  # Any: one of Row, or None
    "Movie": movies_by_id,
    "Rating": ratings_by_id,
    "User": users_by_id,
}


async def resolve_nodes(context: Context, ids: Sequence[tuple[str, int] | None]) -> list[Row | None]:
    """The rows that these (type's name, number) name, in their order, with one statement for each type among them."""
    found: dict[tuple[str, int], Row | None] = {}
    for type_name, batch in _BATCHES.items():
        numbers = list(dict.fromkeys(each[1] for each in ids if each is not None and each[0] == type_name))
        if numbers:
            rows = await batch(context, numbers)
            found |= {(type_name, number): row for number, row in rows.items()}
    return [_if_visible(context, found.get(each)) if each is not None else None for each in ids]


def _if_visible(context: Context, row: Row | None) -> Row | None:
    return None if isinstance(row, RatingRow) and not sees_rating(context.viewer, row) else row
