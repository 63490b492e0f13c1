"""Movies, users and ratings."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql")
_LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(charset="utf8mb4", collation="utf8mb4_bin"), "mysql")
_INNODB: dict[str, Any] = {  # Any: the dialects' own options
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
}


def _ascii(length: int) -> sa.String:
    return sa.String(length).with_variant(mysql.VARCHAR(length, charset="ascii", collation="ascii_bin"), "mysql")


def _text(length: int) -> sa.String:
    return sa.String(length).with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql")


def _name(length: int) -> sa.String:
    folded = sa.String(length, collation="NOCASE")
    return folded.with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_general_ci"), "mysql")


def upgrade() -> None:
    op.create_table(
        "movies",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("imdb_id", _ascii(12), nullable=False),
        sa.Column("tmdb_id", sa.Integer(), nullable=True),
        sa.Column("title", _text(500), nullable=False),
        sa.Column("original_title", _text(500), nullable=True),
        sa.Column("year", sa.SmallInteger(), nullable=True),
        sa.Column("release_date", sa.Date(), nullable=True),
        sa.Column("runtime_minutes", sa.SmallInteger(), nullable=True),
        sa.Column("poster_url", _text(500), nullable=True),
        sa.Column("genres", _LONG_TEXT, nullable=False, comment="this and the lists below: JSON arrays"),
        sa.Column("plot", _LONG_TEXT, nullable=True),
        sa.Column("directors", _LONG_TEXT, nullable=False),
        sa.Column("actors", _LONG_TEXT, nullable=False),
        sa.Column("languages", _LONG_TEXT, nullable=False),
        sa.Column("countries", _LONG_TEXT, nullable=False),
        sa.Column("external_ratings", _LONG_TEXT, nullable=False),
        sa.Column("sources", _ascii(64), nullable=False),
        sa.Column("imported_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.Column("sort_title", _text(255), nullable=False, comment="normalised, without a leading article"),
        sa.Column("search_title", _text(255), nullable=False, comment="normalised"),
        sa.Column("search_original_title", _text(255), nullable=True, comment="normalised"),
        sa.Column(
            "release_order",
            sa.Integer(),
            nullable=False,
            comment="yyyymmdd; yyyy0000 where only the year is known; else 0",
        ),
        sa.Column("rating_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rating_sum", sa.BigInteger(), server_default="0", nullable=False, comment="in half points"),
        *(sa.Column(f"rated_{value}", sa.Integer(), server_default="0", nullable=False) for value in range(1, 21)),
        sa.Column(
            "weighted_rating",
            sa.BigInteger(),
            sa.Computed(
                "CASE WHEN rating_count = 0 THEN 0 ELSE round((rating_sum + 140) * 1000000.0 / (rating_count + 10)) END",
                persisted=True,
            ),
            nullable=True,
            comment="in millionths of half points; 0 while unrated",
        ),
        sa.CheckConstraint("imdb_id LIKE 'tt%'", name=op.f("movies_imdb_id_begins_with_tt")),
        sa.CheckConstraint(
            "rating_count = " + " + ".join(f"rated_{value}" for value in range(1, 21)),
            name=op.f("movies_rating_count_is_that_of_its_buckets"),
        ),
        sa.CheckConstraint(
            "rating_sum BETWEEN rating_count AND 20 * rating_count",
            name=op.f("movies_rating_sum_fits_rating_count"),
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("imdb_id", name=op.f("movies_one_per_imdb_id")),
        sa.UniqueConstraint("tmdb_id", name=op.f("movies_one_per_tmdb_id")),
        **_INNODB,
        sqlite_autoincrement=True,
    )
    op.create_index("movies_by_imported_at", "movies", ["imported_at", "id"], unique=False)
    op.create_index("movies_by_rating_count", "movies", ["rating_count", "id"], unique=False)
    op.create_index("movies_by_release_order", "movies", ["release_order", "id"], unique=False)
    op.create_index("movies_by_search_original_title", "movies", ["search_original_title"], unique=False)
    op.create_index("movies_by_search_title", "movies", ["search_title"], unique=False)
    op.create_index("movies_by_sort_title", "movies", ["sort_title", "id"], unique=False)
    op.create_index("movies_by_weighted_rating", "movies", ["weighted_rating", "id"], unique=False)
    op.create_index("movies_by_year", "movies", ["year"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("username", _ascii(32), nullable=False),
        sa.Column("username_key", _ascii(32), nullable=False, comment="the username in lower case"),
        sa.Column("display_name", _text(64), nullable=True),
        sa.Column("bio", _text(1000), nullable=True),
        sa.Column("password_hash", _ascii(255), nullable=True),
        sa.Column("is_private", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("is_admin", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("rating_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rating_sum", sa.BigInteger(), server_default="0", nullable=False, comment="in half points"),
        sa.CheckConstraint("rating_count >= 0 AND rating_sum >= 0", name=op.f("users_counters_are_not_negative")),
        sa.CheckConstraint("username_key = lower(username)", name=op.f("users_username_key_is_lower_case")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("username_key", name=op.f("users_one_per_username_key")),
        **_INNODB,
        sqlite_autoincrement=True,
    )
    op.create_table(
        "movie_genres",
        sa.Column("genre", _name(64), nullable=False),
        sa.Column("movie_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["movie_id"], ["movies.id"], name=op.f("movie_genres_movie_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("genre", "movie_id"),
        **_INNODB,
    )
    op.create_index(op.f("movie_genres_by_movie_id"), "movie_genres", ["movie_id"], unique=False)
    op.create_table(
        "movie_words",
        sa.Column("word", _text(64), nullable=False),
        sa.Column(
            "title_words",
            sa.SmallInteger(),
            autoincrement=False,
            nullable=False,
            comment="how many words the movie's titles have",
        ),
        sa.Column("movie_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["movie_id"], ["movies.id"], name=op.f("movie_words_movie_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("word", "title_words", "movie_id"),
        **_INNODB,
    )
    op.create_index("movie_words_by_movie_id", "movie_words", ["movie_id", "word"], unique=False)
    op.create_table(
        "ratings",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("movie_id", _ID, nullable=False),
        sa.Column("half_points", sa.SmallInteger(), nullable=False),
        sa.Column("rated_at", _TIME, nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False, comment="false while its user is private"),
        sa.CheckConstraint("half_points BETWEEN 1 AND 20", name=op.f("ratings_half_points_is_on_the_scale")),
        sa.ForeignKeyConstraint(["movie_id"], ["movies.id"], name=op.f("ratings_movie_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("ratings_user_id")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "movie_id", name=op.f("ratings_one_per_user_id_movie_id")),
        **_INNODB,
        sqlite_autoincrement=True,
    )
    op.create_index("ratings_by_movie_and_time", "ratings", ["movie_id", "is_public", "rated_at", "id"], unique=False)
    op.create_index("ratings_by_movie_and_value", "ratings", ["movie_id", "is_public", "half_points", "id"], unique=False)
    op.create_index("ratings_by_user_and_time", "ratings", ["user_id", "rated_at", "id"], unique=False)
    op.create_index("ratings_by_user_and_value", "ratings", ["user_id", "half_points", "id"], unique=False)


def downgrade() -> None:
    for table in ("ratings", "movie_words", "movie_genres", "users", "movies"):
        op.drop_table(table)
