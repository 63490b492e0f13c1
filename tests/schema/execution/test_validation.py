"""Which texts and documents are refused before they can take long, and with what figures."""

from dataclasses import replace
from time import perf_counter

import pytest
from graphql import GraphQLError, get_introspection_query, parse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema

from schema.execution.limits import DEFAULT_LIMITS
from schema.execution.validation import MAX_COMPARISONS, MAX_ERRORS, check_text, parse_text, validate_document
from tests.schema.execution.catalogue import CATALOGUE


def read(text: str, *, hints: bool = True, introspection: bool = True) -> list[GraphQLError]:
    """The errors of a text: what refuses it early is one of them."""
    try:
        check_text(text, DEFAULT_LIMITS)
        document = parse_text(text, DEFAULT_LIMITS)
        return validate_document(CATALOGUE, document, hints=hints, introspection=introspection)
    except GraphQLError as error:
        return [error]


def chain(length: int, link: str, end: str = "__typename") -> str:
    """Fragments F0 to F`length`, each of which spreads the next by way of `link`."""
    links = [f"fragment F{i} on Query {{ {link.replace('NEXT', f'...F{i + 1}')} }}" for i in range(length)]
    return "".join([*links, f"fragment F{length} on Query {{ {end} }}"])


TOO_COMPLEX = {
    "10 MB of blanks": (" " * 10_000_000 + "{ __typename }", "characters 10000014 of at most 100000"),
    "a comment of 10 MB": ("#" * 10_000_000 + "\n{ __typename }", "characters 10000015 of at most 100000"),
    "a string of 10 MB": (f'{{ a(b: "{"x" * 10_000_000}") }}', "characters 10000012 of at most 100000"),
    "50,000 comments": ("#\n" * 49_990 + "{ __typename }", "tokens 49993 of at most 5000"),
    "100,000 brackets": ("[" * 100_000, "tokens 100000 of at most 5000, nesting 100000 of at most 100"),
    "brackets in an argument": (f"{{ a(b: {'[' * 4000}", "nesting 4002 of at most 100"),
    "5,000 levels": ("{a" * 5000 + "}" * 5000, "tokens 15000 of at most 5000, nesting 5000 of at most 100"),
    "5,000 fields": ("{" + "__typename " * 5000 + "}", "tokens 5002 of at most 5000"),
    "5,000 directives": ("{ __typename " + "@aa" * 5000 + "}", "tokens 10003 of at most 5000"),
    "10 directives": ("{ __typename " + "@aa" * 10 + "}", "directives 10 of at most 5"),
    "directives on an operation": ("query @a @b @c @d @e @f { __typename }", "directives 6 of at most 5"),
    "directives on a variable": ("query ($a: Int @a @b @c @d @e @f) { __typename }", "directives 6 of at most 5"),
    "4,000 operations": ("".join(f"query Q{i}{{__typename}}" for i in range(4000)), "tokens 20000 of at most 5000"),
    "51 operations": ("".join(f"query Q{i}{{__typename}}" for i in range(51)), "operations 51 of at most 50"),
    "2,000 times the same field": ("{" + "__typename " * 2000 + "}", "duplicates 2000 of at most 100"),
    "1,000 times the same field with an argument": (
        "{" + 'movie(imdbId:"tt1"){id}' * 500 + "}",
        "duplicates 500 of at most 100",
    ),
    "210 levels of fragments": (
        "{ viewer { rating(imdbId: 1) { ...F0 } } }"
        + chain(105, "user { rating(imdbId: 1) { NEXT } }", "id").replace("on Query", "on Rating"),
        "depth 101 of at most 12, nesting 101 of at most 100",
    ),
    "a flood in a fragment that nothing spreads": (
        "{ __typename } fragment F on Query {" + "viewer{id}" * 1000 + "}",
        "its fields repeat too often",
    ),
    "50 operations with the same hundreds of fields": (
        "".join(f"query Q{i} {{ ...F }}" for i in range(50))
        + "fragment F on Query {"
        + "".join(f"viewer{{id}}... on Query{{{'genres{name}' * (i % 3)}}}" for i in range(100))
        + "}",
        "selections 20459 of at most 20000",
    ),
    "1,000 aliases": ("{" + " ".join(f"a{i}: __typename" for i in range(1000)) + "}", "aliases 1000 of at most 100"),
    "a hundred times all types": (
        "{" + " ".join(f"a{i}: __schema {{ types {{ fields {{ name }} }} }}" for i in range(100)) + "}",
        "introspection 48000 of at most 10000",
    ),
    "a chain of 300 fragments": ("{ ...F0 }" + chain(300, "NEXT"), "its fragments nest too deeply"),
    "200 fragments beside each other": (
        "{" + "".join(f"...F{i} " for i in range(200)) + "}" + chain(199, "a: genres { name } b: genres { name }"),
        "duplicates 199 of at most 100",
    ),
}


