"""Every field of Query that needs no outside service; `movies` is in tests/db/test_movie_listing.py."""

from datetime import UTC, date, datetime

import pytest

from db.database import Database
from resolvers.access import Viewer
from schema.ids import encode_id
from tests.clients import Insider
from tests.factories import movie, rating, store, user

FILM = movie(
    1,
    "Seven Samurai",
    original_title="七人の侍",
    tmdb_id=346,
    release_date=date(1954, 4, 26),
    runtime_minutes=207,
    poster_url="https://images.example/346.jpg",
    genres=("Action", "Drama"),
    plot="Villagers hire seven swordsmen.",
    directors=("Akira Kurosawa",),
    actors=("Toshirō Mifune", "Takashi Shimura"),
    languages=("Japanese",),
    countries=("Japan",),
    external_ratings=(("Internet Movie Database", "8.6/10", 8.6), ("Somebody", "a classic", None)),
    sources=("TMDB", "MOVIE_DATABASE"),
    updated_at=datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=UTC),
)
BARE = movie(2, "Bare")
ADA = user(1, "Ada", display_name="Ada L.", bio="Counts.")
BEA = user(2, "bea", is_private=True)
ROOT = user(3, "root", is_admin=True)
RATINGS = [rating(1, ADA, FILM, 20), rating(2, BEA, FILM, 13), rating(3, BEA, BARE, 1), rating(4, ROOT, FILM, 17)]

AS_ROOT = Viewer(3, "", is_admin=True, is_private=False)


@pytest.fixture(autouse=True)
async def stored(database: Database) -> None:
    await store(database, users=[ADA, BEA, ROOT], movies=[FILM, BARE], ratings=RATINGS)


async def test_a_movie_with_everything(insider: Insider) -> None:
    fields = """id imdbId tmdbId title originalTitle year releaseDate runtimeMinutes posterUrl genres plot directors actors languages
      countries sources importedAt updatedAt averageRating ratingCount externalRatings { source value score }"""
    data = await insider.ask(f'{{ movie(imdbId: "tt0000001") {{ {fields} }} }}')

    assert data["movie"] == {
        "id": encode_id("Movie", 1),
        "imdbId": "tt0000001",
        "tmdbId": 346,
        "title": "Seven Samurai",
        "originalTitle": "七人の侍",
        "year": 1954,
        "releaseDate": "1954-04-26",
        "runtimeMinutes": 207,
        "posterUrl": "https://images.example/346.jpg",
        "genres": ["Action", "Drama"],
        "plot": "Villagers hire seven swordsmen.",
        "directors": ["Akira Kurosawa"],
        "actors": ["Toshirō Mifune", "Takashi Shimura"],
        "languages": ["Japanese"],
        "countries": ["Japan"],
        "sources": ["TMDB", "MOVIE_DATABASE"],
        "importedAt": "2026-01-01T00:01:00Z",
        "updatedAt": "2026-02-03T04:05:06.000789Z",
        "averageRating": (20 + 13 + 17) / 3 / 2,
        "ratingCount": 3,
        "externalRatings": [
            {"source": "Internet Movie Database", "value": "8.6/10", "score": 8.6},
            {"source": "Somebody", "value": "a classic", "score": None},
        ],
    }


async def test_a_movie_with_next_to_nothing(insider: Insider, database: Database) -> None:
    await store(database, movies=[movie(3, "Unrated")])
    fields = "tmdbId year releaseDate plot genres directors externalRatings { source } averageRating ratingCount viewerRating { value }"
    data = await insider.ask(f'{{ movie(imdbId: "tt0000003") {{ {fields} ratings {{ nodes {{ id }} totalCount }} }} }}')

    assert data["movie"] == {
        **dict.fromkeys(["tmdbId", "year", "releaseDate", "plot", "averageRating", "viewerRating"]),
        "genres": [],
        "directors": [],
        "externalRatings": [],
        "ratingCount": 0,
        "ratings": {"nodes": [], "totalCount": 0},
    }


