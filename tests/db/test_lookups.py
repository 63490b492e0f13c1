"""Look-ups that run at the same time share statements, and none is given less than it would get alone."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from db import movie_repository, user_repository
from db.database import Database, open_database
from db.rows import MovieRow
from tests.factories import movie, store, user
from tests.statements import recorded

FILMS = [movie(number) for number in range(1, 21)]


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    async with open_database(migrated_url) as opened:
        await store(opened, movies=FILMS)
        yield opened


async def look_up(database: Database, *numbers: int) -> set[str]:
    """The ids that are found of those asked for."""
    found: list[MovieRow] = await movie_repository.get_many_by_imdb_id(database.lookups, [f"tt{number:07}" for number in numbers])
    return {row.imdb_id for row in found}


async def test_those_of_one_turn_go_together(database: Database) -> None:
    with recorded() as statements:
        found = await asyncio.gather(*(look_up(database, number) for number in range(1, 21)))

    assert found == [{f"tt{number:07}"} for number in range(1, 21)]
    assert len(statements) == 1


async def test_those_that_come_while_it_is_under_way_go_together_next(database: Database) -> None:
    with recorded() as statements:
        first = asyncio.create_task(look_up(database, 1))
        for _ in range(5):  # until its statement is on its way
            await asyncio.sleep(0)
        found = await asyncio.gather(*(look_up(database, number) for number in range(2, 21)))

    assert await first == {"tt0000001"}
    assert found == [{f"tt{number:07}"} for number in range(2, 21)]
    assert len(statements) == 2


async def test_each_is_given_its_own_rows_alone(database: Database) -> None:
    await store(database, users=[user(1, "Ada"), user(2, "Grace")])

    by_name = (user_repository.get_many_by_username(database.lookups, [name]) for name in ("ADA", "grace", "nobody"))
    with recorded() as statements:
        found = await asyncio.gather(*by_name)

    assert [[row.username for row in rows] for rows in found] == [["Ada"], ["Grace"], []]
    assert len(statements) == 1


async def test_one_after_another_each_has_a_statement_of_its_own(database: Database) -> None:
    with recorded() as statements:
        assert await look_up(database, 1) == {"tt0000001"}
        assert await look_up(database, 2) == {"tt0000002"}

    assert len(statements) == 2


async def test_what_is_not_there_is_not_found_for_anybody(database: Database) -> None:
    found = await asyncio.gather(*(look_up(database, number) for number in (1, 99, 2)))

    assert found == [{"tt0000001"}, set(), {"tt0000002"}]


async def test_one_that_gives_up_takes_no_other_along(database: Database) -> None:
    first, second, third = (asyncio.create_task(look_up(database, number)) for number in (1, 2, 3))
    await asyncio.sleep(0)
    first.cancel()
    second.cancel()

    assert await third == {"tt0000003"}
    with pytest.raises(asyncio.CancelledError):
        await first
    with pytest.raises(asyncio.CancelledError):
        await second
    assert await look_up(database, 4) == {"tt0000004"}


async def test_an_error_reaches_everybody_who_waited_for_it_and_nobody_else(database: Database) -> None:
    lost = asyncio.gather(*(_broken_look_up(database) for _ in range(3)), return_exceptions=True)

    assert [type(error) for error in await lost] == [ValueError] * 3
    assert await look_up(database, 5) == {"tt0000005"}


async def _broken_look_up(database: Database) -> list[MovieRow]:
    return await movie_repository.get_many_by_imdb_id(database.lookups, [])