@pytest.mark.parametrize("name", TOO_COMPLEX)
def test_what_would_take_long_is_too_complex_at_once(name: str) -> None:
    text, reason = TOO_COMPLEX[name]

    start = perf_counter()
    (error,) = read(text)

    assert perf_counter() - start < 1
    assert error.extensions is not None
    assert error.extensions["code"] == "QUERY_TOO_COMPLEX"
    assert error.message.startswith("The query is too complex: ")
    assert reason in error.message


def test_the_figures_are_in_the_extensions() -> None:
    (long,) = read("{a" * 5000 + "}" * 5000)
    (chained,) = read(TOO_COMPLEX["a chain of 300 fragments"][0])

    assert long.extensions == {
        "code": "QUERY_TOO_COMPLEX",
        "tokens": 15_000,
        "maxTokens": 5000,
        "nesting": 5000,
        "maxNesting": 100,
    }
    assert chained.extensions == {"code": "QUERY_TOO_COMPLEX", "maxComparisons": MAX_COMPARISONS}


@pytest.mark.parametrize(
    "text",
    [
        "{ __typename } # { { {",
        '{ movies(filter: { search: "{{{ \\" [[[" }) { totalCount } }',
        '{ movies(filter: { search: """ {{{ " "" \\""" [[[ """ }) { totalCount } }',
        '{ movies(filter: { search: "", genres: ["", """"""] }) { totalCount } }',
        "\ufeffquery ($n: Int = -1, $m: [ID!] = [1]) { movies(first: $n) { totalCount } nodes(ids: $m) { ...on Node { id } } }",
    ],
)
def test_brackets_in_texts_and_comments_do_not_nest(text: str) -> None:
    assert check_text(text, replace(DEFAULT_LIMITS, nesting=4)) < 50


@settings(max_examples=100, deadline=None, derandomize=True)
@given(text=from_schema(CATALOGUE))
def test_every_token_of_the_parser_is_counted(text: str) -> None:
    location = parse(text).loc
    assert location
    token, count = location.start_token.next, 0
    while token is not location.end_token and token:
        token, count = token.next, count + 1

    assert check_text(text, replace(DEFAULT_LIMITS, nesting=1000)) == count


@pytest.mark.parametrize("text", ['"""' * 1600, '"\\' * 40_000, '"""\\' * 20_000, '"""' + '\\"""' * 20_000, '"a' * 40_000])
def test_texts_without_an_end_are_read_in_one_go(text: str) -> None:
    start = perf_counter()
    (error,) = read(text)

    assert perf_counter() - start < 1
    assert error.extensions in (
        {"code": "GRAPHQL_PARSE_FAILED"},
        {"code": "QUERY_TOO_COMPLEX", "tokens": 40_000, "maxTokens": 5000},
    )


def test_type_names_that_a_request_defines_are_not_compared() -> None:
    # Telling how alike two names of three thousand letters are would take graphql-core seconds.
    text = f"type {'a' * 3000} {{ x: Int }} query ($v: {'a' * 2999}b) {{ __typename }}"

    start = perf_counter()
    (error,) = read(text)

    assert perf_counter() - start < 1
    assert error.extensions == {"code": "GRAPHQL_VALIDATION_FAILED"}
    assert error.message.endswith("definition is not executable.")


