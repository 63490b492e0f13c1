"""Pages of ratings by time are read from their indexes alone, without a look at the table for each of their rows."""

from collections.abc import Mapping, Sequence

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BEFORE = {
    "ratings_by_user_and_time": ["user_id", "rated_at", "id"],
    "ratings_by_movie_and_time": ["movie_id", "is_public", "rated_at", "id"],
}
_AFTER = {
    "ratings_by_user_and_time": ["user_id", "rated_at", "id", "movie_id", "half_points", "is_public"],
    "ratings_by_movie_and_time": ["movie_id", "is_public", "rated_at", "id", "user_id", "half_points"],
}


def upgrade() -> None:
    _replace_indexes(_AFTER)


def downgrade() -> None:
    _replace_indexes(_BEFORE)


def _replace_indexes(indexes: Mapping[str, Sequence[str]]) -> None:
    """On MySQL all at once: what is served meanwhile, by the version before, names these indexes in its statements."""
    if op.get_bind().dialect.name == "mysql":
        parts = [f"DROP INDEX {name}, ADD INDEX {name} ({', '.join(columns)})" for name, columns in indexes.items()]
        op.execute(f"ALTER TABLE ratings {', '.join(parts)}")
        return
    for name, columns in indexes.items():
        op.drop_index(name, "ratings", if_exists=True)  # it was dropped by a run that was ended here
        op.create_index(name, "ratings", list(columns), unique=False)