async def test_distributions_have_twenty_buckets(insider: Insider) -> None:
    selection = "{ ratingDistribution { value count } }"
    data = await insider.ask(f'{{ movie(imdbId: "tt0000001") {selection} user(username: "Ada") {selection} }}')

    values = [half_points / 2 for half_points in range(1, 21)]
    for distribution, rated in ((data["movie"], {10.0, 6.5, 8.5}), (data["user"], {10.0})):
        assert distribution["ratingDistribution"] == [{"value": value, "count": int(value in rated)} for value in values]


@pytest.mark.parametrize("username", ["Ada", "ada", "ADA"])
async def test_a_user_is_found_in_any_case_and_shown_as_typed(insider: Insider, username: str) -> None:
    fields = "id username displayName bio isPrivate isAdmin createdAt ratingCount averageRating"
    data = await insider.ask(f"query ($username: String!) {{ user(username: $username) {{ {fields} }} }}", {"username": username})

    assert data["user"] == {
        "id": encode_id("User", 1),
        "username": "Ada",
        "displayName": "Ada L.",
        "bio": "Counts.",
        "isPrivate": False,
        "isAdmin": None,
        "createdAt": "2026-01-01T00:01:00Z",
        "ratingCount": 1,
        "averageRating": 10.0,
    }


@pytest.mark.parametrize("username", ["nobody", "", " Ada", "Ada ", "Ada\n", "Adä", "a" * 33, "' OR 1=1 --", "A%", "A_a"])
async def test_nobody_is_null(insider: Insider, username: str) -> None:
    assert await insider.ask("query ($name: String!) { user(username: $name) { id } }", {"name": username}) == {"user": None}


@pytest.mark.parametrize(
    "imdb_id", ["tt0000009", "tt1", "0000001", "TT0000001", "tt0000001 ", " tt0000001", "tt0000001\n", "tt000000१", "tt00000001", ""]
)
async def test_no_movie_is_null(insider: Insider, imdb_id: str) -> None:
    query = """query ($id: ID!) { movie(imdbId: $id) { id } moviesByImdbId(imdbIds: [$id, "tt0000001"]) { id }
      user(username: "ada") { rating(imdbId: $id) { id } } }"""

    assert await insider.ask(query, {"id": imdb_id}) == {
        "movie": None,
        "moviesByImdbId": [None, {"id": encode_id("Movie", 1)}],
        "user": {"rating": None},
    }


async def test_movies_by_imdb_id_come_in_the_order_asked_as_often_as_asked(insider: Insider) -> None:
    query = '{ moviesByImdbId(imdbIds: ["tt0000002", "tt0000007", "tt0000001", "tt0000002"]) { title } }'
    bare, samurai = {"title": "Bare"}, {"title": "Seven Samurai"}
    assert await insider.ask(query) == {"moviesByImdbId": [bare, None, samurai, bare]}


async def test_genres_are_those_that_movies_have_by_name(insider: Insider, database: Database) -> None:
    await store(database, movies=[movie(5, genres=("Science Fiction", "Drama")), movie(6, genres=("Film-Noir",))])

    assert (await insider.ask("{ genres { name tmdbId movieCount } }"))["genres"] == [
        {"name": "Action", "tmdbId": 28, "movieCount": 1},
        {"name": "Drama", "tmdbId": 18, "movieCount": 2},
        {"name": "Film-Noir", "tmdbId": None, "movieCount": 1},
        {"name": "Science Fiction", "tmdbId": 878, "movieCount": 1},
    ]


async def test_values_on_every_scale(insider: Insider) -> None:
    selection = "{ value ten: value(scale: TEN) five: value(scale: FIVE) hundred: value(scale: HUNDRED) ratedAt }"
    data = await insider.ask(f'{{ movie(imdbId: "tt0000001") {{ ratings(orderBy: HIGHEST) {{ nodes {selection} }} }} }}', viewer=AS_ROOT)

    assert data["movie"]["ratings"]["nodes"] == [
        {"value": 10.0, "ten": 10.0, "five": 5.0, "hundred": 100.0, "ratedAt": "2026-01-01T00:01:00Z"},
        {"value": 8.5, "ten": 8.5, "five": 4.25, "hundred": 85.0, "ratedAt": "2026-01-01T00:04:00Z"},
        {"value": 6.5, "ten": 6.5, "five": 3.25, "hundred": 65.0, "ratedAt": "2026-01-01T00:02:00Z"},
    ]
