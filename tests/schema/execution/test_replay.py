"""What a plan has begun is not begun again: the standard executor goes on from what the roots gave."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from db import movie_repository, rating_repository, user_repository
from db.database import Database
from db.errors import DatabaseAway
from db.rows import MovieDetailsRow, UserRow
from resolvers.access import Viewer
from resolvers.context import Context
from schema.execution.execute import Answered, Executor, GraphQLRequest
from schema.execution.limits import Limits
from tests.factories import movie, store, user
from tests.recount import miscounts
from tests.schema.execution.both_ways import counting_roots
from tests.services import services_on
from tests.statements import Statement, recorded

Json = Any  # Any: JSON

ADA = user(1, "ada")
FILMS = [movie(1, "Ran"), movie(2, "Heat")]
AS_ADA = Viewer(1, "", is_admin=False, is_private=False)


@pytest.fixture(autouse=True)
async def stored(database: Database) -> None:
    await store(database, users=[ADA], movies=FILMS)


@pytest.fixture(autouse=True)
def calls() -> Iterator[Counter[str]]:
    """How often each root resolver runs."""
    with counting_roots() as calls:
        yield calls


class Asker:
    """Runs operations for Ada, and keeps the statements of the last one."""

    def __init__(self, database: Database) -> None:
        self.executor = Executor(Limits())
        self.statements: list[Statement] = []
        self._services = services_on(database)

    async def body(self, query: str) -> Json:
        with recorded() as self.statements:
            context = Context(self._services, viewer=AS_ADA, request_id="test")
            return (await self.executor.run(GraphQLRequest(query), context)).body()

    @property
    def written(self) -> list[str]:
        return [text.split()[0] for text, *_ in self.statements if not text.startswith("SELECT")]


@pytest.fixture
def asker(database: Database) -> Asker:
    return Asker(database)


async def broken(*_anything: object) -> Sequence[UserRow]:
    raise RuntimeError("a bug")


async def nobody(*_anything: object) -> Sequence[UserRow]:
    return []


RATE = 'mutation { rateMovie(input: { imdbId: "%s", value: 9 }) { movie { ratingCount } %s } }'


@pytest.mark.parametrize(
    ("users", "selection", "data", "path", "code"),
    [
        (broken, "rating { value user { username } }", {"rating": None}, ["rating", "user"], "INTERNAL_SERVER_ERROR"),
        (nobody, "rating { value user { username } }", {"rating": None}, ["rating", "user", "username"], "INTERNAL_SERVER_ERROR"),
        (nobody, "a: movie { ratings(first: 0) { totalCount } }", {"a": None}, ["a", "ratings"], "BAD_USER_INPUT"),
    ],
)
async def test_a_mutation_runs_once_though_what_is_selected_of_it_fails(
    asker: Asker,
    database: Database,
    calls: Counter[str],
    monkeypatch: pytest.MonkeyPatch,
    users: object,
    selection: str,
    data: Json,
    path: list[str],
    code: str,
) -> None:
    await asker.body(RATE % ("tt0000002", "rating { value }"))
    assert asker.executor.answered == Answered(by_plans=1, by_standard=0)
    written = asker.written
    calls.clear()

    monkeypatch.setattr(user_repository, "get_many", users)
    body = await asker.body(RATE % ("tt0000001", selection))

    assert body["data"] == {"rateMovie": {"movie": {"ratingCount": 1}, **data}}
    assert [(error["path"], error["extensions"]["code"]) for error in body["errors"]] == [(["rateMovie", *path], code)]
    assert asker.executor.answered == Answered(by_plans=1, by_standard=1)
    assert calls == {"rateMovie": 1}
    assert asker.written == written
    assert await miscounts(database) == []


async def test_a_mutation_that_fails_is_not_tried_again(asker: Asker, calls: Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    async def upsert(*given: object) -> None:
        tried.append(given)
        raise RuntimeError("a bug")

    monkeypatch.setattr(rating_repository, "upsert", upsert)
    body = await asker.body(RATE % ("tt0000001", "rating { value }"))

    assert (body["data"], body["errors"][0]["path"]) == ({"rateMovie": None}, ["rateMovie"])
    assert calls == {"rateMovie": 1}
    assert len(tried) == 1


async def test_mutations_in_series_are_read_as_each_left_things_though_a_later_one_fails(asker: Asker, calls: Counter[str]) -> None:
    """Which is why they have no plan: on going on from a failure, the first one's movie would be read after the second's change."""
    body = await asker.body(
        """mutation {
          a: rateMovie(input: { imdbId: "tt0000001", value: 5 }) { movie { viewerRating { value } } }
          b: rateMovie(input: { imdbId: "tt0000001", value: 6 }) { movie { ratings(first: 0) { totalCount } } }
          c: rateMovie(input: { imdbId: "tt0000001", value: 7 }) { movie { viewerRating { value } } }
        }"""
    )

    assert body["data"] == {
        "a": {"movie": {"viewerRating": {"value": 5.0}}},
        "b": {"movie": None},
        "c": {"movie": {"viewerRating": {"value": 7.0}}},
    }
    assert calls == {"rateMovie": 3}


async def test_roots_beside_one_that_fails_are_waited_for_and_not_asked_again(asker: Asker, calls: Counter[str]) -> None:
    body = await asker.body('{ bad: movies(first: 0) { totalCount } genres { name } movie(imdbId: "tt0000001") { title } }')

    assert body["data"] == {"bad": None, "genres": [], "movie": {"title": "Ran"}}
    assert calls == {"movies": 1, "genres": 1, "movie": 1}
    assert len(asker.statements) == 2


async def test_what_a_plan_has_loaded_is_not_loaded_again(asker: Asker) -> None:
    await asker.body(RATE % ("tt0000001", "rating { value }"))

    body = await asker.body(
        "{ movies { nodes { plot ratings { nodes { user { username } movie { ratings(first: 0) { totalCount } } } } } } }"
    )

    assert len(body["errors"]) == 1
    assert len(asker.statements) == len({text for text, *_ in asker.statements}) == 4


async def test_a_database_that_is_away_is_not_asked_again(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def away(_connection: object, ids: Sequence[int]) -> Sequence[MovieDetailsRow]:
        asked.append(ids)
        raise DatabaseAway("gone")

    monkeypatch.setattr(movie_repository, "get_details", away)
    body = await asker.body('{ movie(imdbId: "tt0000001") { title plot viewerRating { value } } }')

    assert body["data"] == {"movie": {"title": "Ran", "plot": None, "viewerRating": None}}
    codes = {error["path"][-1]: error["extensions"]["code"] for error in body["errors"]}
    assert codes == {"plot": "SERVICE_UNAVAILABLE", "viewerRating": "SERVICE_UNAVAILABLE"}
    assert asked == [[1]]
    assert len(asker.statements) == 1


@pytest.mark.parametrize("plans", [True, False])
async def test_a_field_that_fails_does_not_cancel_one_elsewhere_that_waits_for_the_same(database: Database, plans: bool) -> None:
    executor = Executor(Limits(), plans=plans)
    film = 'movie(imdbId: "tt0000001") { plot %s }'
    query = f"{{ bad: {film % 'ratings(first: 0) { totalCount }'} good: {film % 'title'} }}"
    answer = await executor.run(GraphQLRequest(query), Context(services_on(database)))

    assert answer.data == {"bad": None, "good": {"plot": None, "title": "Ran"}}
    assert [error["path"] for error in answer.errors] == [["bad", "ratings"]]
