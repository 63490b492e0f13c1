"""What is given: ids of all kinds, variables in every position, and pages of every size."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from resolvers.cursors import encode_cursor
from tests.factories import EPOCH
from tests.schema.execution.both_ways import Operation
from tests.schema.execution.library import ANYBODY, GLOBAL_IDS, IMDB_IDS, UNKNOWN_GLOBAL_IDS, UNKNOWN_IMDB_IDS, UNRATED, USERNAMES
from tests.schema.execution.operations.places import MOVIE, USER

Json = Any  # Any: JSON


def lookups() -> Iterator[Operation]:
    for imdb_id in (*IMDB_IDS, *UNKNOWN_IMDB_IDS):
        yield Operation(f'{{ movie(imdbId: "{imdb_id}") {{ title plot viewerRating {{ value }} }} }}')
        yield Operation(f'{{ {USER} {{ rating(imdbId: "{imdb_id}") {{ value movie {{ title }} }} }} }}')
    for username in USERNAMES:
        yield Operation("query ($name: String!) { user(username: $name) { id ratings(first: 2) { nodes { value } } } }", {"name": username})
    for global_id in (*GLOBAL_IDS, *UNKNOWN_GLOBAL_IDS):
        yield Operation("query ($id: ID!) { node(id: $id) { __typename id ... on Movie { title directors } } }", {"id": global_id})
    movies = "query ($ids: [ID!]!) { moviesByImdbId(imdbIds: $ids) { title plot ratings(first: 1) { nodes { value } } } }"
    fragments = "... on Rating { movie { title } } ... on User { username } ... on Movie { plot }"
    nodes = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ id {fragments} }} }}"
    for count in (0, 1, 5, 20, 100, 101):
        yield Operation(movies, {"ids": ([*IMDB_IDS, *UNKNOWN_IMDB_IDS, *reversed(IMDB_IDS)] * 10)[:count]})
        yield Operation(nodes, {"ids": ([*GLOBAL_IDS, *UNKNOWN_GLOBAL_IDS] * 10)[:count]})


def variables() -> Iterator[Operation]:
    yield from _scalars_and_enums()
    yield from _lists()
    yield from _objects()
    yield from _oddities()
    for name, given in (("A", {"if": True}), ("A", {"if": False}), ("B", None)):
        document = f"query A($if: Boolean!) {{ {MOVIE} {{ title id @include(if: $if) }} }} query B {{ {USER} {{ id }} }}"
        yield Operation(document, given, name=name)


def _scalars_and_enums() -> Iterator[Operation]:
    page = f"{{ {MOVIE} {{ ratings(first: $first, orderBy: $order) {{ totalCount nodes {{ id value }} }} }} }}"
    firsts: list[Json] = [{}, {"first": None}, {"first": 3}, {"first": 0}]
    orders: list[Json] = [{}, {"order": None}, {"order": "HIGHEST"}]
    for first, order in product(firsts, orders):
        for types in ("$first: Int, $order: RatingOrder! = LOWEST", "$first: Int = 2, $order: RatingOrder = NEWEST"):
            yield Operation(f"query ({types}) {page}", {**first, **order})
    ids: list[Json] = ["tt0000001", "tt0000004", None, 5, "", True, ["tt0000001"], {"a": 1}]
    for kind, value in product(("ID!", 'ID! = "tt0000002"', 'ID = "tt0000002"'), ids):
        roots = f"movie(imdbId: $id) {{ title }} node(id: $id) {{ id }} {USER} {{ rating(imdbId: $id) {{ value }} }}"
        for document in (roots, "movie(imdbId: $id) { title }", "node(id: $id) { id }"):
            yield Operation(f"query ($id: {kind}) {{ {document} }}", {"id": value})
        yield Operation(f"query ($id: {kind}) {{ movie(imdbId: $id) {{ title }} }}")
    scales: list[Json] = ["FIVE", "TEN", None, "TWELVE", 5]
    for value in scales:
        document = f"{{ {MOVIE} {{ ratings {{ nodes {{ value(scale: $scale) }} }} }} }}"
        yield Operation(f"query ($scale: RatingScale! = HUNDRED) {document}", {"scale": value})


def _lists() -> Iterator[Operation]:
    lists: list[Json] = [["tt0000001", "tt0000002"], [], "tt0000003", None, ["tt0000001", None], [5]]
    for value in lists:
        yield Operation("query ($ids: [ID!]!) { moviesByImdbId(imdbIds: $ids) { title } }", {"ids": value})
        yield Operation("query ($ids: [ID!]) { movies(filter: { imdbIds: $ids }) { nodes { title } totalCount } }", {"ids": value})
    for value in ("tt0000001", "nonsense"):
        document = 'query ($id: ID!) { moviesByImdbId(imdbIds: [$id, "tt0000002", $id]) { title } nodes(ids: [$id]) { id } }'
        yield Operation(document, {"id": value})
        yield Operation("query ($id: ID!) { moviesByImdbId(imdbIds: $id) { title } }", {"id": value})


def _objects() -> Iterator[Operation]:
    filters: list[Json] = [
        None,
        {},
        {"search": "film 1"},
        {"genres": ["Drama", "war"], "minRatingCount": 1},
        {"genres": "Drama"},
        {"year": {"from": 1960, "to": 1980}},
        {"year": {"from": 1980, "to": 1960}},
        {"year": None, "search": None, "imdbIds": None},
        {"imdbIds": IMDB_IDS},
        {"unknown": 1},
    ]
    for wanted in filters:
        document = "query ($filter: MovieFilter) { movies(filter: $filter, first: 5) { nodes { imdbId } totalCount } }"
        yield Operation(document, {"filter": wanted})
    types = "query ($search: String, $from: Int, $genre: String!, $order: MovieOrder)"
    wanted = "filter: { search: $search, year: { from: $from }, genres: [$genre] }"
    document = f"{types} {{ movies({wanted}, orderBy: $order, first: 5) {{ nodes {{ imdbId }} totalCount }} }}"
    for search, start, order in product((None, "film"), (None, 1970), (None, "TITLE", "RELEVANCE")):
        yield Operation(document, {"search": search, "from": start, "genre": "Drama", "order": order})
    yield Operation(document, {"genre": "Drama"})


def _oddities() -> Iterator[Operation]:
    """Values at the edges of their types, and inputs of which exactly one is allowed."""
    given: list[Json] = [2**31 - 1, 2**31, 3.0, 3.5, "3", True, [3], [[3]], 1e400, float("nan"), 10**400]
    for value in given:
        yield Operation(f"query ($first: Int) {{ {USER} {{ ratings(first: $first) {{ totalCount }} }} }}", {"first": value})
        rate = 'rateMovie(input: { imdbId: "nonsense", value: $value }) { errors { code message } }'
        yield Operation(f"mutation ($value: Float!) {{ {rate} }}", {"value": value}, ANYBODY)
    for literal in ("{}", '{ imdbId: "nonsense" }', "{ imdbId: null }", '{ imdbId: "nonsense", tmdbId: 1 }', "{ imdbId: $id }"):
        declared = "($id: ID)" if "$id" in literal else ""
        yield Operation(f"mutation {declared} {{ importMovie(input: {literal}) {{ errors {{ code message }} }} }}", {"id": None}, ANYBODY)
    for name in ("user1", "user\ud800", "\0", "user1 "):
        yield Operation("query ($name: String!) { user(username: $name) { id } }", {"name": name, "more": 1})


def pages() -> Iterator[Operation]:
    page = "{ edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount }"
    for size, way, order in product((0, 1, 20, 100, 101), ("first", "last"), ("NEWEST", "LOWEST")):
        yield Operation(f"{{ {MOVIE} {{ ratings({way}: {size}, orderBy: {order}) {page} }} }}")
        yield Operation(f"{{ {USER} {{ ratings({way}: {size}, orderBy: {order}) {page} }} }}")
    for size, way, order in product((0, 1, 20, 100, 101), ("first", "last"), ("TOP_RATED", "TITLE")):
        yield Operation(f"{{ movies({way}: {size}, orderBy: {order}) {page} }}")
    for document in (
        "{ movies(first: 100) { nodes { title genres directors ratings(first: 1) { nodes { value user { username } } } } } }",
        f"{{ {MOVIE} {{ ratings(first: 100) {{ nodes {{ user {{ ratings(first: 2) {{ nodes {{ movie {{ title }} }} }} }} }} }} }} }}",
        f"{{ {MOVIE} {{ ratings {{ totalCount nodes {{ value }} }} }} {USER} {{ ratings {{ totalCount nodes {{ value }} }} }} }}",
        f'{{ movie(imdbId: "tt{UNRATED:07}") {{ averageRating ratings {page} ratingDistribution {{ count }} }} }}',
    ):
        yield Operation(document)
    for place, key in product((MOVIE, USER), ((EPOCH, 1), (EPOCH.replace(minute=30), 10**6), (EPOCH.replace(year=2000), 1))):
        document = f"query ($cursor: String) {{ {place} {{ ratings(first: 3, after: $cursor) {page} }} }}"
        yield Operation(document, {"cursor": encode_cursor("NEWEST", key)})
