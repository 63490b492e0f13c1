"""The sample catalogue: its facts hold together, and it is loaded once."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from db import movie_repository, rating_repository, user_repository
from db.database import Database, open_database
from db.genres import canonical_genre
from db.loading_repository import NewUser, add_movies, add_users
from db.movie_facts import MovieFacts
from db.rows import MovieFilter, PageRequest
from db.sample import load_sample, read_movies, read_users
from db.tables import movies, ratings, users
from tests.db.loading import assert_counters_are_exact, rows_of

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    async with open_database(migrated_url) as opened:
        yield opened


async def titles_found(database: Database, search: str) -> Sequence[str]:
    page = await movie_repository.list_by(database.reader(), MovieFilter(search=search), PageRequest("RELEVANCE", size=5))
    return [movie.title for movie in page.rows]


def test_every_film_has_its_facts() -> None:
    films = read_movies()
    assert len(films) == 117
    for film in films:
        assert film.imdb_id.startswith("tt")
        assert film.year is not None
        assert film.release_date is None or film.release_date.year == film.year
        assert film.runtime_minutes is not None
        assert 60 <= film.runtime_minutes <= 240
        assert film.genres == tuple(map(canonical_genre, film.genres))
        assert film.directors
        assert film.actors
        assert film.languages
        assert film.countries
        assert film.plot is not None
        assert film.plot.endswith(".")
    for ids in ([film.imdb_id for film in films], [film.tmdb_id for film in films]):
        assert [each for each, count in Counter(ids).items() if count > 1 or each is None] == []


def test_every_rating_is_of_a_film_that_was_out_and_on_the_scale() -> None:
    films = {film.imdb_id: film for film in read_movies()}
    viewers = read_users()
    assert [viewer.username for viewer in viewers] == ["demo1", "demo2", "demo3", "demo4", "demo5", "demo6"]
    assert [viewer.username for viewer in viewers if viewer.is_private] == ["demo6"]
    assert sum(len(viewer.ratings) for viewer in viewers) == 364
    for viewer in viewers:
        assert len({rating.imdb_id for rating in viewer.ratings}) == len(viewer.ratings)
        for rating in viewer.ratings:
            assert rating.value * 2 in range(1, 21)
            assert (films[rating.imdb_id].release_date or date(2020, 1, 1)) < rating.rated_at.date() < NOW.date()


async def test_the_catalogue_is_loaded_with_exact_counters(database: Database) -> None:
    assert await load_sample(database, NOW)

    reader = database.reader()
    [matrix] = await movie_repository.get_many_by_imdb_id(reader, ["tt0133093"])
    assert (matrix.title, matrix.year, matrix.release_date, matrix.runtime_minutes) == ("The Matrix", 1999, date(1999, 3, 31), 136)
    [details] = await movie_repository.get_details(reader, [matrix.id])
    assert details.directors == '["Lana Wachowski","Lilly Wachowski"]'
    assert details.sources == '["DATASET"]'

    await assert_counters_are_exact(database)
    assert await rows_of(database, select(func.count()).select_from(ratings)) == [(364,)]
    assert len(await rows_of(database, select(movies.c.id).where(movies.c.rating_count == 0))) == 11


async def test_a_private_viewer_is_stored_as_one(database: Database) -> None:
    await load_sample(database, NOW)
    hidden = select(users.c.username).join(ratings, ratings.c.user_id == users.c.id).where(ratings.c.is_public.is_(False)).distinct()
    assert await rows_of(database, hidden) == [("demo6",)]


async def test_a_viewer_was_there_when_rating_first(database: Database) -> None:
    await load_sample(database, NOW)
    viewer = await user_repository.get_by_username(database.reader(), "demo1")
    assert viewer is not None
    assert (viewer.display_name, viewer.created_at) == ("Demo viewer 1", datetime(2022, 2, 20, 18, 10, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    ("search", "title"),
    [
        ("it", "It"),
        ("up", "Up"),
        ("m", "M"),
        ("amelie", "Amélie"),
        ("千尋", "Spirited Away"),
        ("shawshank redemption", "The Shawshank Redemption"),
        ("la vita e bella", "Life Is Beautiful"),
    ],
)
async def test_its_films_are_found_first(database: Database, search: str, title: str) -> None:
    await load_sample(database, NOW)
    assert (await titles_found(database, search))[0] == title


async def test_it_is_loaded_once_and_brings_nothing_back(database: Database) -> None:
    await load_sample(database, NOW)
    viewer = await user_repository.get_by_username(database.reader(), "demo1")
    assert viewer is not None
    await database.transaction(lambda transaction: rating_repository.delete(transaction, viewer.id, "tt0457430"))

    assert not await load_sample(database, NOW)

    assert await rows_of(database, select(func.count()).select_from(ratings)) == [(363,)]


async def test_somebody_who_has_a_viewers_name_is_given_no_ratings(database: Database) -> None:
    await database.transaction(lambda transaction: add_users(transaction, [NewUser("Demo3", NOW)]))
    assert not await load_sample(database, NOW)
    assert await rows_of(database, select(func.count()).select_from(ratings)) == [(0,)]
    assert await rows_of(database, select(users.c.username)) == [("Demo3",)]


async def test_films_that_are_stored_already_are_told_what_they_lack(database: Database) -> None:
    told = [MovieFacts("tt0133093", "Matrix, as told before", year=1999, genres=("Action",))]
    await database.transaction(lambda transaction: add_movies(transaction, told, NOW))

    assert await load_sample(database, NOW)

    [matrix] = await movie_repository.get_many_by_imdb_id(database.reader(), ["tt0133093"])
    assert (matrix.title, matrix.genres, matrix.runtime_minutes) == ("Matrix, as told before", '["Action"]', 136)