def test_errors_are_bounded_in_number() -> None:
    errors = read("{ viewer {" + " ".join(f"moviee{i}" for i in range(2000)) + "} }")

    assert len(errors) == MAX_ERRORS + 1
    assert errors[-1].message == "Too many validation errors, error limit reached. Validation aborted."
    assert all(error.extensions == {"code": "GRAPHQL_VALIDATION_FAILED"} for error in errors)


@pytest.mark.parametrize("text", ["", "{", "quer { a }", "{ a(b: ) }", "{ a } }", "{ \ud800 }", "{ a(b: 08) }"])
def test_what_does_not_parse_says_so(text: str) -> None:
    (error,) = read(text)

    assert error.message.startswith("Syntax Error: ")
    assert error.extensions == {"code": "GRAPHQL_PARSE_FAILED"}
    assert error.locations


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{ movee { title } }", "Did you mean"),
        ('{ movie(imbdId: "tt1") { title } }', "Did you mean 'imdbId'?"),
        ("{ movies(orderBy: TOP_RATE) { totalCount } }", "Did you mean the enum value 'TOP_RATED' or"),
        ('{ movies(filter: { serch: "x" }) { totalCount } }', "Did you mean 'search'?"),
        ("{ viewer { ... on Usr { id } } }", "Did you mean 'User'?"),
        ("query ($a: MovieFiltr) { movies(filter: $a) { totalCount } }", "Did you mean 'MovieFilter', "),
        ("{ node(id: 1) { title } }", "Did you mean to use an inline fragment on 'Movie'?"),
        ("{ viewer }", "Did you mean 'viewer { ... }'?"),
        ("{ viewer { ...F } } fragment F on Usr { id }", "Did you mean 'User'?"),
        ('mutation { login(input: { usernam: "a", password: "b" }) { user { id } } }', "Did you mean 'username'?"),
    ],
)
def test_hints_are_left_out_when_asked_to(text: str, hint: str) -> None:
    assert any(hint in error.message for error in read(text))

    errors = read(text, hints=False)
    assert errors
    assert not any("Did you mean" in error.message for error in errors)


def test_introspection_can_be_refused() -> None:
    assert read(get_introspection_query()) == []
    assert read("{ __typename }", introspection=False) == []

    error, *_ = read("{ __schema { types { name } } }", introspection=False)
    assert error.extensions == {"code": "GRAPHQL_VALIDATION_FAILED"}
    assert error.message == "GraphQL introspection has been disabled, but the requested query contained the field '__schema'."


def test_circles_of_introspection_are_refused() -> None:
    circle = "fields { type { fields { type { fields { name } } } } }"
    (large,) = read(f"{{ __schema {{ types {{ {circle} }} }} }}")
    (small,) = read(f'{{ __type(name: "Movie") {{ {circle} }} }}')

    assert large.message == "The query is too complex: introspection 12480 of at most 10000."
    assert small.message == "Maximum introspection depth exceeded"
    assert small.extensions == {"code": "GRAPHQL_VALIDATION_FAILED"}


PIECES = ["{", "}", "(", ")", "[", "]", ":", "$", "@", "!", "=", "|", "&", "...", ",", "1", "1e9", "-", "on", "query", "type"]
PIECES += ["fragment", "F", "a", "viewer", "movies", "first", "@skip(if: $a)", "__schema"]
PIECES += ['"', '"""', "\\", "#", "\n", "é", "\ud800", "\0"]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(tokens=st.lists(st.sampled_from(PIECES), max_size=40), separator=st.sampled_from(["", " "]))
def test_no_text_raises_anything_but_a_coded_error(tokens: list[str], separator: str) -> None:
    codes = {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "QUERY_TOO_COMPLEX"}

    for text in (separator.join(tokens), f"{{ {separator.join(tokens)} }}"):
        assert {(error.extensions or {}).get("code") for error in read(text)} <= codes
