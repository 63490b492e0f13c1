"""A library for comparing answers: pages of every size, nulls in every nullable field, lists of every length, private users, an admin."""

from datetime import date

from db.database import Database
from resolvers.access import Viewer
from schema.ids import encode_id
from tests.factories import EPOCH, Columns, movie, rating, store, user

MOVIES, USERS = 130, 120
EVERYBODYS = 1
"""The movie that all have rated, and the user who has rated all: both have more ratings than a page holds."""

TMDB_ID = 603
"""Of tt0000002, and of a film that the emulated TMDB knows."""

PRIVATE, ADMIN, UNRATED = 5, 9, 130
"""A private user, an admin, and a movie without ratings."""

ANYBODY = Viewer(12, "00" * 16, is_admin=False, is_private=False)
A_PRIVATE_USER = Viewer(PRIVATE, "00" * 16, is_admin=False, is_private=True)
AN_ADMIN = Viewer(ADMIN, "00" * 16, is_admin=True, is_private=False)

VIEWERS: list[Viewer | None] = [None, ANYBODY, A_PRIVATE_USER, AN_ADMIN]

IMDB_IDS = [f"tt{number:07}" for number in (1, 2, 3, 50, UNRATED)]
UNKNOWN_IMDB_IDS = ["tt9999999", "nonsense", "", "tt0000001 "]
USERNAMES = ["user1", "USER2", f"user{PRIVATE}", f"user{ADMIN}", "nobody", "not a name"]
GLOBAL_IDS = [
    encode_id(kind, number) for kind, number in [("Movie", 1), ("Movie", 7), ("User", 1), ("User", PRIVATE), ("Rating", 1), ("Rating", 5)]
]
UNKNOWN_GLOBAL_IDS = [encode_id("Movie", 9999), encode_id("Genre", 1), encode_id("Movie", 0), "nonsense", "", "TW92aWU6MDE="]


def _movie(number: int) -> Columns:
    genres = ("Action", "Drama", "Science Fiction", "War")
    filled = number % 3 != 0
    return movie(
        number,
        f"Film {number} “of” Æther",
        tmdb_id=TMDB_ID if number == 2 else number * 10 if filled else None,
        original_title=f"映画 {number}" if number % 4 == 0 else None,
        release_date=date(1950 + number % 70, 1 + number % 12, 1 + number % 28) if filled else None,
        runtime_minutes=60 + number if filled else None,
        poster_url=f"https://images.example/{number}.jpg" if filled else None,
        plot=f"Plot {number}.\nIt ends." if number % 2 else None,
        genres=genres[: number % 5],
        directors=("Ada", "Bea")[: number % 3],
        actors=("Cy", "Dee", "Eve")[: number % 4],
        languages=("English",) * (number % 2),
        countries=("Japan",) * (number % 2),
        external_ratings=(("A site", "8/10", 8.0), ("Another", "fine", None))[: number % 3],
        sources=("DATASET", "TMDB")[: 1 + number % 2],
    )


def _user(number: int) -> Columns:
    return user(
        number,
        display_name=f"User №{number}" if number % 2 else None,
        bio="Rates “films”.\n" if number % 3 == 0 else None,
        is_private=number % 5 == 0,
        is_admin=number == ADMIN,
    )


async def store_library(database: Database) -> None:
    users = [_user(number) for number in range(1, USERS + 1)]
    movies = [_movie(number) for number in range(1, MOVIES + 1)]
    pairs = [(rater, EVERYBODYS) for rater in range(1, USERS + 1)]
    pairs += [(EVERYBODYS, film) for film in range(2, UNRATED)]
    pairs += [(rater, film) for rater in range(2, 21) for film in range(2, 30) if (rater * 7 + film * 3) % 4 == 0]
    ratings = [
        # Several at one time, so that pages have ties to break.
        rating(number, users[rater - 1], movies[film - 1], 1 + number * 7 % 20, rated_at=EPOCH.replace(minute=number % 50))
        for number, (rater, film) in enumerate(pairs, start=1)
    ]
    await store(database, users=users, movies=movies, ratings=ratings)
