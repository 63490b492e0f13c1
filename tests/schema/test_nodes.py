"""Global ids: each leads back to its object, and whatever is none is null, never an error."""

from base64 import b64encode

import pytest

from db.database import Database
from schema.ids import encode_id
from tests.clients import Insider
from tests.factories import movie, rating, store, user

FILM, ADA, BEA = movie(1, "Seven Samurai"), user(1, "Ada"), user(2, "bea")
RATINGS = [rating(1, ADA, FILM, 20), rating(4, BEA, FILM, 17)]


@pytest.fixture(autouse=True)
async def stored(database: Database) -> None:
    await store(database, users=[ADA, BEA], movies=[FILM], ratings=RATINGS)


async def test_every_id_leads_back_to_its_object(insider: Insider) -> None:
    ids = [encode_id("Rating", 4), encode_id("User", 2), encode_id("Movie", 1), encode_id("Rating", 1), encode_id("User", 2)]
    fields = "__typename id ... on Movie { title } ... on User { username } ... on Rating { value }"
    expected = [
        {"__typename": "Rating", "id": ids[0], "value": 8.5},
        {"__typename": "User", "id": ids[1], "username": "bea"},
        {"__typename": "Movie", "id": ids[2], "title": "Seven Samurai"},
        {"__typename": "Rating", "id": ids[3], "value": 10.0},
        {"__typename": "User", "id": ids[4], "username": "bea"},
    ]

    assert (await insider.ask(f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {fields} }} }}", {"ids": ids})) == {"nodes": expected}
    for each, node in zip(ids, expected, strict=True):
        assert await insider.ask(f"query ($id: ID!) {{ node(id: $id) {{ {fields} }} }}", {"id": each}) == {"node": node}


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


NO_IDS = {
    "unknown": encoded("Movie:99"),
    "another spelling of a number": encoded("Movie:01"),
    "a sign": encoded("Movie:+1"),
    "a blank": encoded("Movie: 1"),
    "an underscore": encoded("Movie:1_0"),
    "other digits": encoded("Movie:१"),
    "nothing": encoded("Movie:0"),
    "less than nothing": encoded("Movie:-1"),
    "the largest number": encoded(f"Movie:{2**63 - 1}"),
    "more than 64 bits": encoded(f"Movie:{2**63}"),
    "5,000 digits": encoded("Movie:" + "9" * 5000),
    "a type without ids": encoded("Genre:1"),
    "a type in other case": encoded("movie:1"),
    "no type": encoded(":1"),
    "no number": encoded("Movie:"),
    "one part": encoded("Movie"),
    "three parts": encoded("Movie:1:1"),
    "no base64": "Movie:1",
    "base64 without its end": encoded("Movie:1").rstrip("="),
    "base64 with a line break": encoded("Movie:1") + "\n",
    "an IMDb id": "tt0000001",
    "a number": "1",
    "bytes": b64encode(bytes([255, 254])).decode(),
    "beyond ASCII": "Möwe",
    "empty": "",
}


@pytest.mark.parametrize("global_id", NO_IDS.values(), ids=NO_IDS)
async def test_what_is_no_id_is_null(insider: Insider, global_id: str) -> None:
    query = "query ($id: ID!, $ids: [ID!]!) { node(id: $id) { id } nodes(ids: $ids) { id } }"
    known = encode_id("Movie", 1)

    data = await insider.ask(query, {"id": global_id, "ids": [global_id, known]})

    assert data == {"node": None, "nodes": [None, {"id": known}]}


async def test_an_id_is_another_types_nothing(insider: Insider) -> None:
    """`User:4` is nobody, though `Rating:4` is there."""
    assert await insider.ask("query ($id: ID!) { node(id: $id) { id } }", {"id": encode_id("User", 4)}) == {"node": None}


async def test_a_number_is_an_id_that_is_none(insider: Insider) -> None:
    assert await insider.ask("{ node(id: 12345678901234567890123) { id } movie(imdbId: 1) { id } }") == {"node": None, "movie": None}
