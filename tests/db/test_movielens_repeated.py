"""A MovieLens folder ends up in the database once, however often and however far it is loaded."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db.database import Database, open_database
from db.movielens import Loaded, load
from db.tables import movies, ratings, users
from tests.db.loading import LATER, NOW, Rows, assert_counters_are_exact, load_quietly, movielens_folder, rows_of


class Interrupted(Exception):
    """Stands for the operator's Ctrl-C."""


class InterruptedAfter(Rows):
    def __init__(self, rows: int) -> None:
        self.limit = rows

    def advance(self, rows: int) -> None:
        super().advance(rows)
        if self.done >= self.limit:
            raise Interrupted


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    async with open_database(migrated_url) as opened:
        yield opened


async def test_a_second_load_changes_nothing(database: Database, tmp_path: Path) -> None:
    folder = movielens_folder(tmp_path)
    await load_quietly(database, folder)
    before = [await rows_of(database, select(*table.c).order_by(table.c.id)) for table in (users, movies, ratings)]

    assert await load_quietly(database, folder, LATER) == (Loaded(movies=3, ratings=4), [])

    assert before == [await rows_of(database, select(*table.c).order_by(table.c.id)) for table in (users, movies, ratings)]


@pytest.mark.parametrize("rows_before", [3, 5])
async def test_an_interrupted_load_is_exact_and_goes_on_when_run_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_before: int
) -> None:
    monkeypatch.setattr("db.movielens.RATINGS_A_BATCH", 2)
    folder = movielens_folder(tmp_path)
    with pytest.raises(Interrupted):
        await load(database, folder, report=pytest.fail, progress=InterruptedAfter(rows_before), now=NOW)
    stored = await rows_of(database, select(func.count()).select_from(ratings))
    assert stored == [(0,)] if rows_before == 3 else [(2,)]
    await assert_counters_are_exact(database)

    await load_quietly(database, folder)

    assert await rows_of(database, select(func.count()).select_from(ratings)) == [(4,)]
    assert await rows_of(database, select(func.count()).select_from(users)) == [(2,)]
    await assert_counters_are_exact(database)


async def test_two_loads_at_once_double_nothing(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.movielens.MOVIES_A_BATCH", 1)
    monkeypatch.setattr("db.movielens.RATINGS_A_BATCH", 1)
    folder = movielens_folder(tmp_path)

    both = await asyncio.gather(load_quietly(database, folder), load_quietly(database, folder))

    assert list(both) == [(Loaded(movies=3, ratings=4), [])] * 2
    assert await rows_of(database, select(func.count()).select_from(movies)) == [(3,)]
    assert await rows_of(database, select(func.count()).select_from(ratings)) == [(4,)]
    await assert_counters_are_exact(database)
