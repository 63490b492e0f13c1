"""What changes something, in an order in which each finds what those before it have left."""

from collections.abc import Iterator
from typing import Any

from tests.schema.execution.both_ways import Operation
from tests.schema.execution.library import AN_ADMIN, ANYBODY, VIEWERS
from tests.schema.execution.operations.places import everything

ERRORS = "errors { code message field }"
RATED = "rating { id value ratedAt movie { ratingCount } } movie { title averageRating ratingCount viewerRating { value } }"
FAILING_MOVIE = "movie { ratingCount ratings(first: 0) { totalCount } }"


def rate(value: float, selection: str, imdb_id: str = "tt0000003") -> str:
    return f'rateMovie(input: {{ imdbId: "{imdb_id}", value: {value} }}) {{ {selection} }}'


def rating() -> Iterator[Operation]:
    for number, viewer in enumerate(VIEWERS):
        yield Operation(f"mutation {{ {rate(3 + number, f'{RATED} {ERRORS}')} }}", viewer=viewer)
    for selection in (
        "__typename",
        ERRORS,
        f"movie {{ {everything('Movie', 2)} }} rating {{ {everything('Rating', 2)} }}",
        "movie { ratings(first: 3) { totalCount nodes { value user { username } } } }",
        FAILING_MOVIE,
        f"rating {{ movie {{ ratings(last: 101) {{ totalCount }} }} }} {ERRORS}",
    ):
        yield Operation(f"mutation {{ {rate(9.5, selection)} }}", viewer=ANYBODY)
    for value, imdb_id in ((0.25, "tt0000003"), (11, "nonsense"), (8, "tt9999999")):
        yield Operation(f"mutation {{ {rate(value, f'{RATED} {ERRORS}', imdb_id)} }}", viewer=ANYBODY)
    document = f"rateMovie(input: $input) {{ {ERRORS} rating @include(if: $more) {{ value }} }}"
    for more in (True, False):
        given = {"imdbId": "tt0000004", "value": 80, "scale": "HUNDRED"}
        yield Operation(f"mutation ($input: RateMovieInput!, $more: Boolean!) {{ {document} }}", {"input": given, "more": more}, ANYBODY)
    deleted = f"deletedRatingId movie {{ ratingCount ratings {{ totalCount }} }} {ERRORS}"
    for viewer in (ANYBODY, ANYBODY, AN_ADMIN, None):
        yield Operation(f'mutation {{ deleteRating(input: {{ imdbId: "tt0000003" }}) {{ {deleted} }} }}', viewer=viewer)


def in_series() -> Iterator[Operation]:
    """Each sees what those before it did and not what those after it do, even where one of them fails."""
    seen = "movie { ratingCount viewerRating { value } ratings(first: 1) { nodes { value } } }"
    for middle in (
        rate(6, seen),
        rate(6, FAILING_MOVIE),
        rate(0, f"{seen} {ERRORS}"),
        f'deleteRating(input: {{ imdbId: "tt0000003" }}) {{ {seen} }}',
    ):
        yield Operation(f"mutation {{ __typename a: {rate(5, seen)} b: {middle} c: {rate(7, seen)} }}", viewer=ANYBODY)
        yield Operation(f"mutation {{ a: {rate(5, seen)} b: {rate(4, seen)} c: {middle} }}", viewer=ANYBODY)
    yield Operation(f"mutation {{ a: {rate(5, seen)} b: {rate(4, FAILING_MOVIE)} }}")


def accounts() -> Iterator[Operation]:
    signed_in = f"user {{ {everything('User', 1)} }} tokens {{ accessTokenExpiresAt refreshTokenExpiresAt }} {ERRORS}"
    for name, password in (("newcomer", "correct horse"), ("newcomer", "correct horse"), ("x", "x")):
        yield Operation(f'mutation {{ register(input: {{ username: "{name}", password: "{password}" }}) {{ {signed_in} }} }}')
        yield Operation(f'mutation {{ login(input: {{ username: "{name}", password: "{password}" }}) {{ {signed_in} }} }}')
    yield Operation(f'mutation {{ login(input: {{ username: "newcomer", password: "wrong" }}) {{ {signed_in} }} }}')
    failing = "user { ratings(first: 0) { totalCount } }"
    yield Operation(f'mutation {{ login(input: {{ username: "newcomer", password: "correct horse" }}) {{ {failing} }} }}')
    for token in ("refreshTokens", "logout"):
        yield Operation(f'mutation {{ {token}(input: {{ refreshToken: "nonsense" }}) {{ {ERRORS} }} }}')
    document = f"mutation ($input: UpdateUserInput!) {{ updateUser(input: $input) {{ user {{ {everything('User', 2)} }} {ERRORS} }} }}"
    changes: list[Any] = [  # Any: JSON
        {"displayName": "Somebody", "bio": "Rates."},
        {"displayName": None},
        {},
        {"isPrivate": True},
        {"username": "USER1"},
        {"bio": 5},
    ]
    for given in changes:
        yield Operation(document, {"input": given}, ANYBODY)
    for viewer in (None, ANYBODY, AN_ADMIN):
        yield Operation(f"mutation {{ logoutEverywhere {{ {ERRORS} }} }}", viewer=viewer)
        yield Operation(f'mutation {{ deleteUser(input: {{ account: "user20" }}) {{ deletedUserId {ERRORS} }} }}', viewer=viewer)
