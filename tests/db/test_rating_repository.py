"""Writing ratings: one row a user and movie, with every counter exact, in few round trips and whatever happens beside it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from db import movie_repository, rating_repository
from db.connection import Transaction
from db.database import Database
from db.rows import MovieRow, RatingRow
from tests.factories import movie, rating, store, user
from tests.recount import miscounts
from tests.statements import Statement, recorded

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
ADA, BOB, ZOE = user(1, "ada"), user(2, "bob"), user(3, "zoe", is_private=True)
HEAT, RAN = movie(1, "Heat"), movie(2, "Ran")

on_mariadb = pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)

Rated = tuple[RatingRow, MovieRow] | None


@pytest.fixture(autouse=True)
async def stored(database: Database) -> None:
    await store(database, users=[ADA, BOB, ZOE], movies=[HEAT, RAN], ratings=[rating(7, BOB, HEAT, 12)])


async def rate(database: Database, user_id: int, imdb_id: str, half_points: int, rated_at: datetime = NOON) -> Rated:
    async def work(transaction: Transaction) -> rating_repository.Upserted | None:
        return await rating_repository.upsert(transaction, user_id, imdb_id, half_points, rated_at)

    upserted = await database.transaction(work)
    return upserted and upserted()


async def take_back(database: Database, user_id: int, imdb_id: str) -> tuple[int, MovieRow] | None:
    async def work(transaction: Transaction) -> tuple[int, MovieRow] | None:
        return await rating_repository.delete(transaction, user_id, imdb_id)

    return await database.transaction(work)


async def stored_rating(database: Database, rating_id: int) -> RatingRow | None:
    found = await rating_repository.get_many(database.reader(), [rating_id])
    return found[0] if found else None


async def stored_movie(database: Database, movie_id: int) -> MovieRow:
    [found] = await movie_repository.get_many(database.reader(), [movie_id])
    return found


async def test_a_rating_is_stored_and_counted(database: Database) -> None:
    rated = await rate(database, ADA["id"], HEAT["imdb_id"], 17)

    assert rated is not None
    given, heat = rated
    assert given == RatingRow(given.id, user_id=1, movie_id=1, half_points=17, rated_at=NOON, is_public=True)
    assert (heat.rating_count, heat.rating_sum) == (2, 29)
    assert await stored_rating(database, given.id) == given
    assert await stored_movie(database, 1) == heat
    assert await miscounts(database) == []


async def test_rating_again_replaces_the_rating(database: Database) -> None:
    rated = await rate(database, BOB["id"], HEAT["imdb_id"], 3)

    assert rated is not None
    given, heat = rated
    assert given == RatingRow(7, user_id=2, movie_id=1, half_points=3, rated_at=NOON, is_public=True)
    assert (heat.rating_count, heat.rating_sum) == (1, 3)
    assert await stored_rating(database, 7) == given
    assert await stored_movie(database, 1) == heat
    assert await miscounts(database) == []


async def test_the_same_value_again_moves_its_time_alone(database: Database) -> None:
    before = await stored_movie(database, 1)

    rated = await rate(database, BOB["id"], HEAT["imdb_id"], 12, NOON + timedelta(microseconds=1))

    assert rated is not None
    assert rated[0] == RatingRow(7, 2, 1, 12, datetime(2026, 3, 1, 12, 0, 0, 123457, tzinfo=UTC), is_public=True)
    assert await stored_rating(database, 7) == rated[0]
    assert rated[1] == before == await stored_movie(database, 1)
    assert await miscounts(database) == []


async def test_a_private_users_rating_is_not_public(database: Database) -> None:
    rated = await rate(database, ZOE["id"], RAN["imdb_id"], 20)

    assert rated is not None
    assert rated[0].is_public is False
    assert await stored_rating(database, rated[0].id) == rated[0]
    assert rated[1].rating_sum == 20
    assert await miscounts(database) == []


async def test_a_deleted_rating_leaves_every_counter(database: Database) -> None:
    deleted = await take_back(database, BOB["id"], HEAT["imdb_id"])

    assert deleted is not None
    assert deleted[0] == 7
    assert (deleted[1].rating_count, deleted[1].rating_sum) == (0, 0)
    assert await stored_rating(database, 7) is None
    assert await stored_movie(database, 1) == deleted[1]
    assert await miscounts(database) == []


@pytest.mark.parametrize(("user_id", "imdb_id"), [(1, "tt0000009"), (9, "tt0000001")])
async def test_nothing_is_written_without_the_user_or_the_movie(database: Database, user_id: int, imdb_id: str) -> None:
    assert await rate(database, user_id, imdb_id, 17) is None
    assert await take_back(database, user_id, imdb_id) is None
    assert await rating_repository.get_many(database.reader(), range(1, 100)) == [await stored_rating(database, 7)]
    assert await miscounts(database) == []


async def test_a_rating_that_is_not_there_cannot_be_deleted(database: Database) -> None:
    assert await take_back(database, ADA["id"], HEAT["imdb_id"]) is None
    assert (await stored_movie(database, 1)).rating_count == 1


def round_trips(statements: list[Statement]) -> list[str]:
    """The first words of the statements of each round trip."""
    trips, trip = [], []
    for statement in statements:
        trip.append(statement.text.split()[0])
        if not statement.waits:
            trips.append(" ".join(trip))
            trip = []
    return trips


@on_mariadb
async def test_a_transaction_takes_two_round_trips_at_most(database: Database) -> None:
    writes: dict[str, Callable[[], Awaitable[object]]] = {
        "new": lambda: rate(database, ADA["id"], HEAT["imdb_id"], 17),
        "another value": lambda: rate(database, ADA["id"], HEAT["imdb_id"], 18),
        "the same value": lambda: rate(database, ADA["id"], HEAT["imdb_id"], 18),
        "deleted": lambda: take_back(database, ADA["id"], HEAT["imdb_id"]),
        "not there": lambda: take_back(database, ADA["id"], HEAT["imdb_id"]),
    }
    taken = {}
    for what, write in writes.items():
        with recorded() as statements:
            await write()
        taken[what] = round_trips(statements)

    assert taken == {
        "new": ["BEGIN SELECT", "INSERT UPDATE UPDATE COMMIT"],
        "another value": ["BEGIN SELECT", "UPDATE UPDATE UPDATE COMMIT"],
        "the same value": ["BEGIN SELECT", "UPDATE COMMIT"],
        "deleted": ["BEGIN SELECT", "DELETE UPDATE UPDATE COMMIT"],
        "not there": ["BEGIN SELECT", "COMMIT"],
    }


@on_mariadb
@pytest.mark.parametrize("before", ["a rating", "no rating"])
async def test_who_had_to_wait_counts_from_the_rating_that_was_committed_meanwhile(database: Database, before: str) -> None:
    rater, first_done, waiting = (BOB if before == "a rating" else ADA), asyncio.Event(), asyncio.Event()

    async def hold(transaction: Transaction) -> None:
        await rating_repository.upsert(transaction, rater["id"], HEAT["imdb_id"], 4, NOON)
        first_done.set()
        await waiting.wait()
        await asyncio.sleep(0.2)  # until the other's statement stands at the lock

    async def wait(transaction: Transaction) -> rating_repository.Upserted | None:
        await first_done.wait()
        waiting.set()
        return await rating_repository.upsert(transaction, rater["id"], HEAT["imdb_id"], 15, NOON)

    _, upserted = await asyncio.gather(database.transaction(hold), database.transaction(wait))

    assert upserted is not None
    rated = upserted()
    assert (await stored_rating(database, rated[0].id)) == rated[0]
    assert rated[1] == await stored_movie(database, 1)
    assert rated[1].rating_sum == (15 if before == "a rating" else 27)
    assert await miscounts(database) == []


@on_mariadb
@pytest.mark.parametrize("second_step", ["rate", "delete"])
async def test_a_deadlock_is_run_again_and_counts_once(database: Database, second_step: str) -> None:
    """Two transactions rate crosswise: each holds the user and the movie that the other wants next."""
    both_hold, runs = asyncio.Barrier(2), 0

    async def crosswise(transaction: Transaction, first: int, second: int) -> None:
        nonlocal runs
        runs += 1
        is_first_run = runs <= 2
        await rating_repository.upsert(transaction, first, f"tt{first:07}", 10 + first, NOON)
        if is_first_run:
            await both_hold.wait()
        if second_step == "rate":
            await rating_repository.upsert(transaction, second, f"tt{second:07}", 15 + first, NOON)
        else:
            await rating_repository.delete(transaction, second, f"tt{second:07}")

    await asyncio.gather(
        database.transaction(lambda transaction: crosswise(transaction, 1, 2)),
        database.transaction(lambda transaction: crosswise(transaction, 2, 1)),
    )

    assert runs == 3
    assert await miscounts(database) == []
    given = await rating_repository.get_many_by_user_and_movie(database.reader(), [(1, 1), (2, 2)])
    values = sorted(each.half_points for each in given)
    # Whichever was undone came last: it rated the other's movie over, or deleted the other's rating.
    assert values in ([[11, 16], [12, 17]] if second_step == "rate" else [[11], [12]])


@on_mariadb
async def test_ratings_and_deletions_that_come_in_any_order_are_counted(database: Database) -> None:
    users, films = [user(number) for number in range(10, 20)], [movie(number) for number in range(10, 15)]
    await store(database, users=users, movies=films)

    async def write(number: int) -> None:
        rater, rated = users[number % len(users)]["id"], films[number * 7 % len(films)]["imdb_id"]
        await (take_back(database, rater, rated) if number % 3 == 0 else rate(database, rater, rated, number % 20 + 1))

    await asyncio.gather(*(write(number) for number in range(300)))

    assert await miscounts(database) == []
