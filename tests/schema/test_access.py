"""Who may see and do what: a table of every field and mutation, tried as nobody, as another user, as the owner and as an admin.

The owner is Ada, who is private and has rated one film 9. A row says what each of the four meets.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from graphql import GraphQLObjectType

from db.database import Database
from schema import executable
from tests.accounts import PASSWORD, Account, Clock, everything, login, make_admin, register, serving
from tests.clients import Client
from tests.factories import movie, rating, store, user
from tests.outside import clients_of
from tests.services import services_on
from tests.upstream import Upstream

Json = Any  # Any: JSON
Outcomes = tuple[Json, Json, Json, Json]
"""For nobody, another user, the owner, and an admin."""

ADAS_PASSWORD = "the owner's own"
FILM = "tt0000001"
UNSTORED, REFRESHED = "tt6751668", "tt0133093"
"""Films that the outside services know; the second is stored."""

OK, UNAUTHENTICATED, FORBIDDEN, WRONG_CREDENTIALS = "OK", "UNAUTHENTICATED", "FORBIDDEN", "WRONG_CREDENTIALS"


def everybody(value: Json) -> Outcomes:
    return value, value, value, value


def owner_and_admins(value: Json, *, others: Json) -> Outcomes:
    return others, others, value, value


def buckets(count: int) -> list[Json]:
    return [{"value": value / 2, "count": count if value == 18 else 0} for value in range(1, 21)]


def ratings(count: int) -> Json:
    return {"totalCount": count, "nodes": [{"value": 9.0, "user": {"username": "ada"}}] * count}


RATINGS = "ratings { totalCount nodes { value user { username } } }"
USER_FIELDS: Mapping[str, tuple[str, Outcomes]] = {
    "id": ("id", everybody("VXNlcjox")),
    "username": ("username", everybody("ada")),
    "displayName": ("displayName", everybody("Ada")),
    "bio": ("bio", everybody("First.")),
    "isPrivate": ("isPrivate", everybody(True)),
    "createdAt": ("createdAt", everybody("2026-06-01T12:00:00Z")),
    "isAdmin": ("isAdmin", owner_and_admins(False, others=None)),
    "ratingCount": ("ratingCount", owner_and_admins(1, others=0)),
    "averageRating": ("averageRating", owner_and_admins(9.0, others=None)),
    "ratingDistribution": ("ratingDistribution { value count }", owner_and_admins(buckets(1), others=buckets(0))),
    "ratings": (RATINGS, owner_and_admins(ratings(1), others=ratings(0))),
    "rating": (f'rating(imdbId: "{FILM}") {{ value }}', owner_and_admins({"value": 9.0}, others=None)),
}

RATING = 'node(id: "UmF0aW5nOjE=")'
PATHS: Mapping[str, tuple[str, Outcomes]] = {
    "viewer": ("viewer { username }", (None, {"username": "bob"}, {"username": "ada"}, {"username": "root"})),
    "the rating by its id": (f"{RATING} {{ id }}", owner_and_admins({"id": "UmF0aW5nOjE="}, others=None)),
    "the ratings of the film": (
        f'movie(imdbId: "{FILM}") {{ {RATINGS} }}',
        owner_and_admins({"ratings": ratings(1)}, others={"ratings": ratings(0)}),
    ),
    "the figures of the film": (
        f'movie(imdbId: "{FILM}") {{ ratingCount averageRating ratingDistribution {{ value count }} }}',
        everybody({"ratingCount": 1, "averageRating": 9.0, "ratingDistribution": buckets(1)}),
    ),
    "the viewer's rating of the film": (
        f'movie(imdbId: "{FILM}") {{ viewerRating {{ value }} }}',
        ({"viewerRating": None}, {"viewerRating": None}, {"viewerRating": {"value": 9.0}}, {"viewerRating": None}),
    ),
}

MUTATIONS: Mapping[str, tuple[str, Outcomes]] = {
    "register": (f'input: {{username: "new", password: "{PASSWORD}"}}', everybody(OK)),
    "login": (f'input: {{username: "ada", password: "{ADAS_PASSWORD}"}}', everybody(OK)),
    "refreshTokens": ('input: {refreshToken: "$REFRESH_TOKEN"}', everybody(OK)),
    "logout": ('input: {refreshToken: "$REFRESH_TOKEN"}', everybody(OK)),
    "logoutEverywhere": ("", (UNAUTHENTICATED, OK, OK, OK)),
    "changePassword": (
        f'input: {{currentPassword: "{ADAS_PASSWORD}", newPassword: "battery staple"}}',
        (UNAUTHENTICATED, WRONG_CREDENTIALS, OK, WRONG_CREDENTIALS),
    ),
    "updateUser": ('input: {account: "ada", bio: "changed", isPrivate: false}', (UNAUTHENTICATED, FORBIDDEN, OK, OK)),
    "deleteUser": (f'input: {{account: "ada", password: "{ADAS_PASSWORD}"}}', (UNAUTHENTICATED, FORBIDDEN, OK, OK)),
    "importMovie": (f'input: {{imdbId: "{UNSTORED}"}}', (UNAUTHENTICATED, OK, OK, OK)),
    "importMovies": (f'input: {{imdbIds: ["{UNSTORED}"]}}', (UNAUTHENTICATED, OK, OK, OK)),
    "refreshMovie": (f'input: {{imdbId: "{REFRESHED}"}}', (UNAUTHENTICATED, OK, OK, OK)),
    "deleteMovie": (f'input: {{imdbId: "{FILM}"}}', (UNAUTHENTICATED, FORBIDDEN, FORBIDDEN, OK)),
    "rateMovie": (f'input: {{imdbId: "{FILM}", value: 1}}', (UNAUTHENTICATED, OK, OK, OK)),
    "deleteRating": (f'input: {{imdbId: "{FILM}", username: "ada"}}', (UNAUTHENTICATED, FORBIDDEN, OK, OK)),
}


class People:
    """The four who try."""

    def __init__(self, client: Client, ada: Account, bob: Account, root: Account) -> None:
        self.refresh_token = ada.refresh_token
        self.clients = (client, bob.client, ada.client, root.client)


@pytest.fixture
async def client(database: Database, upstream: Upstream) -> AsyncIterator[Client]:
    async with clients_of(upstream) as outside, serving(services_on(database, now=Clock().now, outside=outside)) as client:
        yield client


@pytest.fixture
async def people(client: Client, database: Database) -> People:
    ada = await register(client, "ada", ADAS_PASSWORD)
    bob = await register(client, "bob")
    await register(client, "root")
    await make_admin(database, "root")
    film, rater = movie(1), user(1, "ada", is_private=True)
    await ada.client.ask('mutation { updateUser(input: {displayName: "Ada", bio: "First.", isPrivate: true}) { errors { code } } }')
    await store(database, movies=[film, movie(2, imdb_id=REFRESHED)], ratings=[rating(1, rater, film, 18)])
    return People(client, ada, bob, await login(client, "root"))


def fields_of(type_name: str) -> set[str]:
    found = executable.type_map[type_name]
    assert isinstance(found, GraphQLObjectType)
    return set(found.fields)


def test_the_table_holds_every_field_of_a_user_and_every_mutation() -> None:
    assert set(USER_FIELDS) == fields_of("User")
    assert set(MUTATIONS) == fields_of("Mutation")


async def test_the_fields_of_a_private_user(people: People) -> None:
    for name, (selection, outcomes) in USER_FIELDS.items():
        for client, expected in zip(people.clients, outcomes, strict=True):
            found = await client.ask(
                f'{{ user(username: "ADA") {{ {selection} }} node(id: "VXNlcjox") {{ ... on User {{ {selection} }} }} }}'
            )
            assert found == {"user": {name: expected}, "node": {name: expected}}


async def test_the_paths_to_a_private_users_ratings(people: People) -> None:
    for name, (selection, outcomes) in PATHS.items():
        for client, expected in zip(people.clients, outcomes, strict=True):
            assert (await client.ask(f"{{ found: {selection} }}"))["found"] == expected, name


@pytest.mark.parametrize("role", range(4), ids=["nobody", "another", "owner", "admin"])
@pytest.mark.parametrize("name", MUTATIONS)
async def test_mutations(people: People, database: Database, name: str, role: int) -> None:
    arguments, outcomes = MUTATIONS[name]
    given = f"({arguments})".replace("$REFRESH_TOKEN", people.refresh_token) if arguments else ""
    before = await everything(database)

    body = (await people.clients[role].post(f"mutation {{ answer: {name}{given} {{ errors {{ code }} }} }}")).json()

    refused = [error["extensions"]["code"] for error in body.get("errors", ())]
    refused += [error["code"] for error in (body["data"]["answer"] or {"errors": ()})["errors"]]
    assert (refused or [OK]) == [outcomes[role]]
    assert (await everything(database) == before) is (outcomes[role] != OK)
