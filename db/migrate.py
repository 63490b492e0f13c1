"""Bringing a database to the newest revision of its tables. Synchronous: it runs before there is an event loop."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import pool
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import create_async_engine

from db.errors import DatabaseAway


def upgrade(url: str) -> None:
    """Run the migrations that the database at `url` lacks; raises DatabaseAway."""
    with _away_where_unreachable():
        command.upgrade(alembic_config(url), "head")


def is_current(url: str) -> bool:
    """Whether the database has had every migration; raises DatabaseAway."""
    newest = ScriptDirectory.from_config(alembic_config(url)).get_heads()
    with _away_where_unreachable():
        return set(asyncio.run(_heads(url))) == set(newest)


def alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["url"] = url
    return config


async def _heads(url: str) -> tuple[str, ...]:
    engine = create_async_engine(url, poolclass=pool.NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(lambda each: MigrationContext.configure(each).get_current_heads())
    finally:
        await engine.dispose()


@contextmanager
def _away_where_unreachable() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, OSError) as error:
        raise DatabaseAway("the database cannot be reached") from error
