"""rateMovie and deleteRating: what they answer, what they refuse, and that what they refuse changes nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.database import Database
from resolvers.access import Viewer
from schema.ids import encode_id
from tests.clients import Insider
from tests.factories import movie, rating, store, user
from tests.outside import WITHOUT_KEYS
from tests.recount import miscounts
from tests.services import services_on

ADA, BOB, ZOE, ROOT = user(1, "ada"), user(2, "bob"), user(3, "zoe", is_private=True), user(4, "root", is_admin=True)
HEAT, RAN = movie(1, "Heat"), movie(2, "Ran")

RATE = """mutation ($input: RateMovieInput!) { rateMovie(input: $input) {
    rating { id value user { username } movie { imdbId } }
    movie { imdbId averageRating ratingCount viewerRating { value } }
    errors { code message field }
} }"""
DELETE = """mutation ($input: DeleteRatingInput!) { deleteRating(input: $input) {
    deletedRatingId movie { imdbId averageRating ratingCount viewerRating { value } } errors { code message field }
} }"""
FIGURES = '{ movie(imdbId: "tt0000001") { ratingCount averageRating ratings { nodes { id value ratedAt } } } }'


def viewer(row: Mapping[str, Any]) -> Viewer:  # Any: a user's columns
    return Viewer(row["id"], "", is_admin=row["is_admin"], is_private=row["is_private"])


@pytest.fixture(autouse=True)
async def stored(database: Database) -> None:
    await store(database, users=[ADA, BOB, ZOE, ROOT], movies=[HEAT, RAN], ratings=[rating(7, BOB, HEAT, 12)])


async def rate(insider: Insider, as_user: Mapping[str, Any], **given: Any) -> Any:  # Any: columns, an input, JSON
    return (await insider.ask(RATE, {"input": {"imdbId": "tt0000001", **given}}, viewer(as_user)))["rateMovie"]


async def delete(insider: Insider, as_user: Mapping[str, Any], **given: Any) -> Any:  # Any: as above
    return (await insider.ask(DELETE, {"input": {"imdbId": "tt0000001", **given}}, viewer(as_user)))["deleteRating"]


async def test_a_rating_comes_back_with_the_movie_that_counts_it(insider: Insider, database: Database) -> None:
    answer = await rate(insider, ADA, value=8.5)

    assert answer == {
        "rating": {"id": answer["rating"]["id"], "value": 8.5, "user": {"username": "ada"}, "movie": {"imdbId": "tt0000001"}},
        "movie": {"imdbId": "tt0000001", "averageRating": 7.25, "ratingCount": 2, "viewerRating": {"value": 8.5}},
        "errors": [],
    }
    found = await insider.ask("query ($id: ID!) { node(id: $id) { ... on Rating { value } } }", {"id": answer["rating"]["id"]})
    assert found == {"node": {"value": 8.5}}
    assert await miscounts(database) == []


async def test_rating_again_replaces_the_rating(insider: Insider, database: Database) -> None:
    answer = await rate(insider, BOB, value=1)

    assert answer["rating"]["id"] == encode_id("Rating", 7)
    assert answer["movie"] == {"imdbId": "tt0000001", "averageRating": 1.0, "ratingCount": 1, "viewerRating": {"value": 1.0}}
    assert await miscounts(database) == []


@pytest.mark.parametrize(("value", "scale"), [(9.5, "TEN"), (4.75, "FIVE"), (95, "HUNDRED")])
async def test_the_scales_agree(insider: Insider, value: float, scale: str) -> None:
    answer = await rate(insider, ADA, value=value, scale=scale)

    same = "query ($id: ID!) { node(id: $id) { ... on Rating { value five: value(scale: FIVE) hundred: value(scale: HUNDRED) } } }"
    assert await insider.ask(same, {"id": answer["rating"]["id"]}) == {"node": {"value": 9.5, "five": 4.75, "hundred": 95.0}}


async def test_the_time_is_that_of_the_last_rating(database: Database) -> None:
    time = datetime(2026, 3, 1, 12, 0, 0, 999999, tzinfo=UTC)
    times = iter([time, time + timedelta(microseconds=1)])
    insider = Insider(services_on(database, now=lambda: next(times)))

    for expected in ("2026-03-01T12:00:00.999999Z", "2026-03-01T12:00:01Z"):
        rated = "mutation ($input: RateMovieInput!) { rateMovie(input: $input) { rating { ratedAt } } }"
        answer = await insider.ask(rated, {"input": {"imdbId": "tt0000002", "value": 7}}, viewer(ADA))
        assert answer == {"rateMovie": {"rating": {"ratedAt": expected}}}
        stored = await insider.ask('{ user(username: "ada") { ratings { nodes { ratedAt } } } }')
        assert stored == {"user": {"ratings": {"nodes": [{"ratedAt": expected}]}}}


async def test_mutations_of_one_document_each_see_what_the_ones_before_did(insider: Insider, database: Database) -> None:
    document = """
        mutation {
          first: rateMovie(input: {imdbId: "tt0000001", value: 8}) { movie { ...figures } }
          refused: rateMovie(input: {imdbId: "tt0000001", value: 8.1}) { movie { ...figures } errors { code } }
          second: rateMovie(input: {imdbId: "tt0000001", value: 10}) { rating { user { ratingCount averageRating } } movie { ...figures } }
          third: deleteRating(input: {imdbId: "tt0000001"}) { movie { ...figures } }
        }
        fragment figures on Movie {
          ratingCount averageRating viewerRating { value }
          ratings(orderBy: HIGHEST) { totalCount nodes { value user { ratingCount } } }
        }"""

    def figures(average: float, *values: float) -> dict[str, Any]:  # Any: JSON
        nodes = [{"value": value, "user": {"ratingCount": 1}} for value in (*values, 6.0)]
        viewer_rating = {"value": values[0]} if values else None
        ratings = {"totalCount": len(nodes), "nodes": nodes}
        return {"ratingCount": len(nodes), "averageRating": average, "viewerRating": viewer_rating, "ratings": ratings}

    assert await insider.ask(document, viewer=viewer(ADA)) == {
        "first": {"movie": figures(7.0, 8.0)},
        "refused": {"movie": None, "errors": [{"code": "INVALID"}]},
        "second": {"rating": {"user": {"ratingCount": 1, "averageRating": 10.0}}, "movie": figures(8.0, 10.0)},
        "third": {"movie": figures(6.0)},
    }
    assert await miscounts(database) == []


ON_TEN = "On the scale TEN a rating is from 0.5 to 10 in steps of 0.5, not {}."
INVALID_ID = {"code": "INVALID", "message": "An IMDb id is `tt` and 7 to 10 digits, such as `tt0111161`.", "field": ["input", "imdbId"]}


def invalid_value(message: str) -> Mapping[str, Any]:  # Any: JSON
    return {"code": "INVALID", "message": message, "field": ["input", "value"]}


REFUSED_RATINGS: Mapping[str, tuple[Mapping[str, Any], list[Mapping[str, Any]]]] = {  # Any: an input, and JSON
    "between steps": ({"value": 7.25}, [invalid_value(ON_TEN.format("7.25"))]),
    "0": ({"value": 0}, [invalid_value(ON_TEN.format("0.0"))]),
    "below 0": ({"value": -7}, [invalid_value(ON_TEN.format("-7.0"))]),
    "too high": ({"value": 10.5}, [invalid_value(ON_TEN.format("10.5"))]),
    "on another scale": (
        {"value": 80, "scale": "FIVE"},
        [invalid_value("On the scale FIVE a rating is from 0.25 to 5 in steps of 0.25, not 80.0.")],
    ),
    "between fives": (
        {"value": 92.5, "scale": "HUNDRED"},
        [invalid_value("On the scale HUNDRED a rating is from 5 to 100 in steps of 5, not 92.5.")],
    ),
    "no IMDb id": ({"imdbId": "0000001", "value": 7}, [INVALID_ID]),
    "a blank behind the id": ({"imdbId": "tt0000001 ", "value": 7}, [INVALID_ID]),
    "both wrong": ({"imdbId": "Heat", "value": 11}, [INVALID_ID, invalid_value(ON_TEN.format("11.0"))]),
    "not stored": (
        {"imdbId": "tt0000009", "value": 7},
        [{"code": "UPSTREAM_NOT_CONFIGURED", "message": WITHOUT_KEYS, "field": None}],
    ),
}


@pytest.mark.parametrize("name", REFUSED_RATINGS)
async def test_what_rules_refuse_is_told_in_the_payload_and_changes_nothing(insider: Insider, database: Database, name: str) -> None:
    given, errors = REFUSED_RATINGS[name]
    before = await insider.ask(FIGURES)

    assert await rate(insider, BOB, **given) == {"rating": None, "movie": None, "errors": errors}

    assert await insider.ask(FIGURES) == before
    assert await miscounts(database) == []


@pytest.mark.parametrize("literal", ["1e999", "-1e999", "1" + 400 * "0"])
async def test_an_infinite_literal_is_on_no_scale(insider: Insider, literal: str) -> None:
    query = f'mutation {{ rateMovie(input: {{imdbId: "tt0000001", value: {literal}}}) {{ movie {{ id }} errors {{ code field }} }} }}'
    before = await insider.ask(FIGURES)

    assert await insider.ask(query, viewer=viewer(BOB)) == {
        "rateMovie": {"movie": None, "errors": [{"code": "INVALID", "field": ["input", "value"]}]}
    }
    assert await insider.ask(FIGURES) == before


@pytest.mark.parametrize(
    "given",
    [
        {"value": "7"},
        {"value": True},
        {"value": None},
        {"value": [7]},
        {"value": float("nan")},
        {"value": float("inf")},
        {},
        {"value": 7, "imdbId": None},
        {"value": 7, "scale": None},
        {"value": 7, "scale": "SIX"},
        {"value": 7, "stars": 5},
    ],
)
async def test_what_has_the_wrong_shape_is_not_begun(insider: Insider, given: Mapping[str, Any]) -> None:  # Any: an input
    before = await insider.ask(FIGURES)

    answer = await insider.body(RATE, {"input": {"imdbId": "tt0000001", **given}}, viewer(BOB))

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]
    assert "data" not in answer
    assert await insider.ask(FIGURES) == before


@pytest.mark.parametrize(("document", "field"), [(RATE, "rateMovie"), (DELETE, "deleteRating")])
async def test_nobody_needs_to_sign_in_to_be_told_to(insider: Insider, document: str, field: str) -> None:
    given = {"imdbId": "tt0000001"} | ({"value": 7} if field == "rateMovie" else {})
    before = await insider.ask(FIGURES)

    answer = await insider.body(document, {"input": given})

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]
    assert answer["data"] == {field: None}
    assert await insider.ask(FIGURES) == before


async def test_a_user_who_is_gone_is_asked_to_sign_in(insider: Insider, database: Database) -> None:
    gone = Viewer(99, "", is_admin=False, is_private=False)

    [error] = await insider.errors(RATE, {"input": {"imdbId": "tt0000001", "value": 7}}, gone)

    assert error["extensions"] == {"code": "UNAUTHENTICATED"}
    assert await miscounts(database) == []


@pytest.mark.parametrize(
    ("as_user", "given"), [(BOB, {}), (BOB, {"username": None}), (BOB, {"username": "BOB"}), (ROOT, {"username": "Bob"})]
)
async def test_a_rating_is_deleted_by_its_user_or_an_admin(
    insider: Insider,
    database: Database,
    as_user: Mapping[str, Any],
    given: Mapping[str, Any],  # Any: columns, and an input
) -> None:
    assert await delete(insider, as_user, **given) == {
        "deletedRatingId": encode_id("Rating", 7),
        "movie": {"imdbId": "tt0000001", "averageRating": None, "ratingCount": 0, "viewerRating": None},
        "errors": [],
    }
    assert (await insider.ask(FIGURES))["movie"]["ratings"] == {"nodes": []}
    assert await miscounts(database) == []


NOT_THERE = {"code": "NOT_FOUND", "message": "There is no rating of tt0000001 to delete.", "field": ["input", "imdbId"]}
ADMINS_ONLY = {"code": "FORBIDDEN", "message": "Only an admin may name another user's account.", "field": ["input", "username"]}
UNKNOWN_USER = {"code": "NOT_FOUND", "message": "There is no user of this name.", "field": ["input", "username"]}


@pytest.mark.parametrize(
    ("as_user", "given", "error"),
    [
        (ADA, {}, NOT_THERE),
        (ROOT, {}, NOT_THERE),
        (ROOT, {"username": "ada"}, NOT_THERE),
        (ADA, {"username": "bob"}, ADMINS_ONLY),
        (ADA, {"username": "nobody"}, ADMINS_ONLY),
        (ROOT, {"username": "nobody"}, UNKNOWN_USER),
        (ROOT, {"username": "bob "}, UNKNOWN_USER),
        (BOB, {"imdbId": "tt0000001 "}, INVALID_ID),
    ],
)
async def test_a_refused_deletion_changes_nothing(
    insider: Insider,
    database: Database,
    as_user: Mapping[str, Any],
    given: Mapping[str, Any],
    error: Mapping[str, Any],  # Any: as above
) -> None:
    before = await insider.ask(FIGURES)

    assert await delete(insider, as_user, **given) == {"deletedRatingId": None, "movie": None, "errors": [error]}

    assert await insider.ask(FIGURES) == before
    assert await miscounts(database) == []
