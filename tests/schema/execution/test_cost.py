"""What operations cost: the points of every kind of field, one by one."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from graphql import (
    GraphQLObjectType,
    OperationDefinitionNode,
    build_schema,
    parse,
    validate,
)

from schema.execution.cost import PRICES
from schema.execution.limits import Measure, measure
from tests.schema.execution.catalogue import CATALOGUE

SDL = Path(__file__).parents[3] / "schema.graphql"


def measured(text: str, variables: Mapping[str, object] | None = None) -> Measure:
    assert validate(CATALOGUE, parse(text)) == []
    return unchecked(text, variables)


def unchecked(text: str, variables: Mapping[str, object] | None = None) -> Measure:
    document = parse(text)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return measure(document, operation, variables)


@pytest.mark.parametrize(
    ("points", "text"),
    [
        (1, '{ movie(imdbId: "tt0111161") { title } }'),
        (1, "{ genres { name movieCount } }"),
        (2, "{ viewer { id } again: viewer { id } }"),
        (1, "{ viewer { id } viewer { username } }"),
        (2, "{ movies { nodes { title } } }"),
        (2, "{ movies(first: 100) { nodes { title } } }"),
        (2, "{ movies(last: 100) { nodes { title } edges { node { title } } totalCount } }"),
        (1, "{ movies(first: 0) { totalCount } }"),
        # 10 movies and 10 x 9 ratings are one hundred objects; with 10 x 10 ratings another one has started.
        (2, "{ movies(first: 10) { nodes { ratings(first: 9) { totalCount } } } }"),
        (3, "{ movies(first: 10) { nodes { ratings(first: 10) { totalCount } } } }"),
        (4, "{ movies(first: 10) { nodes { ratings(first: 20) { nodes { value } } } } }"),
        (4, "{ movies(first: 10) { nodes { ratings { nodes { value } } } } }"),
        # Ratings of the same movies under both names are read twice, the movies once.
        (6, "{ movies(first: 10) { nodes { ratings { totalCount } } edges { node { ratings { totalCount } } } } }"),
        # 100 + 100 x 100 + 100 x 100 x 100 objects.
        (
            10_102,
            """{ movies(first: 100) { nodes { ratings(first: 100) { nodes { user {
                 ratings(first: 100) { nodes { value } } } } } } } }""",
        ),
        (2, '{ nodes(ids: ["a", "b"]) { id } }'),
        (2, '{ moviesByImdbId(imdbIds: ["tt1", "tt2", "tt3"]) { title } }'),
        (4, '{ nodes(ids: ["a", "b"]) { ... on Movie { ratings(first: 100) { totalCount } } } }'),
        (3, '{ node(id: "a") { ... on Movie { ratings(first: 100) { nodes { user { ratings(first: 1) { totalCount } } } } } } }'),
        (2, "subscription { ratingChanged(imdbId: 1) { movie { ratings { totalCount } } } }"),
    ],
)
def test_a_root_field_is_a_point_and_each_started_hundred_of_its_objects_one_more(points: int, text: str) -> None:
    assert measured(text).cost == points


@pytest.mark.parametrize(
    ("points", "text"),
    [
        (5, '{ searchMovieDatabase(query: "matrix") { results { title } } }'),
        (5, '{ searchTmdb(query: "matrix") { results { title movie { title } } } }'),
        (5, "{ tmdbMovie(tmdbId: 603) { title } }"),
        (5, "{ discoverTmdb(genreId: 878) { results { title } } }"),
        (5, "{ tmdbImdbId(tmdbId: 603) }"),
        (5, "{ tmdbGenres { name } }"),
        (11, "{ tmdbGenres { name } genres { name } again: tmdbGenres { name } }"),
        # Ten results of the Movie Database, twenty of TMDB, with twenty ratings each.
        (7, '{ searchMovieDatabase(query: "matrix") { results { movie { ratings { totalCount } } } } }'),
        (9, '{ searchTmdb(query: "matrix") { results { movie { ratings { totalCount } } } } }'),
    ],
)
def test_an_outside_query_is_five_points(points: int, text: str) -> None:
    assert measured(text).cost == points


@pytest.mark.parametrize(
    ("points", "text", "variables"),
    [
        (5, 'mutation { importMovie(input: { imdbId: "tt1" }) { movie { title } } }', {}),
        (5, 'mutation { refreshMovie(input: { imdbId: "tt1" }) { movie { title } } }', {}),
        (15, 'mutation { importMovies(input: { imdbIds: ["tt1", "tt2", "tt3"] }) { results { movie { title } } } }', {}),
        (5, 'mutation { importMovies(input: { imdbIds: "tt1" }) { results { movie { title } } } }', {}),
        (1, "mutation { importMovies(input: { imdbIds: [] }) { results { movie { title } } } }", {}),
        (
            10,
            "mutation ($input: ImportMoviesInput!) { importMovies(input: $input) { results { movie { title } } } }",
            {"input": {"imdbIds": ["tt1", "tt2"]}},
        ),
        (
            20,
            "mutation ($ids: [ID!]!) { importMovies(input: { imdbIds: $ids }) { results { movie { title } } } }",
            {"ids": ["tt1", "tt2", "tt3", "tt4"]},
        ),
        (
            10,
            'mutation ($ids: [ID!]! = ["tt1", "tt2"]) { importMovies(input: { imdbIds: $ids }) { results { movie { title } } } }',
            {},
        ),
        # Importing refuses more than a hundred, so that more cannot cost more.
        (
            500,
            "mutation ($ids: [ID!]!) { importMovies(input: { imdbIds: $ids }) { results { movie { title } } } }",
            {"ids": ["tt1"] * 1000},
        ),
        # Two films with a hundred ratings each.
        (
            12,
            """mutation { importMovies(input: { imdbIds: ["tt1", "tt2"] }) {
                 results { movie { ratings(first: 100) { totalCount } } } } }""",
            {},
        ),
        (5, 'mutation { register(input: { username: "ann", password: "long enough" }) { user { id } } }', {}),
        (5, 'mutation { login(input: { username: "ann", password: "long enough" }) { user { id } } }', {}),
        (5, 'mutation { changePassword(input: { currentPassword: "a", newPassword: "b" }) { user { id } } }', {}),
        (5, 'mutation { deleteUser(input: { password: "long enough" }) { user { id } } }', {}),
        (1, 'mutation { deleteUser(input: { account: "ann" }) { user { id } } }', {}),
        (
            5,
            "mutation ($input: DeleteUserInput!) { deleteUser(input: $input) { user { id } } }",
            {"input": {"password": "long enough"}},
        ),
        (
            1,
            "mutation ($input: DeleteUserInput!) { deleteUser(input: $input) { user { id } } }",
            {"input": {"password": None, "account": "ann"}},
        ),
        (1, 'mutation { rateMovie(input: { imdbId: "tt1", value: 9 }) { movie { title } } }', {}),
        (1, "mutation { logoutEverywhere { user { id } } }", {}),
    ],
)
def test_a_film_to_import_or_refresh_and_a_password_to_hash_are_five_points(
    points: int, text: str, variables: Mapping[str, object]
) -> None:
    assert measured(text, variables).cost == points


@pytest.mark.parametrize(
    ("points", "variables"),
    [
        (4, {}),
        (4, {"first": None}),
        (2, {"first": 9}),
        (2, {"first": 9.0}),
        (3, {"first": 10}),
        (12, {"first": 100}),
        (12, {"first": 10**100}),
        (12, {"first": float("inf")}),
        (1, {"first": 0}),
        (1, {"first": -5}),
        (1, {"first": float("nan")}),
        (4, {"first": "9"}),
        (4, {"first": [9]}),
    ],
)
def test_page_sizes_are_read_from_variables_as_they_come(points: int, variables: Mapping[str, object]) -> None:
    # So many movies with ten ratings each; twenty movies where the size cannot be read.
    text = "query ($first: Int) { movies(first: $first) { nodes { ratings(first: 10) { totalCount } } } }"

    assert measured(text, variables).cost == points


@pytest.mark.parametrize(("points", "variables"), [(2, {}), (4, {"size": None}), (3, {"size": 10}), (4, {"size": 20})])
def test_variables_have_their_defaults(points: int, variables: Mapping[str, object]) -> None:
    text = "query ($size: Int = 9) { movies(last: $size) { nodes { ratings(first: 10) { totalCount } } } }"

    assert measured(text, variables).cost == points


@pytest.mark.parametrize(
    ("points", "arguments"), [(12, "first: 100000000000"), (12, f"last: {'9' * 5000}"), (1, "first: -5"), (4, "first: null")]
)
def test_page_sizes_end_at_a_hundred(points: int, arguments: str) -> None:
    text = f"{{ movies({arguments}) {{ nodes {{ ratings(first: 10) {{ totalCount }} }} }} }}"

    # More than an Int holds does not validate, and is measured all the same.
    assert unchecked(text).cost == points


@pytest.mark.parametrize(
    ("points", "directives", "variables"),
    [
        (1, "@skip(if: true)", {}),
        (2, "@skip(if: false)", {}),
        (2, "@include(if: true)", {}),
        (1, "@include(if: false)", {}),
        (1, "@skip(if: $yes)", {"yes": True}),
        (2, "@include(if: $yes)", {"yes": True}),
        (1, "@include(if: $yes)", {}),
        (1, "@include(if: true) @skip(if: true)", {}),
    ],
)
def test_what_is_left_out_costs_nothing(points: int, directives: str, variables: Mapping[str, object]) -> None:
    head = "query ($yes: Boolean! = false)" if "$yes" in directives else "query"

    assert measured(f"{head} {{ viewer {{ id }} genres {directives} {{ name }} }}", variables).cost == points
    assert measured(f"{head} {{ viewer {{ id }} ... {directives} {{ genres {{ name }} }} }}", variables).cost == points
    spread = f"{head} {{ viewer {{ id }} ...G {directives} }} fragment G on Query {{ genres {{ name }} }}"
    assert measured(spread, variables).cost == points


def test_every_price_is_of_a_field_that_exists_and_every_page_has_one() -> None:
    types = [each for each in CATALOGUE.type_map.values() if isinstance(each, GraphQLObjectType)]
    assert set(PRICES) <= {name for each in types for name in each.fields}

    types = [each for each in build_schema(SDL.read_text()).type_map.values() if isinstance(each, GraphQLObjectType)]
    paged = {name for each in types for name, field in each.fields.items() if {"first", "last"} & set(field.args)}
    assert paged == {name for name, price in PRICES.items() if price.page}
