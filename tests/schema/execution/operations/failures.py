"""Operations that fail in some place, or are refused before they run."""

from collections.abc import Iterator
from itertools import permutations, product
from typing import Any

from resolvers.cursors import encode_cursor
from tests.factories import EPOCH
from tests.schema.execution.both_ways import Operation
from tests.schema.execution.operations.places import MOVIE, USER

PAGE = "{ totalCount nodes { id } }"

# A page's arguments one to four levels down, beside fields that succeed and below lists.
DEEP = (
    "{ movies(%s) { totalCount nodes { id } } }",
    f"{{ {MOVIE} {{ title plot ratings(%s) {PAGE} viewerRating {{ id }} }} }}",
    f"{{ {USER} {{ username ratings(%s) {PAGE} ratingDistribution {{ count }} }} }}",
    f"{{ movies(first: 3) {{ nodes {{ plot ratings(%s) {PAGE} }} }} }}",
    f'{{ moviesByImdbId(imdbIds: ["tt0000001", "nonsense", "tt0000002"]) {{ directors ratings(%s) {PAGE} }} }}',
    f"{{ {MOVIE} {{ ratings(first: 2) {{ nodes {{ user {{ ratings(%s) {PAGE} }} movie {{ plot }} }} }} }} }}",
    f'{{ {USER} {{ rating(imdbId: "tt0000001") {{ user {{ username }} movie {{ plot ratings(%s) {PAGE} }} }} id }} }}',
    f"{{ movies(first: 2) {{ nodes {{ ratings(first: 2) {{ nodes {{ movie {{ ratings(%s) {PAGE} }} user {{ username }} }} }} plot }} }} }}",
)
OTHERS = f"{MOVIE} {{ plot }}"


def bad_pages() -> Iterator[Operation]:
    other_order = encode_cursor("OLDEST", (EPOCH, 1))
    for document, arguments in product(
        DEEP, ("first: 0", "first: 101", "first: -1", "first: 2, last: 2", 'after: "nonsense"', f'before: "{other_order}"', 'after: ""')
    ):
        yield Operation(document % arguments)
    for document, size in product(DEEP, (0, 101, 2, None, 2**31, "2", 2.5)):
        yield Operation(f"query ($size: Int) {document % 'first: $size'}", {"size": size})
    for document in DEEP:
        yield Operation(f"{{ {document[2:-2] % 'first: 0'} beside: {OTHERS} }}")
        yield Operation(f"{{ beside: {OTHERS} {document[2:-2] % 'first: 0'} }}")
        yield Operation(f"{{ ok: {document[2:-2] % 'first: 1'} bad: {document[2:-2] % 'first: 0'} }}")


# Roots that succeed, and roots that fail at once, after a statement, or below.
ROOTS = (
    "genres { name movieCount }",
    "good: movies(first: 2) { nodes { title } }",
    f"{MOVIE} {{ title plot }}",
    "bad: movies(first: 0) { totalCount }",
    "none: nodes(ids: []) { id }",
    f"deep: {USER} {{ username ratings(first: 0) {{ totalCount }} }}",
)


def several_roots() -> Iterator[Operation]:
    for count in (2, 3):
        for roots in permutations(ROOTS, count):
            if "good" not in roots[-1]:
                yield Operation(f"{{ {' '.join(roots)} }}")
    for position in range(len(ROOTS)):
        yield Operation(f"{{ {' '.join([*ROOTS[position:], *ROOTS[:position]])} }}")


def refused() -> Iterator[Operation]:
    for document in (
        "{ ... @defer { genres { name } } }",
        f'{{ {MOVIE} {{ title ... @defer(label: "later") {{ plot }} }} }}',
        "{ genres @stream(initialCount: 1) { name } }",
        "{ genres @unknown { name } }",
        "query @include(if: true) { genres { name } }",
        "{ genres { name @include } }",
        "{ genres { nothing } }",
        "{ genres }",
        f"{{ {MOVIE} {{ title {{ letters }} }} }}",
        f"{{ {MOVIE} {{ title: year title }} }}",
        "{ movie { title } }",
        "{ movie(imdbId: null) { title } }",
        "{ movies(first: 99999999999) { totalCount } }",
        "{ movies(orderBy: NICEST) { totalCount } }",
        '{ movies(filter: { colour: "blue" }) { totalCount } }',
        "query ($a: Boolean!) { genres @include(if: $a) { name } }",
        "query ($a: Nothing) { genres { name } }",
        "{ genres { ...F } } fragment F on Genre { ...F }",
        "{ genres { ...F } }",
        "fragment F on Genre { name }",
        "subscription { nothing }",
        "query A { genres { name } } query B { genres { name } }",
        "mutation { rateMovie { errors { code } } }",
        "{",
        "",
        "type Query { a: Int }",
    ):
        yield Operation(document)
    yield Operation("query A { genres { name } }", name="B")
    wrong: list[Any] = [None, 1, "true", [True], {}]  # Any: JSON
    for value in wrong:
        yield Operation("query ($a: Boolean!) { genres @include(if: $a) { name } }", {"a": value})
