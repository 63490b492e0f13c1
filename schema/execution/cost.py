"""What a field costs in points and how many objects it holds, by its name and arguments.

A root field is 1 point, and each started hundred of objects that its pages may hold is one more: `movies(first: 50)`
is 1 + 1, and `movies(first: 10) { nodes { ratings(first: 20) } }` may hold 10 + 10 x 20 = 210 objects, which is 1 + 3.
A page holds its size however it is read, by `nodes`, `edges` or both, and a root field without a page is 1. An outside
query, a film to import or refresh and a password to hash are 5 each, in place of that 1; the results of an outside
query and of an import are paid for by it, and only multiply the pages below them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import FieldNode

from schema.execution.arguments import Arguments

DEFAULT_PAGE = 20
LARGEST_PAGE = 100
OBJECTS_PER_POINT = 100


@dataclass(frozen=True, slots=True)
class Price:
    """A field's price and size.

    `points` is due for a root field, once for each value at the argument path `per` and at least 1. A field with
    `page` holds as many objects as first or last says, one with `ids` as many as there are values at that path, and
    any other one repeats what is selected below it `entries` times without holding objects of a page itself.
    """

    points: int = 1
    per: tuple[str, ...] = ()
    page: bool = False
    ids: tuple[str, ...] = ()
    entries: int = 1


PRICES: Mapping[str, Price] = {
    "movies": Price(page=True),
    "ratings": Price(page=True),
    "nodes": Price(ids=("ids",)),
    "moviesByImdbId": Price(ids=("imdbIds",)),
    "searchMovieDatabase": Price(points=5, entries=10),
    "searchTmdb": Price(points=5, entries=20),
    "discoverTmdb": Price(points=5, entries=20),
    "tmdbMovie": Price(points=5),
    "tmdbImdbId": Price(points=5),
    "tmdbGenres": Price(points=5),
    "importMovie": Price(points=5),
    "importMovies": Price(points=5, per=("input", "imdbIds")),
    "refreshMovie": Price(points=5),
    "register": Price(points=5),
    "login": Price(points=5),
    "changePassword": Price(points=5),
    "deleteUser": Price(points=5, per=("input", "password")),
}
PLAIN = Price()

# How many entries the lists of introspection have in a schema of this size, about.
INTROSPECTED_ENTRIES: Mapping[str, int] = {
    "types": 80,
    "fields": 5,
    "args": 2,
    "inputFields": 3,
    "enumValues": 3,
    "possibleTypes": 3,
    "interfaces": 1,
    "directives": 8,
}


def points(root: FieldNode, arguments: Arguments, objects: int) -> int:
    """The points of a root field whose pages may hold so many objects."""
    price = PRICES.get(root.name.value, PLAIN)
    times = min(arguments.count(root, price.per), LARGEST_PAGE) if price.per else 1
    started_hundreds = -(-objects // OBJECTS_PER_POINT)
    return max(1, price.points * times) + started_hundreds


def objects_held(field: FieldNode, arguments: Arguments, below: int) -> int:
    """How many objects a field's pages may hold, where what is selected below it holds `below` for each entry."""
    price = PRICES.get(field.name.value, PLAIN)
    if price.page:
        return _page_size(field, arguments) * (1 + below)
    if price.ids and field.arguments:
        return min(arguments.count(field, price.ids), LARGEST_PAGE) * (1 + below)
    if price.per:
        return min(arguments.count(field, price.per), LARGEST_PAGE) * below
    return price.entries * below


def entries_introspected(field: FieldNode, below: int) -> int:
    """How many list entries an introspection field finds, where each has `below` in its own lists."""
    entries = INTROSPECTED_ENTRIES.get(field.name.value)
    return below if entries is None else entries * (1 + below)


def _page_size(field: FieldNode, arguments: Arguments) -> int:
    given = [arguments.get(field, (name,)) for name in ("first", "last")]
    # JSON clients may send 20.0 for 20, and NaN or infinity for nothing that a page could be.
    sizes = [int(min(max(0, size), LARGEST_PAGE)) for size in given if isinstance(size, (int, float))]
    return max(sizes, default=DEFAULT_PAGE)
