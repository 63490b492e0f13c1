"""Databases in which somebody else holds what is asked for."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import asyncmy
from sqlalchemy.engine import make_url

from db.mysql import connection_options


@asynccontextmanager
async def locked(url: str, mysql_lock: str) -> AsyncIterator[None]:
    """Hold `mysql_lock` in the block, or on SQLite the right to write."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(make_url(url).database or "", isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            yield
        return
    connection = await asyncmy.connect(**connection_options(make_url(url)))
    try:
        async with connection.cursor() as cursor:
            for statement in mysql_lock.split("; "):
                await cursor.execute(statement)
        yield
    finally:
        connection.close()
