"""Operations with any number of answers: how they begin, what each event is run with, and how they end."""

from collections.abc import AsyncIterator

import pytest

from db.database import Database
from resolvers.access import Viewer
from resolvers.context import Context
from resolvers.errors import DatabaseAway, Unauthenticated
from resolvers.services import Services
from schema.errors import AWAY
from schema.execution.events import open_answers
from schema.execution.execute import Answer, Executor, GraphQLRequest
from schema.execution.limits import Limits
from tests.factories import movie, store, user
from tests.services import services_on

RATE = 'mutation { rateMovie(input: {imdbId: "tt0000001", value: 8}) { errors { code } } }'
CHANGES = 'subscription { ratingChanged(imdbId: "tt0000001") { movie { title viewerRating { value } } } }'
DEEP = "{ movie { ratings { nodes " * 5 + "{ id }" + " } } }" * 5
AS_ADA = Viewer(1, "aa", is_admin=False, is_private=False)


class Contexts:
    """Contexts as their makers give them, one for each call; what is an exception is raised."""

    def __init__(self, services: Services, *viewers: Viewer | Exception | None) -> None:
        self._services = services
        self._viewers = iter(viewers)

    async def __call__(self) -> Context:
        viewer = next(self._viewers)
        if isinstance(viewer, Exception):
            raise viewer
        return Context(self._services, viewer=viewer)


@pytest.fixture
async def services(database: Database) -> Services:
    await store(database, users=[user(1, "ada")], movies=[movie(1, "Ran")])
    return services_on(database)


@pytest.fixture
def executor() -> Executor:
    return Executor(Limits())


async def rate(executor: Executor, services: Services) -> None:
    answer = await executor.run(GraphQLRequest(RATE), Context(services, viewer=AS_ADA))
    assert answer.data == {"rateMovie": {"errors": []}}


async def all_of(answers: AsyncIterator[Answer]) -> list[Answer]:
    return [answer async for answer in answers]


async def test_each_event_has_a_viewer_of_its_own(executor: Executor, services: Services) -> None:
    contexts = Contexts(services, AS_ADA, AS_ADA, None)
    async with open_answers(executor, GraphQLRequest(CHANGES), contexts) as answers:
        for viewers_rating in ({"value": 8.0}, None):
            await rate(executor, services)
            assert (await anext(answers)).body() == {"data": {"ratingChanged": {"movie": {"title": "Ran", "viewerRating": viewers_rating}}}}


async def test_an_event_without_the_database_is_an_error_and_the_next_is_not(executor: Executor, services: Services) -> None:
    contexts = Contexts(services, AS_ADA, DatabaseAway("gone"), AS_ADA)
    async with open_answers(executor, GraphQLRequest(CHANGES), contexts) as answers:
        await rate(executor, services)
        assert (await anext(answers)).body() == {"errors": [{"message": AWAY, "extensions": {"code": "SERVICE_UNAVAILABLE"}}], "data": None}
        await rate(executor, services)
        assert (await anext(answers)).errors == []


async def test_a_token_that_is_not_valid_any_more_ends_it(executor: Executor, services: Services) -> None:
    contexts = Contexts(services, AS_ADA, Unauthenticated())
    async with open_answers(executor, GraphQLRequest(CHANGES), contexts) as answers:
        await rate(executor, services)
        with pytest.raises(Unauthenticated):
            await anext(answers)
    assert services.shared_state.subscribers == 0


async def test_nothing_begins_without_the_database(executor: Executor, services: Services) -> None:
    contexts = Contexts(services, DatabaseAway("gone"))
    async with open_answers(executor, GraphQLRequest(CHANGES), contexts) as answers:
        [answer] = await all_of(answers)
        assert answer.body() == {"errors": [{"message": AWAY, "extensions": {"code": "SERVICE_UNAVAILABLE"}}]}
    assert services.shared_state.subscribers == 0


async def test_leaving_lets_go_of_what_was_never_read(executor: Executor, services: Services) -> None:
    async with open_answers(executor, GraphQLRequest(CHANGES), Contexts(services, None)):
        assert services.shared_state.subscribers == 1
    assert services.shared_state.subscribers == 0


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription { nope }", "GRAPHQL_VALIDATION_FAILED"),
        ('subscription { a: ratingChanged(imdbId: "tt0000001") { rating { id } } b: __typename }', "GRAPHQL_VALIDATION_FAILED"),
        ("subscription ($id: ID!) { ratingChanged(imdbId: $id) { rating { id } } }", "BAD_USER_INPUT"),
        ('subscription { ratingChanged(imdbId: "tt0000002") { rating { id } } }', "BAD_USER_INPUT"),
        (
            f'subscription {{ ratingChanged(imdbId: "tt0000001") {DEEP} }}',
            "QUERY_TOO_COMPLEX",
        ),
    ],
)
async def test_what_cannot_begin_has_one_answer_that_did_not_run(executor: Executor, services: Services, query: str, code: str) -> None:
    async with open_answers(executor, GraphQLRequest(query), Contexts(services, None)) as answers:
        [answer] = await all_of(answers)
        assert (answer.ran, answer.errors[0]["extensions"]["code"]) == (False, code)
    assert services.shared_state.subscribers == 0


async def test_an_event_may_cost_less_than_a_query(executor: Executor, services: Services) -> None:
    """A subscription is paid for once, and run whenever anybody rates."""
    pages = " ".join(f"r{number}: ratings(first: 100) {{ nodes {{ id }} }}" for number in range(9))
    query = 'subscription {{ ratingChanged(imdbId: "tt0000001") {{ movie {{ {} }} }} }}'
    async with open_answers(executor, GraphQLRequest(query.format(pages)), Contexts(services, None)):
        assert services.shared_state.subscribers == 1
    dearer = query.format(f"{pages} more: ratings(first: 1) {{ nodes {{ id }} }}")
    async with open_answers(executor, GraphQLRequest(dearer), Contexts(services, None)) as answers:
        [answer] = await all_of(answers)
        [error] = answer.errors
        assert error["message"] == "The query is too complex: event cost 11 of at most 10."
        assert error["extensions"] == {"code": "QUERY_TOO_COMPLEX", "eventCost": 11, "maxEventCost": 10}


async def test_queries_and_mutations_have_one_answer(executor: Executor, services: Services) -> None:
    for query, data in (("{ __typename }", {"__typename": "Query"}), (RATE, {"rateMovie": {"errors": []}})):
        async with open_answers(executor, GraphQLRequest(query), Contexts(services, AS_ADA)) as answers:
            assert [answer.data for answer in await all_of(answers)] == [data]


async def test_events_are_answered_by_plans_as_by_the_standard_executor(services: Services) -> None:
    bodies = []
    for executor in (Executor(Limits()), Executor(Limits(), plans=False)):
        async with open_answers(executor, GraphQLRequest(CHANGES), Contexts(services, AS_ADA, AS_ADA)) as answers:
            await rate(executor, services)
            bodies.append((await anext(answers)).body())
    assert bodies[0] == bodies[1]
    assert executor.answered.by_plans == 0
