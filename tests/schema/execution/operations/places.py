"""Where objects are found in the library, and selections of everything below them."""

import json
from typing import Any

from graphql import GraphQLField, get_named_type, is_leaf_type

from schema import executable
from tests.schema.execution.library import GLOBAL_IDS

MOVIE = 'movie(imdbId: "tt0000001")'
USER = 'user(username: "user1")'
RATING = f'node(id: "{GLOBAL_IDS[-1]}")'
NODES = f"nodes(ids: {json.dumps(GLOBAL_IDS)})"

PLACES = {
    "Movie": f"{{ {MOVIE} {{ %s }} }}",
    "User": f"{{ {USER} {{ %s }} }}",
    "Rating": f"{{ {RATING} {{ ... on Rating {{ %s }} }} }}",
    "Node": f"{{ {NODES} {{ %s }} }}",
    "MovieConnection": "{ movies(first: 3) { %s } }",
    "MovieEdge": "{ movies(last: 3, orderBy: TITLE) { edges { %s } } }",
    "RatingConnection": f"{{ {MOVIE} {{ ratings(first: 3) {{ %s }} }} }}",
    "RatingEdge": f"{{ {USER} {{ ratings(first: 3) {{ edges {{ %s }} }} }} }}",
    "PageInfo": "{ movies(first: 3) { pageInfo { %s } } }",
    "RatingBucket": f"{{ {MOVIE} {{ ratingDistribution {{ %s }} }} }}",
    "ExternalRating": "{ movies(first: 5) { nodes { externalRatings { %s } } } }",
    "Genre": "{ genres { %s } }",
}
"""Operations with a place for a selection on an object of each type."""


def fields_of(type_name: str) -> dict[str, GraphQLField]:
    kind: Any = executable.get_type(type_name)  # Any: an object or an interface
    return dict(kind.fields)


def field(name: str, definition: GraphQLField, depth: int) -> str:
    """A field with all that is below it, down to leaves or to a depth."""
    arguments = "(first: 2)" if "first" in definition.args else '(imdbId: "tt0000002")' if "imdbId" in definition.args else ""
    kind = get_named_type(definition.type)
    return f"{name}{arguments}" if is_leaf_type(kind) else f"{name}{arguments} {{ {everything(kind.name, depth - 1)} }}"


def everything(type_name: str, depth: int) -> str:
    """A type's leaves, and what is below its other fields to a depth."""
    wanted = [(name, each) for name, each in fields_of(type_name).items() if depth > 0 or is_leaf_type(get_named_type(each.type))]
    return " ".join(["__typename", *(field(name, each, depth) for name, each in wanted)])
