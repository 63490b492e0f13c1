"""What is selected: every field, aliases, fragments, directives, introspection, and what is sent of events."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from graphql import get_named_type, is_leaf_type

from resolvers.live_ratings import RatingChange
from schema.subscription import RatingChanged
from tests.schema.execution.both_ways import Operation
from tests.schema.execution.library import AN_ADMIN, PRIVATE, VIEWERS
from tests.schema.execution.operations.places import MOVIE, NODES, PLACES, USER, everything, field, fields_of

# Names of generated code, of Python and of other fields.
CODE = ("o", "A", "v", "w", "item", "items", "objects", "c0", "c1", "n0", "n3", "refuse", "isfinite")
AWKWARD = (*CODE, "lambda", "None", "True", "_", "__class__", "__import__", "id")


def every_field() -> Iterator[Operation]:
    for type_name, place in PLACES.items():
        for name, definition in fields_of(type_name).items():
            yield Operation(place % field(name, definition, 1))
        yield Operation(place % "__typename")
        yield Operation(place % everything(type_name, 1))
    for type_name in ("Movie", "User", "Rating"):
        yield Operation(PLACES[type_name] % everything(type_name, 3))


def every_viewer() -> Iterator[Operation]:
    documents = [
        f"{{ viewer {{ {everything('User', 2)} }} }}",
        f'{{ user(username: "user{PRIVATE}") {{ {everything("User", 2)} }} }}',
        f"{{ {MOVIE} {{ viewerRating {{ value movie {{ title }} }} ratings(first: 100) {{ nodes {{ user {{ username }} }} }} }} }}",
        "{ movies(first: 30) { nodes { viewerRating { value } ratings(first: 1) { totalCount } } } }",
        f"{{ {NODES} {{ id ... on Rating {{ user {{ username isAdmin }} }} ... on User {{ ratingCount isAdmin }} }} }}",
    ]
    for document, viewer in product(documents, VIEWERS):
        yield Operation(document, viewer=viewer)


def aliases() -> Iterator[Operation]:
    leaves = [name for name, definition in fields_of("Movie").items() if is_leaf_type(get_named_type(definition.type))]
    for name, other in zip(leaves, leaves[1:] + leaves[:1], strict=True):
        yield Operation(f"{{ {MOVIE} {{ {name}: {other} }} }}")
    for name in AWKWARD:
        yield Operation(
            f"{{ {name}: {MOVIE} {{ {name}: ratings(first: 2) {{ {name}: nodes {{ {name}: movie {{ {name}: title }} }} }} }} }}"
        )
    for first, second in product(["", "(first: 1)", "(first: 3, orderBy: HIGHEST)", "(last: 2)"], repeat=2):
        page = "{ totalCount nodes { id movie { id title plot } } }"
        yield Operation(f"{{ {USER} {{ a: ratings{first} {page} b: ratings{second} {page} }} }}")
    for document in (
        "{ movies(first: 5) { nodes { a: ratings(first: 1) { nodes { user { id } } } b: ratings(last: 1) { nodes { user { id } } } } } }",
        '{ a: movie(imdbId: "tt0000002") { plot } b: movie(imdbId: "tt0000003") { plot } c: movie(imdbId: "tt0000002") { plot } }',
        f"{{ {MOVIE} {{ ten: averageRating ratings {{ nodes {{ a: value b: value(scale: FIVE) c: value(scale: HUNDRED) }} }} }} }}",
        f"{{ a: {NODES} {{ b: id }} {NODES} {{ __typename b: __typename }} }}",
    ):
        yield Operation(document)


FRAGMENTS = {
    "Film": "fragment Film on Movie { title ratings(first: 2) { nodes { ...Given } } }",
    "Given": "fragment Given on Rating { id value user { ...Person } }",
    "Person": "fragment Person on User { id username }",
    "Known": "fragment Known on Node { id __typename }",
}


def _with_fragments(document: str) -> Operation:
    """The operation with the fragments that it spreads, and those that they spread."""
    for name in ("Film", "Given", "Person", "Known"):
        if f"...{name}" in document:
            document += f" {FRAGMENTS[name]}"
    return Operation(document)


def fragments() -> Iterator[Operation]:
    for inner in (
        "...Film",
        "...Known ...Film",
        "...Film ...Film title",
        "title ...Film id",
        "... { title ... { year } }",
        "... on Node { id } ... on Movie { year }",
        "... on Node { ... on Movie { year ... on Node { id } } ... on User { username } }",
        "... on Movie { ratings(first: 2) { pageInfo { hasNextPage } } } ...Film",
        "ratings(first: 2) { nodes { id } } ratings(first: 2) { nodes { value } totalCount } ...Film",
        "ratings(first: 2) { nodes { user { username } } } ratings(first: 2) { nodes { user { id displayName } } }",
        "year ... on Movie { id year title } year: year",
    ):
        yield _with_fragments(PLACES["Movie"] % inner)
        yield _with_fragments(PLACES["Node"] % f"... on Movie {{ {inner} }} ... on Node {{ id }}")
    for inner in (
        "...Known",
        "... on User { ...Person }",
        "...Given ...Person ...Film",
        "... on Rating { user { ...Known } movie { ...Known ...Film } }",
        "... on Rating { value } ... on User { username } ... on Movie { title }",
    ):
        yield _with_fragments(PLACES["Node"] % inner)
    yield Operation(PLACES["Movie"] % ("... { " * 90 + "title" + " }" * 90))
    roots = f"fragment Roots on Query {{ __typename genres {{ name }} {MOVIE} {{ title }} }}"
    beside = f"... {{ {MOVIE} {{ id }} }} ...Roots"
    for root in ("...Roots", "... on Query { genres { name } ...Roots }", "...Roots genres { movieCount }", beside):
        yield Operation(f"{{ {root} }} {roots}")


DIRECTED = (
    f"{{ {MOVIE} {{ id title %s ratings(first: 1) {{ totalCount }} }} }}",
    f"{{ {MOVIE} {{ id title ratings(first: 1) %s {{ totalCount nodes {{ value }} }} }} }}",
    f"{{ {MOVIE} {{ id ... %s {{ title plot }} }} }}",
    f"{{ {MOVIE} {{ id ... on Node %s {{ __typename }} }} }}",
    f"{{ {MOVIE} {{ id ...Film %s }} }} fragment Film on Movie {{ title directors }}",
    f"{{ {MOVIE} %s {{ id }} {USER} {{ id }} }}",
    f"{{ {MOVIE} {{ ratings(first: 1) {{ nodes {{ user {{ id username %s }} }} }} }} }}",
    f"{{ {MOVIE} {{ title %s title }} }}",
)


def directives() -> Iterator[Operation]:
    literals = [f"@{name}(if: {value})" for name in ("include", "skip") for value in ("true", "false")]
    literals += [f"@include(if: {one}) @skip(if: {other})" for one, other in product(("true", "false"), repeat=2)]
    for document, literal in product(DIRECTED, literals):
        yield Operation(document % literal)
    for document, name, value in product(DIRECTED, ("include", "skip"), (True, False)):
        yield Operation(f"query ($if: Boolean!) {document % f'@{name}(if: $if)'}", {"if": value})
    given: list[Mapping[str, Any]] = [{}, {"if": None}, {"if": True}, {"if": False}]
    for document, name, default, variables in product(DIRECTED, ("include", "skip"), ("true", "false"), given):
        yield Operation(f"query ($if: Boolean = {default}) {document % f'@{name}(if: $if)'}", variables)


def introspection() -> Iterator[Operation]:
    failing = (f"{MOVIE} {{ ratings(first: 0) {{ totalCount }} }}", "movies(first: 0) { totalCount }")
    for root in ("__schema { queryType { name } types { name } }", '__type(name: "Movie") { fields { name type { name } } }', "__typename"):
        for data in ("", f"{MOVIE} {{ title plot }}", *failing):
            yield Operation(f"{{ {root} {data} }}")
            yield Operation(f"{{ {data} {root} }}")
    yield Operation("{ a: __typename b: __typename genres { __typename a: __typename } }")


def events() -> Iterator[Operation]:
    """Of a rating that is there, one that is private, one that is gone, and a movie that is gone."""
    changes = [RatingChange(1, 1), RatingChange(1, PRIVATE), RatingChange(2, None), RatingChange(9999, None)]
    rating = f"rating {{ {everything('Rating', 2)} }}"
    movie = f"movie {{ {everything('Movie', 1)} }}"
    for below in ("__typename", rating, f"{movie} {rating}", "movie { ratings(first: 0) { totalCount } }", "a: rating { user { id } }"):
        for change, viewer in product(changes, (None, AN_ADMIN)):
            query = f'subscription {{ a: ratingChanged(imdbId: "tt0000001") {{ {below} }} }}'
            yield Operation(query, viewer=viewer, event=RatingChanged(row=change))
