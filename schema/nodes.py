"""Finding any object again by its global id."""

from collections.abc import Sequence

from db.rows import MovieRow, RatingRow, UserRow
from resolvers.context import Context
from resolvers.node import resolve_nodes
from schema.ids import decode_id
from schema.types import Movie, Node, Rating, User


def _node(row: MovieRow | RatingRow | UserRow) -> Node:
    match row:
        case MovieRow():
            return Movie(row=row)
        case RatingRow():
            return Rating(row=row)
        case UserRow():
            return User(row=row)


async def nodes_by_global_id(context: Context, ids: Sequence[str]) -> list[Node | None]:
    """The objects with these ids, in their order; None where an id is unknown, none of ours, or not the viewer's to see."""
    rows = await resolve_nodes(context, [decode_id(each) for each in ids])
    return [None if row is None else _node(row) for row in rows]
