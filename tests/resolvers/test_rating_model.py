"""Whatever is done in whatever order, every figure and every list is what a model in plain Python says, to every viewer."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import delete

from db.connection import Transaction
from db.database import Database
from db.tables import metadata
from resolvers.scales import on_scale
from schema.execution.limits import Limits
from schema.ids import decode_id
from tests.clients import Insider
from tests.factories import movie, store, user
from tests.recount import miscounts
from tests.resolvers.rating_model import FILMS, NAMES, QUESTION, Model, ModelRating, ModelUser
from tests.services import services_on

SEQUENCES = {"sqlite": 40, "mysql": 15}
STEPS = 30
PASSWORD = "correct horse"

REGISTER = "mutation ($input: RegisterInput!) { answer: register(input: $input) { user { id } errors { code } } }"
UPDATE_USER = "mutation ($input: UpdateUserInput!) { answer: updateUser(input: $input) { user { id } errors { code } } }"
DELETE_USER = "mutation ($input: DeleteUserInput!) { answer: deleteUser(input: $input) { deletedUserId errors { code } } }"
RATE = "mutation ($input: RateMovieInput!) { answer: rateMovie(input: $input) { rating { id } errors { code } } }"
TAKE_BACK = "mutation ($input: DeleteRatingInput!) { answer: deleteRating(input: $input) { deletedRatingId errors { code } } }"

names, films = st.sampled_from(NAMES), st.sampled_from(FILMS)
callers = st.none() | names
"""Who asks: None is whoever it is about."""
half_points = st.sampled_from([1, 7, 8, 20])
"""Few, so that many ratings are equal."""
bad_values = st.floats().filter(lambda value: value not in {step / 2 for step in range(1, 21)})

Result = TypeVar("Result")


class Ratings(RuleBasedStateMachine):
    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.model, self.time = Model(), datetime(2026, 1, 1, tzinfo=UTC)
        self.loop = asyncio.Runner()
        self.run(self.open())

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self.loop.run(work)

    async def open(self) -> None:
        self.database = Database(self.url)
        self.insider = Insider(services_on(self.database, now=lambda: self.time), Limits(cost=1000))

        async def clear(transaction: Transaction) -> None:
            for table in reversed(metadata.sorted_tables):
                await transaction.execute(delete(table), {})

        await self.database.transaction(clear)
        root = user(1, "root", is_admin=True)
        await store(self.database, users=[root], movies=[movie(number) for number in range(1, len(FILMS) + 1)])
        self.model.users["root"] = ModelUser(1, "root", is_admin=True)

    def ask(self, mutation: str, caller: str | None, **given: Any) -> Any:  # Any: an input, and JSON
        viewer = self.model.users[caller].viewer if caller else None
        return self.run(self.insider.ask(mutation, {"input": given}, viewer))["answer"]

    @initialize()
    def some_register(self) -> None:
        for name in ("ada", "bob", "zoe"):
            self.register(name)

    @rule(name=names)
    def register(self, name: str) -> None:
        answer = self.ask(REGISTER, None, username=name, password=PASSWORD)
        if name in self.model.users:
            assert answer == {"user": None, "errors": [{"code": "ALREADY_EXISTS"}]}
        else:
            assert answer["errors"] == []
            self.model.users[name] = ModelUser(number_of(answer["user"]["id"]), name)

    @rule(name=names, imdb_id=films, half_points=half_points, scale=st.sampled_from(["TEN", "FIVE", "HUNDRED"]), later=st.booleans())
    def rate(self, name: str, imdb_id: str, half_points: int, scale: str, later: bool) -> None:
        if name not in self.model.users:
            return
        self.time += timedelta(microseconds=later)
        answer = self.ask(RATE, name, imdbId=imdb_id, value=on_scale(half_points, scale), scale=scale)
        assert answer["errors"] == []
        before = self.model.ratings.get((name, imdb_id))
        number = number_of(answer["rating"]["id"])
        assert number == before.id if before else answer["rating"]["id"] not in self.model.ids
        self.model.ratings[name, imdb_id] = ModelRating(number, self.model.users[name], imdb_id, half_points, self.time)
        if before is None:
            self.model.ids.append(answer["rating"]["id"])

    @rule(name=names, imdb_id=films, value=bad_values)
    def rate_with_no_value_of_the_scale(self, name: str, imdb_id: str, value: float) -> None:
        if name in self.model.users:
            given = {"imdbId": imdb_id, "value": value}
            body = self.run(self.insider.body(RATE, {"input": given}, self.model.users[name].viewer))
            assert "errors" in body or body["data"]["answer"] == {"rating": None, "errors": [{"code": "INVALID"}]}

    @rule(owner=names, caller=callers, imdb_id=films)
    def take_back(self, owner: str, caller: str | None, imdb_id: str) -> None:
        if (caller or owner) not in self.model.users:
            return
        answer = self.ask(TAKE_BACK, caller or owner, imdbId=imdb_id, username=owner if caller else None)
        stored = self.model.ratings.get((owner, imdb_id))
        if not self.may_act_for(owner, caller):
            assert answer == {"deletedRatingId": None, "errors": [{"code": "FORBIDDEN"}]}
        elif stored is None:
            assert answer == {"deletedRatingId": None, "errors": [{"code": "NOT_FOUND"}]}
        else:
            assert answer == {"deletedRatingId": stored.global_id, "errors": []}
            del self.model.ratings[owner, imdb_id]

    @rule(owner=names, caller=callers, is_private=st.booleans())
    def hide_or_show(self, owner: str, caller: str | None, is_private: bool) -> None:
        if owner not in self.model.users or (caller or owner) not in self.model.users:
            return
        answer = self.ask(UPDATE_USER, caller or owner, account=owner if caller else None, isPrivate=is_private)
        if self.may_act_for(owner, caller):
            assert answer["errors"] == []
            self.model.users[owner].is_private = is_private
        else:
            assert answer == {"user": None, "errors": [{"code": "FORBIDDEN"}]}

    @precondition(lambda self: len(self.model.users) > 3)
    @rule(name=names.filter(lambda name: name != "root"), by_admin=st.booleans())
    def delete_user(self, name: str, by_admin: bool) -> None:
        if name in self.model.users:
            given = {"account": name} if by_admin else {"password": PASSWORD}
            answer = self.ask(DELETE_USER, "root" if by_admin else name, **given)
            assert answer["errors"] == []
            assert number_of(answer["deletedUserId"]) == self.model.users[name].id
            self.model.remove_user(name)

    @invariant()
    def every_counter_is_exact(self) -> None:
        assert self.run(miscounts(self.database)) == []

    @rule(name=names)
    def look(self, name: str) -> None:
        """As this user, or as nobody where there is no such user."""
        viewer = self.model.users.get(name)
        given = {"ids": self.model.ids[-100:] or ["none"]}
        answer = self.run(self.insider.ask(QUESTION, given, viewer.viewer if viewer else None))
        expected = self.model.answer(viewer)
        assert answer == {**expected, "nodes": expected["nodes"][-100:] or [None]}

    def teardown(self) -> None:
        try:
            for name in (*NAMES, "nobody"):
                self.look(name)
        finally:
            self.run(self.database.close())
            self.loop.close()

    def may_act_for(self, owner: str, caller: str | None) -> bool:
        return caller in (None, owner) or self.model.users[caller].is_admin


def number_of(global_id: str) -> int:
    decoded = decode_id(global_id)
    assert decoded is not None
    return decoded[1]


def test_ratings_agree_with_the_model(migrated_url: str) -> None:
    class OnThisDatabase(Ratings):
        url = migrated_url

    sequences = SEQUENCES["sqlite" if migrated_url.startswith("sqlite") else "mysql"]
    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=sequences,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
