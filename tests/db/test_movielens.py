"""What a MovieLens folder says ends up in either database, and every counter is exact."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db import movie_repository, rating_repository, user_repository
from db.database import Database, open_database
from db.loading_repository import NewUser, add_movies, add_users
from db.movie_facts import MovieFacts
from db.movielens import Loaded, load
from db.movielens_files import MovieLensError
from db.rows import MovieFilter, PageRequest
from db.tables import movies, ratings, users
from tests.db.loading import (
    LATER,
    LINKS,
    MOVIES,
    NOW,
    RATINGS,
    Rows,
    assert_counters_are_exact,
    load_quietly,
    movielens_folder,
    rows_of,
)


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    async with open_database(migrated_url) as opened:
        yield opened


async def test_a_folder_is_loaded_with_users_movies_ratings_and_counters(database: Database, tmp_path: Path) -> None:
    progress = Rows()
    loaded = await load(database, movielens_folder(tmp_path), report=pytest.fail, progress=progress, now=NOW)

    assert loaded == Loaded(movies=3, ratings=4)
    assert (progress.total, progress.done) == (7, 7)
    reader = database.reader()
    [shawshank, matrix] = sorted(
        await movie_repository.get_many_by_imdb_id(reader, ["tt0111161", "tt0133093"]), key=lambda movie: movie.imdb_id
    )
    assert (shawshank.title, shawshank.year, shawshank.tmdb_id) == ("The Shawshank Redemption", 1994, 278)
    assert (shawshank.rating_count, shawshank.rating_sum) == (2, 22)
    assert matrix.genres == '["Action","Science Fiction","Thriller"]'
    [details] = await movie_repository.get_details(reader, [matrix.id])
    assert details.sources == '["DATASET"]'
    assert (details.imported_at, details.updated_at) == (NOW, NOW)

    user = await user_repository.get_by_username(reader, "ml1")
    assert user is not None
    assert (user.rating_count, user.rating_sum, user.created_at) == (2, 38, NOW)
    [rating] = await rating_repository.get_many_by_user_and_movie(reader, [(user.id, matrix.id)])
    assert (rating.half_points, rating.is_public) == (18, True)
    assert rating.rated_at == datetime(2000, 7, 30, 18, 20, 47, tzinfo=UTC)
    assert await rows_of(database, select(users.c.password_hash)) == [(None,), (None,)]
    await assert_counters_are_exact(database)


async def test_a_rating_that_changed_in_the_file_is_replaced_and_recounted(database: Database, tmp_path: Path) -> None:
    await load_quietly(database, movielens_folder(tmp_path))
    changed = ["1,1,2.0,1445714835", *RATINGS[1:], "1,2,1.0,5", "1,2,3.5,9"]

    assert await load_quietly(database, movielens_folder(tmp_path, ratings=changed)) == (Loaded(3, 6), [])

    stored = await rows_of(database, select(ratings.c.half_points, ratings.c.rated_at).order_by(ratings.c.user_id, ratings.c.movie_id))
    assert [half_points for half_points, _ in stored] == [8, 14, 2, 16]
    assert stored[1][1] == datetime(1970, 1, 1, 0, 0, 9, tzinfo=UTC)
    await assert_counters_are_exact(database)


async def test_wrong_rows_are_reported_and_the_rest_is_loaded(database: Database, tmp_path: Path) -> None:
    folder = movielens_folder(tmp_path, links=[*LINKS, "4,x,1"], movies=[*MOVIES, "4,Heat (1995),Crime"], ratings=["1,4,5.0,0", *RATINGS])
    assert await load_quietly(database, folder) == (
        Loaded(movies=3, ratings=4),
        [
            "links.csv:5: imdbId is 'x'; it must be a whole number of at most 10 digits",
            "movies.csv:5: movie 4 has no IMDb id; a row in links.csv would give it one",
            "ratings.csv:2: movie 4 is unknown; it must stand in movies.csv and links.csv",
        ],
    )
    await assert_counters_are_exact(database)


async def test_a_folder_that_cannot_be_read_changes_nothing(database: Database, tmp_path: Path) -> None:
    with pytest.raises(MovieLensError):
        await load_quietly(database, tmp_path)
    assert await rows_of(database, select(func.count()).select_from(movies)) == [(0,)]


async def test_a_movie_that_was_told_of_before_keeps_that_and_is_told_what_it_lacks(database: Database, tmp_path: Path) -> None:
    told = [
        MovieFacts("tt0111161", "Die Verurteilten", year=1995, genres=("Drama",), runtime_minutes=142),
        MovieFacts("tt0133093", "The Matrix", original_title="Matrix"),
        MovieFacts("tt9999999", "Another Movie", tmdb_id=14160),
    ]
    await database.transaction(lambda transaction: add_movies(transaction, told, NOW))
    await database.transaction(lambda transaction: transaction.execute(movies.update().values(sources='["TMDB"]'), {}))

    await load_quietly(database, movielens_folder(tmp_path), LATER)

    stored = await rows_of(
        database,
        select(movies.c.title, movies.c.original_title, movies.c.year, movies.c.genres, movies.c.tmdb_id, movies.c.sources).order_by(
            movies.c.id
        ),
    )
    assert stored == [
        ("Die Verurteilten", None, 1995, '["Drama"]', 278, '["TMDB","DATASET"]'),
        ("The Matrix", "Matrix", 1999, '["Action","Science Fiction","Thriller"]', 603, '["TMDB","DATASET"]'),
        ("Another Movie", None, None, "[]", 14160, '["TMDB"]'),
        ("Up", None, 2009, '["Adventure","Animation","Family","Drama"]', None, '["DATASET"]'),
    ]
    science_fiction = await movie_repository.count_by(database.reader(), MovieFilter(genres=("Science Fiction",)))
    assert science_fiction == 1
    order = select(movies.c.release_order, movies.c.updated_at).order_by(movies.c.id)
    assert (await rows_of(database, order))[:3] == [(19950000, LATER), (19990000, LATER), (0, NOW)]


async def test_a_release_date_tells_the_year(database: Database) -> None:
    facts = MovieFacts("tt1049413", "Up", release_date=date(2009, 5, 29))
    await database.transaction(lambda transaction: add_movies(transaction, [facts], NOW))
    assert await rows_of(database, select(movies.c.year, movies.c.release_order)) == [(2009, 20090529)]


async def test_movies_are_found_by_their_titles_original_titles_and_other_names(database: Database, tmp_path: Path) -> None:
    folder = movielens_folder(
        tmp_path,
        movies=[
            "1,Twelve Monkeys (a.k.a. 12 Monkeys) (1995),Sci-Fi",
            '2,"Amelie (Fabuleux destin d\'Amélie Poulain, Le) (2001)",Comedy',
            "3,Up (2009),Animation",
        ],
    )
    await load_quietly(database, folder)
    for search, title in [("12 monkeys", "Twelve Monkeys"), ("AMÉLIE poulain", "Amelie"), ("up", "Up")]:
        page = await movie_repository.list_by(database.reader(), MovieFilter(search=search), PageRequest(order="RELEVANCE", size=5))
        assert [movie.title for movie in page.rows] == [title]


async def test_ratings_of_a_private_user_are_stored_as_hidden(database: Database, tmp_path: Path) -> None:
    await database.transaction(lambda transaction: add_users(transaction, [NewUser("ML1", NOW, is_private=True)]))

    await load_quietly(database, movielens_folder(tmp_path))

    stored = select(users.c.username, ratings.c.is_public).join(ratings, ratings.c.user_id == users.c.id).distinct()
    assert sorted(await rows_of(database, stored)) == [("ML1", False), ("ml2", True)]
