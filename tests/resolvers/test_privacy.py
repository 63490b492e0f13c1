"""Who gave a private user's ratings is the user's own and admins' to see, on every path; that they were given, everybody's."""

from typing import Any

import pytest

from db.database import Database
from resolvers.access import Viewer
from schema.ids import encode_id
from tests.clients import Insider
from tests.factories import EPOCH, movie, rating, store, user

ZOE = user(1, "zoe", is_private=True)
USERS = [ZOE, *(user(number, is_private=number % 3 == 0) for number in range(2, 13)), user(13, "root", is_admin=True)]
HEAT, RAN = movie(1, "Heat"), movie(2, "Ran")
RATERS = USERS[:12]
GIVEN = [
    # Four times and three values among twelve ratings: pages begin and end among equals.
    rating(number, rater, HEAT, 15 + number % 3, rated_at=EPOCH.replace(minute=number % 4))
    for number, rater in enumerate(RATERS, start=1)
]

NOBODY = None
STRANGER = Viewer(2, "", is_admin=False, is_private=False)
PRIVATE_STRANGER = Viewer(3, "", is_admin=False, is_private=True)
SELF = Viewer(1, "", is_admin=False, is_private=True)
ADMIN = Viewer(13, "", is_admin=True, is_private=False)
VIEWERS = {"nobody": NOBODY, "a stranger": STRANGER, "a private stranger": PRIVATE_STRANGER, "the user": SELF, "an admin": ADMIN}

HIDDEN_FROM = ["nobody", "a stranger", "a private stranger"]
SHOWN_TO = ["the user", "an admin"]


@pytest.fixture(autouse=True)
async def stored(database: Database) -> None:
    await store(database, users=USERS, movies=[HEAT, RAN], ratings=GIVEN)


ZOES_RATING = encode_id("Rating", 1)
ZEROS = [{"count": 0}] * 20
ONE_EIGHT = [{"count": int(half_points == 16)} for half_points in range(1, 21)]
PATHS: dict[str, tuple[str, Any, Any]] = {  # Any: what is answered where it is hidden, and where it is shown: JSON
    "node": (
        f'node(id: "{ZOES_RATING}") {{ ... on Rating {{ value user {{ username }} }} }}',
        None,
        {"value": 8.0, "user": {"username": "zoe"}},
    ),
    "nodes": (f'nodes(ids: ["{ZOES_RATING}"]) {{ id }}', [None], [{"id": ZOES_RATING}]),
    "User.ratings": (
        'user(username: "zoe") { ratings { nodes { id } } }',
        {"ratings": {"nodes": []}},
        {"ratings": {"nodes": [{"id": ZOES_RATING}]}},
    ),
    "User.ratings.edges": (
        'user(username: "zoe") { ratings { edges { node { id } } } }',
        {"ratings": {"edges": []}},
        {"ratings": {"edges": [{"node": {"id": ZOES_RATING}}]}},
    ),
    "User.ratings.totalCount": (
        'user(username: "zoe") { ratings { totalCount } }',
        {"ratings": {"totalCount": 0}},
        {"ratings": {"totalCount": 1}},
    ),
    "User.rating": ('user(username: "zoe") { rating(imdbId: "tt0000001") { value } }', {"rating": None}, {"rating": {"value": 8.0}}),
    "User.ratingCount": ('user(username: "zoe") { ratingCount }', {"ratingCount": 0}, {"ratingCount": 1}),
    "User.averageRating": ('user(username: "zoe") { averageRating }', {"averageRating": None}, {"averageRating": 8.0}),
    "User.ratingDistribution": (
        'user(username: "zoe") { ratingDistribution { count } }',
        {"ratingDistribution": ZEROS},
        {"ratingDistribution": ONE_EIGHT},
    ),
    "node of the user": (
        f'node(id: "{encode_id("User", 1)}") {{ ... on User {{ ratingCount ratings {{ totalCount }} }} }}',
        {"ratingCount": 0, "ratings": {"totalCount": 0}},
        {"ratingCount": 1, "ratings": {"totalCount": 1}},
    ),
}


@pytest.mark.parametrize("viewer", HIDDEN_FROM)
@pytest.mark.parametrize("path", PATHS)
async def test_a_private_users_rating_is_hidden(insider: Insider, path: str, viewer: str) -> None:
    query, hidden, _ = PATHS[path]
    assert await insider.ask(f"{{ found: {query} }}", viewer=VIEWERS[viewer]) == {"found": hidden}


@pytest.mark.parametrize("viewer", SHOWN_TO)
@pytest.mark.parametrize("path", PATHS)
async def test_it_is_shown_to_its_user_and_to_admins(insider: Insider, path: str, viewer: str) -> None:
    query, _, shown = PATHS[path]
    assert await insider.ask(f"{{ found: {query} }}", viewer=VIEWERS[viewer]) == {"found": shown}


@pytest.mark.parametrize("viewer", VIEWERS)
async def test_it_counts_in_the_movies_figures_to_everybody(insider: Insider, viewer: str) -> None:
    query = '{ movie(imdbId: "tt0000001") { ratingCount averageRating ratingDistribution { count } } }'
    assert await insider.ask(query, viewer=VIEWERS[viewer]) == {
        "movie": {
            "ratingCount": 12,
            "averageRating": 8.0,
            "ratingDistribution": [{"count": {15: 4, 16: 4, 17: 4}.get(half_points, 0)} for half_points in range(1, 21)],
        }
    }


