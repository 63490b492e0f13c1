"""Documents are parsed and validated once, kept within bounds, and know their operations."""

import gc
import tracemalloc
from time import perf_counter

import pytest
from graphql import GraphQLError, parse

from schema.execution.documents import Document, Documents, InvalidDocument
from schema.execution.limits import Limits, check
from tests.schema.execution.catalogue import CATALOGUE

NAMED = "query One { viewer { id } } query Two { movies(first: 50) { nodes { title } } }"


@pytest.fixture
def documents() -> Documents:
    return Documents(CATALOGUE)


def errors(documents: Documents, text: str) -> list[GraphQLError]:
    with pytest.raises(InvalidDocument) as refused:
        documents.get(text)
    return refused.value.errors


def test_a_document_is_read_once(documents: Documents) -> None:
    document = documents.get("{ viewer { id } }")

    assert document.text == "{ viewer { id } }"
    assert document.ast == parse("{ viewer { id } }")
    assert documents.get("".join(["{ viewer", " { id } }"])) is document
    assert documents.get("{ viewer { id }  }") is not document


@pytest.mark.parametrize(
    ("text", "code", "message", "locations"),
    [
        ("{ viewer { id }", "GRAPHQL_PARSE_FAILED", "Syntax Error: Expected Name, found <EOF>.", [(1, 16)]),
        ("{\n  genrs\n}", "GRAPHQL_VALIDATION_FAILED", "Cannot query field 'genrs' on type 'Query'. Did you mean 'genres'?", [(2, 3)]),
        ("{ a: viewer @b @b @b @b @b @b { id } }", "QUERY_TOO_COMPLEX", "The query is too complex: directives 6 of at most 5.", None),
    ],
)
def test_errors_are_told_anew_each_time(
    documents: Documents, text: str, code: str, message: str, locations: list[tuple[int, int]] | None
) -> None:
    (first,) = errors(documents, text)
    (second,) = errors(documents, text)

    assert first is not second
    for error in (first, second):
        assert error.message == message
        assert error.extensions is not None
        assert error.extensions["code"] == code
        assert error.locations == locations
    assert first.formatted == second.formatted


def test_hints_and_introspection_can_be_off() -> None:
    documents = Documents(CATALOGUE, hints=False, introspection=False)

    assert [error.message for error in errors(documents, "{ genrs }")] == ["Cannot query field 'genrs' on type 'Query'."]
    assert "introspection has been disabled" in errors(documents, "{ __schema { description } }")[0].message
    assert documents.get("{ __typename }").text == "{ __typename }"


def test_operations_are_found_by_name(documents: Documents) -> None:
    document = documents.get(NAMED)

    assert [each.name and each.name.value for each in (document.operation("One"), document.operation("Two"))] == ["One", "Two"]
    assert documents.get("query One { viewer { id } }").operation().name
    assert documents.get("{ viewer { id } }").operation(None).name is None


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        (NAMED, None, "The document has several operations: operationName must say which one to run."),
        (NAMED, "Three", 'The document has no operation named "Three".'),
        ("{ viewer { id } }", "One", 'The document has no operation named "One".'),
        ("{ viewer { id } }", "", 'The document has no operation named "".'),
    ],
)
def test_an_operation_that_cannot_be_told_is_as_invalid_as_a_document(
    documents: Documents, text: str, name: str | None, message: str
) -> None:
    document = documents.get(text)

    for find in (document.operation, document.measure):
        with pytest.raises(GraphQLError) as refused:
            find(name)
        assert refused.value.message == message
        assert refused.value.extensions == {"code": "GRAPHQL_VALIDATION_FAILED"}


def test_an_operation_is_measured_once_unless_variables_decide(documents: Documents) -> None:
    document = documents.get(NAMED)
    assert (document.measure("One").cost, document.measure("Two").cost) == (1, 2)
    assert document.measure("Two", {"unknown": 1}) is document.measure("Two")

    document = documents.get("query ($first: Int) { movies(first: $first) { nodes { ratings { totalCount } } } }")
    assert [document.measure(None, {"first": first}).cost for first in (1, 100, 1)] == [2, 22, 2]


def test_the_limits_are_those_it_was_given() -> None:
    limits = Limits(cost=1, tokens=6)
    documents = Documents(CATALOGUE, limits)

    check(documents.get("{ viewer { id } }").measure(), limits)
    with pytest.raises(GraphQLError, match=r"cost 2 of at most 1\."):
        check(documents.get("{ movies { totalCount } }").measure(), limits)
    assert errors(documents, "{ viewer { id username } }")[0].message == "The query is too complex: tokens 7 of at most 6."


def test_the_most_recently_used_are_kept() -> None:
    documents = Documents(CATALOGUE, count=2)
    first, second = documents.get("{ viewer { id } }"), documents.get("{ genres { name } }")
    assert documents.get(first.text) is first

    documents.get("{ __typename }")

    assert documents.get(first.text) is first
    assert documents.get(second.text) is not second


@pytest.mark.parametrize(
    ("text", "times", "allowed"),
    [
        ("{{ a{}: viewer {{ " + "id " * 50 + "}} }}", 100, 1024),
        ('{{ movies(filter: {{ search: "{}' + "x" * 20_000 + '" }}) {{ totalCount }} }}', 100, 1024),
        ("{{ a{} b c d e f g }}", 400, 102),
        ("{{ a{} " + " " * 2000, 400, 102),
    ],
    ids=["valid", "long", "invalid", "unparsable"],
)
def test_what_is_kept_is_bounded_in_bytes(text: str, times: int, allowed: int) -> None:
    documents = Documents(CATALOGUE, size=1024 * 1024, count=1_000_000)
    for_the_libraries = 300

    tracemalloc.start()
    for i in range(times):
        _try(documents, text.format(i))
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert allowed / 2 < kept / 1024 < allowed + for_the_libraries


def _try(documents: Documents, text: str) -> Document | None:
    try:
        return documents.get(text)
    except InvalidDocument:
        return None


def test_a_kept_document_is_found_in_microseconds(documents: Documents) -> None:
    text = "{" + " ".join(f"a{i}: viewer {{ id }}" for i in range(90)) + "}"
    documents.get(text).measure()

    start = perf_counter()
    for _ in range(1000):
        documents.get(text).measure()

    assert perf_counter() - start < 0.1
