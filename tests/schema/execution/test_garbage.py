"""What an operation was made of goes when it ends, and is not left to the garbage collector: that would cost a tenth of the CPU."""

import gc

import pytest

from db.database import Database
from resolvers.context import Context
from schema.execution.execute import Executor, GraphQLRequest
from schema.execution.limits import Limits
from tests.factories import movie, rating, store, user
from tests.services import services_on

ONE_ROOT = "{ movies { edges { node { title ratings { edges { node { value user { username } } } } } } } }"
TWO_ROOTS = '{ movie(imdbId: "tt0000001") { ratings { nodes { value } } } user(username: "ada") { ratings { totalCount } } }'


@pytest.mark.parametrize("query", [ONE_ROOT, TWO_ROOTS], ids=["one root", "two roots"])
async def test_nothing_is_left_in_circles(database: Database, query: str) -> None:
    ada, ran = user(1, "ada"), movie(1, "Ran")
    await store(database, users=[ada], movies=[ran], ratings=[rating(1, ada, ran, 14)])
    executor, services = Executor(Limits()), services_on(database)

    async def run() -> None:
        answer = await executor.run(GraphQLRequest(query), Context(services))
        assert answer.errors == []

    await run()  # once, for what is kept
    gc.collect()
    gc.disable()
    try:
        await run()
        assert gc.collect() == 0
    finally:
        gc.enable()
