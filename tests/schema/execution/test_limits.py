"""The figures of operations, the limits on them, and that measuring is right and quick on whatever comes."""

from collections.abc import Mapping
from dataclasses import asdict
from math import ceil
from time import perf_counter

import pytest
from graphql import (
    GraphQLError,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    execute_sync,
    get_introspection_query,
    get_named_type,
    is_leaf_type,
    parse,
    print_ast,
    validate,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema

from schema.execution.limits import DEFAULT_LIMITS, MANY, Limits, Measure, check, measure
from tests.schema.execution.catalogue import CATALOGUE

DEEP = """
query MoviePage($imdbId: ID!) { movie(imdbId: $imdbId) { title ratings(first: 10) { edges { node { value user {
  username ratings(first: 5) { edges { node { value movie { title } } } } } } } } } }
"""


def measured(text: str, variables: Mapping[str, object] | None = None, limits: Limits = DEFAULT_LIMITS) -> Measure:
    document = parse(text)
    operation = next(each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    return measure(document, operation, variables, limits)


def figures(text: str, *names: str) -> tuple[int, ...]:
    found = asdict(measured(text))
    return tuple(found[name] for name in names)


@pytest.mark.parametrize(
    ("depth", "cost", "text"),
    [
        (1, 1, "{ viewer }"),
        (2, 1, "{ viewer { id } }"),
        (10, 2, DEEP),
        (2, 2, "{ a: viewer { id } b: viewer { id } }"),
        (2, 1, "{ viewer { ...U ...U ... { username } } } fragment U on User { id }"),
        (3, 2, "{ movies { nodes { title } } }"),
        # What is read together is one field, with what each occurrence selects.
        (4, 3, "{ movies(first: 5) { nodes { id } } ...M } fragment M on Query { movies(first: 5) { nodes { ratings { totalCount } } } }"),
        # Introspection counts for nothing, in depth too.
        (0, 0, "{ __typename }"),
        (1, 1, "{ viewer { __typename } }"),
        (0, 0, "{ __schema { types { fields { type { ofType { ofType { ofType { name } } } } } } } }"),
        (2, 1, '{ viewer { id } __type(name: "Movie") { fields { args { name } } } }'),
        # Neither field nor fragment need exist.
        (2, 1, "{ nowhere { near { ...Here } } }"),
        (1, 1, "{ viewer { } ...Nothing }"),
        # A fragment that spreads itself adds nothing on coming round.
        (1, 1, "{ ...A } fragment A on Query { viewer ...B } fragment B on Query { ...A }"),
        (4, 1, "{ viewer { ...A } } fragment A on User { rating { ...B } } fragment B on User { rating { ...A } }"),
    ],
)
def test_depth_and_cost(depth: int, cost: int, text: str) -> None:
    assert figures(text, "depth", "cost") == (depth, cost)


def test_where_types_exclude_each_other_the_larger_counts() -> None:
    text = """{ nodes(ids: [1, 2]) {
      ... on Movie { list: ratings(first: 50) { totalCount } }
      ... on User { list: ratings(first: 100) { totalCount } } } }"""

    assert measured(text).cost == 1 + ceil((2 + 2 * 100) / 100)
    assert measured(text.replace("on User { list", "on User { other")).cost == 1 + ceil((2 + 2 * 50 + 2 * 100) / 100)


@pytest.mark.parametrize(
    ("root_fields", "aliases", "duplicates", "text"),
    [
        (0, 0, 1, "{ __typename }"),
        (2, 1, 1, "{ a: viewer { id } genres { name } }"),
        (1, 2, 1, "{ viewer { a: id b: id } }"),
        (2, 4, 1, "{ a: viewer { ...U } b: viewer { ...U } } fragment U on User { c: id }"),
        (1, 0, 4, "{ viewer { id id ...U } } fragment U on User { id ... on User { id } }"),
    ],
)
def test_root_fields_aliases_and_duplicates(root_fields: int, aliases: int, duplicates: int, text: str) -> None:
    assert figures(text, "root_fields", "aliases", "duplicates") == (root_fields, aliases, duplicates)


def test_introspection_is_bounded_by_the_entries_of_its_lists() -> None:
    assert figures("{ __schema { queryType { name } } }", "introspection") == (0,)
    assert figures("{ __schema { types { name } } }", "introspection") == (80,)
    assert figures("{ __schema { types { name fields { name args { name } } } } }", "introspection") == (80 + 400 + 800,)

    check(measured(get_introspection_query(input_value_deprecation=True, specified_by_url=True)))
    circle = "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }"
    with pytest.raises(GraphQLError, match="introspection 62480 of at most 10000"):
        check(measured(circle))


def test_a_measure_names_the_variables_that_decided_it() -> None:
    text = """query ($size: Int, $yes: Boolean!, $name: String!) {
      user(username: $name) { ratings(first: $size) { nodes { value @include(if: $yes) } } } }"""

    assert measured(text, {"size": 5, "yes": True, "name": "ann"}).variables == {"size", "yes"}
    assert measured(DEEP, {"imdbId": "tt0111161"}).variables == frozenset()


def test_an_operation_beyond_a_limit_is_refused_with_the_figures() -> None:
    limits = Limits(depth=2, cost=3)
    check(measured("{ a: movies { totalCount } viewer { id } }"), limits)

    with pytest.raises(GraphQLError) as refused:
        check(measured("{ a: movies { nodes { title } } b: viewer { id } c: viewer { id } }"), limits)

    assert refused.value.message == "The query is too complex: depth 3 of at most 2, cost 4 of at most 3."
    assert refused.value.extensions == {"code": "QUERY_TOO_COMPLEX", "depth": 3, "maxDepth": 2, "cost": 4, "maxCost": 3}

    with pytest.raises(GraphQLError) as refused:
        check(measured("{ a: viewer { id } b: viewer { id } }"), Limits(root_fields=1))

    assert refused.value.message == "The query is too complex: root fields 2 of at most 1."
    assert refused.value.extensions == {
        "code": "QUERY_TOO_COMPLEX",
        "depth": 2,
        "maxDepth": 12,
        "cost": 2,
        "maxCost": 1000,
        "rootFields": 2,
        "maxRootFields": 1,
    }


FLOODS = {
    "fragments doubled 100 times": "{ ...F0 }"
    + "".join(f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(100))
    + "fragment F100 on Query { movies { totalCount } }",
    "fields doubled 90 times": "{ viewer { ...F0 } }"
    + "".join(f"fragment F{i} on R {{ a: ratings {{ ...F{i + 1} }} b: ratings {{ ...F{i + 1} }} }}" for i in range(90)),
    "fragments that mix 90 others": "{ ...F0 }"
    + "".join(
        f"fragment F{i} on U {{ a: x {{ ...F{i + 1} }} a: x {{ ...F{i + 2} }} b: x {{ ...F{i + 1} ...F{i + 3} }} }}" for i in range(90)
    ),
    "a chain of 5,000 levels": "{ ...F0 }" + "".join(f"fragment F{i} on U {{ a {{ ...F{i + 1} }} }}" for i in range(5000)),
    "a chain of 5,000 fragments": "{ ...F0 }" + "".join(f"fragment F{i} on U {{ ...F{i + 1} }}" for i in range(5000)),
    "1,000 aliases": "{" + " ".join(f"a{i}: movies {{ totalCount }}" for i in range(1000)) + "}",
    "5,000 duplicates": "{" + "viewer { id } " * 5000 + "}",
}


@pytest.mark.parametrize(
    ("flood", "figure", "value"),
    [
        ("fragments doubled 100 times", "cost", 2),
        ("fields doubled 90 times", "aliases", MANY),
        ("fragments that mix 90 others", "selections", DEFAULT_LIMITS.selections + 1),
        ("a chain of 5,000 levels", "nesting", DEFAULT_LIMITS.nesting + 1),
        ("a chain of 5,000 fragments", "depth", 0),
        ("1,000 aliases", "cost", 2000),
        ("5,000 duplicates", "duplicates", 5000),
    ],
)
def test_measuring_takes_no_longer_for_a_flood(flood: str, figure: str, value: int) -> None:
    document = parse(FLOODS[flood])
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)

    start = perf_counter()
    found = asdict(measure(document, operation))

    assert perf_counter() - start < 1
    assert found[figure] == value


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["input", "imdbIds", "password"]), inner),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(text=from_schema(CATALOGUE))
def test_an_operation_costs_no_less_than_its_parts(text: str) -> None:
    document = parse(text)
    whole = measured(text)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)

    parts = []
    for selection in operation.selection_set.selections:
        fragments = [print_ast(each) for each in document.definitions[1:]]
        kind = operation.operation.value
        parts.append(measured("\n".join([f"{kind} {{ {print_ast(selection)} }}", *fragments])))

    assert max(part.cost for part in parts) <= whole.cost <= sum(part.cost for part in parts)
    assert whole.depth == max(part.depth for part in parts)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    sizes=st.lists(st.sampled_from(["first: $a", "last: $b", "first: 3", "first: null"]), min_size=3, max_size=3),
    roots=st.lists(st.sampled_from(["movies({}) {{ ...M }}", "importMovies(input: $a) {{ results {{ movie {{ ...R }} }} }}"])),
    variables=st.dictionaries(st.sampled_from(["a", "b"]), JSON),
)
def test_no_variable_is_too_odd_to_be_measured(sizes: list[str], roots: list[str], variables: dict[str, object]) -> None:
    text = f"query {{ viewer @skip(if: $b) {' '.join(root.format(sizes[0]) for root in roots)} }}"
    text += f"fragment M on M {{ nodes {{ ...R @include(if: $a) }} }} fragment R on R {{ ratings({sizes[1]}) {{ ...M }} }}"

    found = measured(text, variables)

    assert 0 <= found.cost <= len(roots) * MANY + 1
    assert found.variables <= {"a", "b"}


