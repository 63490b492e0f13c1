"""The tables, with the constraints that hold the rules and the indexes that every page is answered from.

Everything here runs on SQLite, MariaDB 10.11 and MySQL 8. Collations are those that the latter two share; text that is compared
or sorted is kept normalised (see db/search.py) under a binary collation, so that all three order it by code point, as Python does.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

HALF_POINTS = range(1, 21)
"""Every value that a rating can have, in half points: 20 is 10 out of 10."""

PRIOR_WEIGHT = 10
PRIOR_HALF_POINTS = 14
"""TOP_RATED weighs a movie's ratings against PRIOR_WEIGHT imagined ones of 7 out of 10, the level of IMDb's Top 250."""


_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # as databases keep times
_EPOCH_IN_UTC = _EPOCH.replace(tzinfo=UTC)


def _in_utc(value: Any) -> datetime:  # Any: a datetime without a zone, from a driver or a parser
    """As `replace(tzinfo=UTC)`, which takes seven times as long; every rating that is read has a time."""
    since: timedelta = value - _EPOCH
    return _EPOCH_IN_UTC + since


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC with microseconds, stored without its zone."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:  # Any: either dialect's
        return dialect.type_descriptor(mysql.DATETIME(fsp=6) if dialect.name == "mysql" else DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime]:  # Any: a driver's value
        parse = self.impl_instance.result_processor(dialect, coltype)
        return _in_utc if parse is None else lambda value: _in_utc(parse(value))


def _ascii(length: int) -> String:
    return String(length).with_variant(mysql.VARCHAR(length, charset="ascii", collation="ascii_bin"), "mysql")


def _text(length: int) -> String:
    return String(length).with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql")


def _name(length: int) -> String:
    """Text that is found whatever its case."""
    folded = String(length, collation="NOCASE")
    return folded.with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_general_ci"), "mysql")


_LONG_TEXT = Text().with_variant(mysql.MEDIUMTEXT(charset="utf8mb4", collation="utf8mb4_bin"), "mysql")
_ID = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers rows by itself only in an INTEGER PRIMARY KEY
_SESSION_ID = LargeBinary(16).with_variant(mysql.BINARY(16), "mysql")
_HASH = LargeBinary(32).with_variant(mysql.BINARY(32), "mysql")
_INNODB: dict[str, Any] = {  # Any: the dialects' own options
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
}

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_by_%(column_0_N_name)s",
        "uq": "%(table_name)s_one_per_%(column_0_N_name)s",
        "ck": "%(table_name)s_%(constraint_name)s",
        "fk": "%(table_name)s_%(column_0_name)s",
    }
)

users = Table(
    "users",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("username", _ascii(32), nullable=False),
    Column("username_key", _ascii(32), nullable=False, unique=True, comment="the username in lower case"),
    Column("display_name", _text(64)),
    Column("bio", _text(1000)),
    Column("password_hash", _ascii(255)),
    Column("is_private", Boolean(create_constraint=False), nullable=False, server_default="0"),
    Column("is_admin", Boolean(create_constraint=False), nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("rating_count", Integer, nullable=False, server_default="0"),
    Column("rating_sum", BigInteger, nullable=False, server_default="0", comment="in half points"),
    CheckConstraint("username_key = lower(username)", name="username_key_is_lower_case"),
    CheckConstraint("rating_count >= 0 AND rating_sum >= 0", name="counters_are_not_negative"),
    sqlite_autoincrement=True,
    **_INNODB,
)

movies = Table(
    "movies",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("imdb_id", _ascii(12), nullable=False, unique=True),
    Column("tmdb_id", Integer, unique=True),
    Column("title", _text(500), nullable=False),
    Column("original_title", _text(500)),
    Column("year", SmallInteger),
    Column("release_date", Date),
    Column("runtime_minutes", SmallInteger),
    Column("poster_url", _text(500)),
    Column("genres", _LONG_TEXT, nullable=False, comment="this and the lists below: JSON arrays"),
    Column("plot", _LONG_TEXT),
    Column("directors", _LONG_TEXT, nullable=False),
    Column("actors", _LONG_TEXT, nullable=False),
    Column("languages", _LONG_TEXT, nullable=False),
    Column("countries", _LONG_TEXT, nullable=False),
    Column("external_ratings", _LONG_TEXT, nullable=False),
    Column("sources", _ascii(64), nullable=False),
    Column("imported_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("sort_title", _text(255), nullable=False, comment="normalised, without a leading article"),
    Column("search_title", _text(255), nullable=False, comment="normalised"),
    Column("search_original_title", _text(255), comment="normalised"),
    Column(
        "release_order",
        Integer,
        nullable=False,
        comment="yyyymmdd; yyyy0000 where only the year is known; else 0",
    ),
    Column("rating_count", Integer, nullable=False, server_default="0"),
    Column("rating_sum", BigInteger, nullable=False, server_default="0", comment="in half points"),
    *(Column(f"rated_{value}", Integer, nullable=False, server_default="0") for value in HALF_POINTS),
    Column(
        "weighted_rating",
        BigInteger,
        Computed(
            "CASE WHEN rating_count = 0 THEN 0 ELSE "
            f"round((rating_sum + {PRIOR_WEIGHT * PRIOR_HALF_POINTS}) * 1000000.0 / (rating_count + {PRIOR_WEIGHT})) END",
            persisted=True,
        ),
        comment="in millionths of half points; 0 while unrated",
    ),
    CheckConstraint("imdb_id LIKE 'tt%'", name="imdb_id_begins_with_tt"),
    CheckConstraint("rating_sum BETWEEN rating_count AND 20 * rating_count", name="rating_sum_fits_rating_count"),
    CheckConstraint(
        f"rating_count = {' + '.join(f'rated_{value}' for value in HALF_POINTS)}",
        name="rating_count_is_that_of_its_buckets",
    ),
    Index("movies_by_weighted_rating", "weighted_rating", "id"),
    Index("movies_by_rating_count", "rating_count", "id"),
    Index("movies_by_release_order", "release_order", "id"),
    Index("movies_by_imported_at", "imported_at", "id"),
    Index("movies_by_sort_title", "sort_title", "id"),
    Index("movies_by_search_title", "search_title"),
    Index("movies_by_search_original_title", "search_original_title"),
    Index("movies_by_year", "year"),
    sqlite_autoincrement=True,
    **_INNODB,
)

movie_genres = Table(
    "movie_genres",
    metadata,
    Column("genre", _name(64), primary_key=True),
    Column("movie_id", ForeignKey(movies.c.id, ondelete="CASCADE"), primary_key=True, index=True),
    **_INNODB,
)

movie_words = Table(
    "movie_words",
    metadata,
    Column("word", _text(64), primary_key=True),
    Column(
        "title_words",
        SmallInteger,
        primary_key=True,
        autoincrement=False,
        comment="how many words the movie's titles have",
    ),
    Column("movie_id", ForeignKey(movies.c.id, ondelete="CASCADE"), primary_key=True),
    Index("movie_words_by_movie_id", "movie_id", "word"),
    **_INNODB,
)

ratings = Table(
    "ratings",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("user_id", ForeignKey(users.c.id), nullable=False),
    Column("movie_id", ForeignKey(movies.c.id), nullable=False),
    Column("half_points", SmallInteger, nullable=False),
    Column("rated_at", UtcDateTime, nullable=False),
    Column(
        "is_public",
        Boolean(create_constraint=False),
        nullable=False,
        comment="false while its user is private",
    ),
    UniqueConstraint("user_id", "movie_id"),
    CheckConstraint("half_points BETWEEN 1 AND 20", name="half_points_is_on_the_scale"),
    # Those by time, the usual order, hold whole rows: a page needs no look at the table for each of its ratings.
    Index("ratings_by_user_and_time", "user_id", "rated_at", "id", "movie_id", "half_points", "is_public"),
    Index("ratings_by_user_and_value", "user_id", "half_points", "id"),
    Index("ratings_by_movie_and_time", "movie_id", "is_public", "rated_at", "id", "user_id", "half_points"),
    Index("ratings_by_movie_and_value", "movie_id", "is_public", "half_points", "id"),
    sqlite_autoincrement=True,
    **_INNODB,
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", _SESSION_ID, primary_key=True, comment="random, so that a token of one database fits no other"),
    Column("user_id", ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, comment="when its newest refresh token does"),
    **_INNODB,
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", _HASH, primary_key=True, comment="SHA-256"),
    Column("session_id", ForeignKey(sessions.c.id, ondelete="CASCADE"), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column(
        "is_used",
        Boolean(create_constraint=False),
        nullable=False,
        server_default="0",
        comment="used ones are kept until they expire, to know them again",
    ),
    Index("refresh_tokens_by_session", "session_id", "expires_at"),
    **_INNODB,
)


def release_order(release_date: date | None, year: int | None) -> int:
    """The key of NEWEST_RELEASE: yyyymmdd, yyyy0000 where only the year is known, 0 where nothing is."""
    if release_date is not None:
        return release_date.year * 10000 + release_date.month * 100 + release_date.day
    return (year or 0) * 10000