def visible_to(viewer: Viewer | None) -> list[dict[str, Any]]:  # Any: a rating's columns
    return [each for each in GIVEN if each["is_public"] or (viewer and (viewer.is_admin or viewer.id == each["user_id"]))]


SORTED_BY = {
    "NEWEST": ("rated_at", True),
    "OLDEST": ("rated_at", False),
    "HIGHEST": ("half_points", True),
    "LOWEST": ("half_points", False),
}
PAGE = """query ($orderBy: RatingOrder!, $first: Int, $after: String, $last: Int, $before: String) {
  movie(imdbId: "tt0000001") { ratings(orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } }
}"""


async def walked(insider: Insider, viewer: Viewer | None, order: str, size: int, *, backward: bool) -> list[str]:
    """The ids of a movie's ratings, page after page, from the first to the last."""
    ids: list[str] = []
    cursor = None
    while True:
        page = {"last": size, "before": cursor} if backward else {"first": size, "after": cursor}
        ratings = (await insider.ask(PAGE, {"orderBy": order, **page}, viewer))["movie"]["ratings"]
        assert ratings["totalCount"] == len(visible_to(viewer))
        found = [node["id"] for node in ratings["nodes"]]
        ids = [*found, *ids] if backward else [*ids, *found]
        info = ratings["pageInfo"]
        assert info["hasPreviousPage" if not backward else "hasNextPage"] == (cursor is not None)
        if not info["hasPreviousPage" if backward else "hasNextPage"]:
            return ids
        assert len(found) == size
        cursor = info["startCursor" if backward else "endCursor"]


@pytest.mark.parametrize("size", [1, 2, 5, 100])
@pytest.mark.parametrize("order", SORTED_BY)
@pytest.mark.parametrize("viewer", VIEWERS)
async def test_pages_hold_what_the_viewer_may_see_each_once_and_in_order(insider: Insider, viewer: str, order: str, size: int) -> None:
    column, descending = SORTED_BY[order]
    seen = sorted(visible_to(VIEWERS[viewer]), key=lambda each: (each[column], each["id"]), reverse=descending)
    expected = [encode_id("Rating", each["id"]) for each in seen]

    assert len(expected) == {"nobody": 7, "a stranger": 7, "a private stranger": 8, "the user": 8, "an admin": 12}[viewer]
    assert await walked(insider, VIEWERS[viewer], order, size, backward=False) == expected
    assert await walked(insider, VIEWERS[viewer], order, size, backward=True) == expected


@pytest.mark.parametrize("is_private", [True, False])
async def test_hiding_takes_effect_at_once_for_old_ratings_and_new_ones(insider: Insider, is_private: bool) -> None:
    change = """mutation ($isPrivate: Boolean!) {
      updateUser(input: {isPrivate: $isPrivate}) { user { ratings { totalCount } } errors { code } }
      rateMovie(input: {imdbId: "tt0000002", value: 5}) { movie { ratings { nodes { user { username } } } } errors { code } }
    }"""
    mover = ZOE if not is_private else USERS[1]
    viewer = Viewer(mover["id"], "", is_admin=False, is_private=not is_private)
    username = mover["username"]
    query = f'{{ user(username: "{username}") {{ ratings {{ totalCount }} }} movie(imdbId: "tt0000001") {{ ratings {{ totalCount }} }} }}'

    assert await insider.ask(change, {"isPrivate": is_private}, viewer) == {
        "updateUser": {"user": {"ratings": {"totalCount": 1}}, "errors": []},
        "rateMovie": {"movie": {"ratings": {"nodes": [{"user": {"username": username}}]}}, "errors": []},
    }

    visible, of_heat = (0, 6) if is_private else (2, 8)
    assert await insider.ask(query) == {"user": {"ratings": {"totalCount": visible}}, "movie": {"ratings": {"totalCount": of_heat}}}


@pytest.mark.parametrize(("viewer", "told"), [(NOBODY, None), (STRANGER, None), (ADMIN, False)], ids=["nobody", "a stranger", "an admin"])
async def test_users_who_come_along_with_their_ratings_are_shown_as_anywhere(
    insider: Insider, viewer: Viewer | None, told: bool | None
) -> None:
    raters = "ratings(first: 12, orderBy: OLDEST) { nodes { user { username isAdmin isPrivate ratingCount } } }"
    found = (await insider.ask(f'{{ movie(imdbId: "tt0000001") {{ {raters} }} }}', viewer=viewer))["movie"]["ratings"]["nodes"]

    by_name = {each["user"]["username"]: each["user"] for each in found}
    assert len(by_name) == (12 if viewer is ADMIN else 7)
    assert by_name["user4"] == {"username": "user4", "isAdmin": told, "isPrivate": False, "ratingCount": 1}
    assert by_name.get("zoe") == ({"username": "zoe", "isAdmin": False, "isPrivate": True, "ratingCount": 1} if viewer is ADMIN else None)