def selections(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Selections on a rating, below which pages may be read by nodes, by edges and by both, under aliases and twice."""
    size = st.sampled_from(["", "(first: 0)", "(first: 2)", "(last: 3)"])
    name = st.sampled_from(["ratings", "again: ratings", "ratings: ratings"])
    read = st.sampled_from(["nodes {{ {0} }}", "edges {{ node {{ {0} }} }}", "nodes {{ {0} }} edges {{ node {{ {0} }} }}"])
    page = st.builds(lambda n, s, r, i: f"{n}{s} {{ {r.format(i)} totalCount }}", name, size, read, inner)
    return st.builds(lambda owner, pages: f"{owner} {{ id {pages} }}", st.sampled_from(["user", "movie"]), page)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(parts=st.lists(st.recursive(st.just("id"), selections, max_leaves=3), min_size=1, max_size=3))
def test_the_cost_is_that_of_the_objects_that_a_run_with_full_pages_holds(parts: list[str]) -> None:
    text = f"{{ viewer {{ rating(imdbId: 1) {{ {' '.join(parts)} }} }} }}"
    document = parse(text)
    assume(not validate(CATALOGUE, document) and measured(text).cost <= 50)
    held: list[int] = []

    def resolve(source: Mapping[str, object], info: GraphQLResolveInfo[None], **arguments: int | str) -> object:
        kind = get_named_type(info.return_type)
        if is_leaf_type(kind):
            return 1
        if not kind.name.endswith("Connection"):
            return source.get(info.field_name, {})
        size = next((size for name in ("first", "last") if isinstance(size := arguments.get(name), int)), 20)
        held.append(size)
        return {"nodes": [{}] * size, "edges": [{}] * size}

    result = execute_sync(CATALOGUE, document, {}, field_resolver=resolve)

    assert result.errors is None
    assert measured(text).cost == 1 + ceil(sum(held) / 100)
