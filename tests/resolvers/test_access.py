"""What strangers, private users and admins see: privacy hides who gave a rating, never that it was given."""

from typing import Any

import pytest

from db.database import Database
from resolvers.access import Viewer
from schema.ids import encode_id
from tests.clients import Insider
from tests.factories import movie, rating, store, user

FILM, BARE = movie(1), movie(2)
ADA = user(1, "Ada", display_name="Ada L.", bio="Counts.")
BEA = user(2, "bea", is_private=True)
ROOT = user(3, "root", is_admin=True)
RATINGS = [rating(1, ADA, FILM, 20), rating(2, BEA, FILM, 13), rating(3, BEA, BARE, 1), rating(4, ROOT, FILM, 17)]

AS_ADA = Viewer(1, "", is_admin=False, is_private=False)
AS_BEA = Viewer(2, "", is_admin=False, is_private=True)
AS_ROOT = Viewer(3, "", is_admin=True, is_private=False)


@pytest.fixture(autouse=True)
async def stored(database: Database) -> None:
    await store(database, users=[ADA, BEA, ROOT], movies=[FILM, BARE], ratings=RATINGS)


WHO_RATED = '{ movie(imdbId: "tt0000001") { ratingCount ratings(first: 10) { totalCount nodes { user { username } } } } }'


@pytest.mark.parametrize(
    ("viewer", "names"),
    [(None, ["root", "Ada"]), (AS_ADA, ["root", "Ada"]), (AS_BEA, ["root", "bea", "Ada"]), (AS_ROOT, ["root", "bea", "Ada"])],
    ids=["stranger", "another user", "the private user", "admin"],
)
async def test_who_rated_a_movie_hides_private_users_from_others(insider: Insider, viewer: Viewer | None, names: list[str]) -> None:
    film = (await insider.ask(WHO_RATED, viewer=viewer))["movie"]

    assert film["ratingCount"] == 3
    assert film["ratings"] == {"totalCount": len(names), "nodes": [{"user": {"username": name}} for name in names]}


PRIVATE_USER = """{ user(username: "bea") { isPrivate isAdmin ratingCount averageRating ratingDistribution { count }
  rating(imdbId: "tt0000001") { value } ratings { totalCount nodes { value } pageInfo { hasNextPage } } } }"""


@pytest.mark.parametrize("viewer", [None, AS_ADA], ids=["stranger", "another user"])
async def test_a_private_user_is_a_blank_to_others(insider: Insider, viewer: Viewer | None) -> None:
    assert (await insider.ask(PRIVATE_USER, viewer=viewer))["user"] == {
        "isPrivate": True,
        "isAdmin": None,
        "ratingCount": 0,
        "averageRating": None,
        "ratingDistribution": [{"count": 0}] * 20,
        "rating": None,
        "ratings": {"totalCount": 0, "nodes": [], "pageInfo": {"hasNextPage": False}},
    }


@pytest.mark.parametrize("viewer", [AS_BEA, AS_ROOT], ids=["the user", "admin"])
async def test_a_private_user_is_whole_to_themself_and_admins(insider: Insider, viewer: Viewer) -> None:
    counts = [{"count": int(half_points in (1, 13))} for half_points in range(1, 21)]
    assert (await insider.ask(PRIVATE_USER, viewer=viewer))["user"] == {
        "isPrivate": True,
        "isAdmin": False,
        "ratingCount": 2,
        "averageRating": 3.5,
        "ratingDistribution": counts,
        "rating": {"value": 6.5},
        "ratings": {"totalCount": 2, "nodes": [{"value": 0.5}, {"value": 6.5}], "pageInfo": {"hasNextPage": False}},
    }


@pytest.mark.parametrize(("viewer", "is_visible"), [(None, False), (AS_ADA, False), (AS_BEA, True), (AS_ROOT, True)])
async def test_a_private_rating_is_no_node_to_others(insider: Insider, viewer: Viewer | None, is_visible: bool) -> None:
    private = encode_id("Rating", 2)
    data = await insider.ask("query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }", {"id": private}, viewer)

    found = {"id": private} if is_visible else None
    assert data == {"node": found, "nodes": [found]}


async def test_the_viewer(insider: Insider) -> None:
    query = '{ viewer { username isAdmin } movie(imdbId: "tt0000001") { viewerRating { value } } }'

    assert await insider.ask(query) == {"viewer": None, "movie": {"viewerRating": None}}
    assert await insider.ask(query, viewer=AS_BEA) == {
        "viewer": {"username": "bea", "isAdmin": False},
        "movie": {"viewerRating": {"value": 6.5}},
    }


async def test_admins_see_who_is_one(insider: Insider) -> None:
    query = '{ root: user(username: "root") { isAdmin } ada: user(username: "ada") { isAdmin } }'

    assert await insider.ask(query, viewer=AS_ROOT) == {"root": {"isAdmin": True}, "ada": {"isAdmin": False}}
    assert await insider.ask(query, viewer=AS_ADA) == {"root": {"isAdmin": None}, "ada": {"isAdmin": False}}


async def test_pages_for_who_sees_private_ratings_are_in_order(insider: Insider, database: Database) -> None:
    """Public and private ratings are two ranges of an index, merged."""
    film = movie(9)
    raters = [user(100 + number, is_private=number % 3 == 0) for number in range(30)]
    given = [rating(100 + number, rater, film, number * 7 % 20 + 1) for number, rater in enumerate(raters)]
    await store(database, users=raters, movies=[film], ratings=given)
    query = """query ($first: Int, $last: Int, $after: String, $before: String) { movie(imdbId: "tt0000009") {
      ratings(first: $first, last: $last, after: $after, before: $before, orderBy: HIGHEST) { totalCount
      pageInfo { startCursor endCursor hasNextPage hasPreviousPage } nodes { value } } } }"""

    async def page(**arguments: Any) -> Any:  # Any: JSON
        return (await insider.ask(query, arguments, AS_ROOT))["movie"]["ratings"]

    expected = sorted((row["half_points"] / 2 for row in given), reverse=True)
    start = await page(first=13)
    rest = await page(first=20, after=start["pageInfo"]["endCursor"])
    assert [node["value"] for node in start["nodes"] + rest["nodes"]] == expected
    assert (start["totalCount"], start["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (30, True, False)
    end = await page(last=17)
    beginning = await page(last=20, before=end["pageInfo"]["startCursor"])
    assert [node["value"] for node in beginning["nodes"] + end["nodes"]] == expected
    assert (end["pageInfo"]["hasPreviousPage"], beginning["pageInfo"]["hasPreviousPage"]) == (True, False)
