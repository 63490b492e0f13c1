"""Errors as clients get them: a code, a sentence, and of an unexpected one no more than the request's id."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import cast

import pytest

from db.errors import DatabaseAway
from db.mysql import MySQLConnection
from db.sqlite import SQLiteConnection
from resolvers.errors import Unauthenticated
from resolvers.sessions import Sessions
from schema.errors import AWAY
from tests.accounts import serving
from tests.clients import Client, Insider

DETAIL = "s3cret-word in SELECT password_hash FROM users"
QUERY = '{ movie(imdbId: "tt0000008") { title } __typename }'


@pytest.fixture
async def broken(films: Insider, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """A client of a server whose every statement raises what the test's parameter makes."""

    async def run(*_: object) -> None:
        raise request.param()

    monkeypatch.setattr(MySQLConnection, "run", run)
    monkeypatch.setattr(SQLiteConnection, "run", run)
    async with serving(films.services) as client:
        yield client


@pytest.mark.parametrize("broken", [lambda: RuntimeError(DETAIL), lambda: KeyError(DETAIL), lambda: OSError(5, DETAIL)], indirect=True)
async def test_an_unexpected_error_tells_its_request_id_and_no_more(broken: Client, caplog: pytest.LogCaptureFixture) -> None:
    answer = await broken.post(QUERY, X_Request_ID="request-7")

    assert answer.status_code == 200
    assert answer.json() == {
        "data": {"movie": None, "__typename": "Query"},
        "errors": [
            {
                "message": "Something went wrong here, and was noted under request request-7.",
                "path": ["movie"],
                "locations": [{"line": 1, "column": 3}],
                "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": "request-7"},
            }
        ],
    }
    assert answer.headers["x-request-id"] == "request-7"
    [logged] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert (logged.name, logged.getMessage(), logged.__dict__["request_id"]) == ("cinegraph.errors", "unexpected error", "request-7")
    assert DETAIL in caplog.text
    assert "Traceback" in caplog.text


@pytest.mark.parametrize("broken", [lambda: DatabaseAway(DETAIL)], indirect=True)
async def test_a_database_that_is_away_is_503_where_nothing_else_was_answered(broken: Client, caplog: pytest.LogCaptureFixture) -> None:
    alone, beside = await broken.post('{ movie(imdbId: "tt0000008") { title } }'), await broken.post(QUERY)

    for answer, status, data in ((alone, 503, {"movie": None}), (beside, 200, {"movie": None, "__typename": "Query"})):
        assert (answer.status_code, answer.json()["data"]) == (status, data)
        [error] = answer.json()["errors"]
        assert (error["message"], error["path"], error["extensions"]) == (AWAY, ["movie"], {"code": "SERVICE_UNAVAILABLE"})
        assert "s3cret-word" not in answer.text
    assert {record.levelname for record in caplog.records if record.name == "cinegraph.errors"} == {"WARNING"}


@pytest.mark.parametrize("broken", [Unauthenticated], indirect=True)
async def test_an_error_of_ours_is_told_with_its_code(broken: Client, caplog: pytest.LogCaptureFixture) -> None:
    [error] = await broken.errors(QUERY)

    assert error["message"] == "Sign in first: send an access token as `Authorization: Bearer TOKEN`."
    assert error["extensions"] == {"code": "UNAUTHENTICATED"}
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_errors_of_graphql_itself_have_codes(films: Insider) -> None:
    for query, code in (
        ("{ movie(", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($id: ID!) { movie(imdbId: $id) { id } }", "BAD_USER_INPUT"),
    ):
        body = await films.body(query)
        assert "data" not in body
        assert [error["extensions"] for error in body["errors"]] == [{"code": code}]


async def test_an_error_outside_of_operations_is_masked_too(films: Insider, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever reads the access token breaks before there is an operation."""

    class BrokenSessions:
        async def viewer(self, _token: str) -> None:
            raise RuntimeError(DETAIL)

    async with serving(replace(films.services, sessions=cast(Sessions, BrokenSessions()))) as client:
        answer = await client.signed_in("a.b.c").post(QUERY, X_Request_ID="request-8")

    assert answer.status_code == 500
    assert answer.json() == {
        "errors": [
            {
                "message": "Something went wrong here, and was noted under request request-8.",
                "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": "request-8"},
            }
        ]
    }
    assert DETAIL in caplog.text
