"""Fields that lead to users, and from them."""

from db.rows import PageRequest, UserRow
from resolvers.access import sees_ratings_of
from resolvers.context import Context
from resolvers.loaders import (
    distributions_by_user_id,
    rating_pages_by_user_id,
    ratings_by_user_and_imdb_id,
    users_by_id,
    users_by_username,
)
from resolvers.relations import Relation
from resolvers.validation import is_imdb_id, may_be_username, page_request


def _viewer_id(context: Context, _root: None) -> int | None:
    return None if context.viewer is None else context.viewer.id


def _username(_context: Context, _root: None, *, username: str) -> str | None:
    return username.lower() if may_be_username(username) else None


def _id_if_visible(context: Context, user: UserRow) -> int | None:
    return user.id if sees_ratings_of(context.viewer, user) else None


def _id_and_imdb_id(context: Context, user: UserRow, *, imdb_id: str) -> tuple[int, str] | None:
    return (user.id, imdb_id) if sees_ratings_of(context.viewer, user) and is_imdb_id(imdb_id) else None


def _ratings_page(
    context: Context,
    user: UserRow,
    *,
    order_by: str,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> tuple[int, PageRequest] | None:
    request = page_request(order_by, first, after, last, before)
    return (user.id, request) if sees_ratings_of(context.viewer, user) else None


resolve_viewer = Relation(_viewer_id, users_by_id)
resolve_user = Relation(_username, users_by_username)
resolve_user_rating_distribution = Relation(_id_if_visible, distributions_by_user_id)
resolve_user_rating = Relation(_id_and_imdb_id, ratings_by_user_and_imdb_id)
resolve_user_ratings = Relation(_ratings_page, rating_pages_by_user_id)
