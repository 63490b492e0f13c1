"""What is read without graphql-core and strawberry is what these two would have made of it, and what they refuse is left to them."""

from collections.abc import Iterator
from math import inf, nan
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)
from graphql.utilities import coerce_input_value
from strawberry.types.arguments import convert_argument

from schema import executable, schema
from schema.execution.plain_inputs import NotPlain, maker, reader
from schema.inputs import ImportMovieInput, IntRange, MovieFilter, RateMovieInput, UpdateUserInput
from schema.values import RatingScale

ODD: list[Any] = [  # Any: whatever JSON may hold, and NaN
    *(None, True, False, 0, 1, -1, 2**31 - 1, 2**31, -(2**31), 2**53 + 1, 10**400, 0.5, 1.0, -0.0, 1e300, nan, inf, -inf),
    *("", "text", "TEN", "FIVE", "1", [], [None], ["text"], [["text"]], [1], {}, {"unknown": 1}, {"from": 1}, {"from": "1"}),
]

INPUTS = sorted(name for name, kind in executable.type_map.items() if isinstance(kind, GraphQLInputObjectType))
LEAVES = ["String", "ID", "Int", "Float", "Boolean", "RatingScale", "MovieOrder"]


def usual(kind: Any) -> Any:  # Any: an input type; a value that fits it
    nullable = get_nullable_type(kind)
    if is_list_type(nullable):
        return [usual(nullable.of_type)] * 2
    if isinstance(nullable, GraphQLInputObjectType):
        return {name: usual(field.type) for name, field in nullable.fields.items()}
    if isinstance(nullable, GraphQLEnumType):
        return list(nullable.values)[-1]
    assert isinstance(nullable, GraphQLScalarType)
    return {"String": "some text", "ID": "tt0111161", "Int": 7, "Float": 7.5, "Boolean": True}[nullable.name]


def values_for(kind: Any) -> Iterator[Any]:  # Any: as above
    """A usual value, and ones with anything odd in any place, or without it."""
    yield usual(kind)
    yield from ODD
    if isinstance(named := get_named_type(kind), GraphQLInputObjectType):
        whole = usual(named)
        for name, field in named.fields.items():
            yield {each: value for each, value in whole.items() if each != name}
            yield from ({**whole, name: odd} for odd in ODD)
            if is_list_type(get_nullable_type(field.type)):
                yield from ({**whole, name: [*whole[name], odd]} for odd in ODD)
        yield {**whole, "unknown": 1}


@pytest.mark.parametrize("name", [*INPUTS, *LEAVES])
@pytest.mark.parametrize("required", [True, False])
def test_what_is_read_is_what_graphql_core_makes_of_it(name: str, required: bool) -> None:
    named: Any = executable.type_map[name]
    kind = GraphQLNonNull(named) if required else named
    if name == "ImportMovieInput":  # exactly one of its fields must be given: left to graphql-core
        with pytest.raises(NotPlain):
            reader(kind)
        return
    read = reader(kind)
    assert repr(read(usual(kind))) == repr(coerce_input_value(usual(kind), kind))
    for value in values_for(kind):
        try:
            given = read(value)
        except NotPlain:
            continue
        assert coerce_input_value(value, kind) is not Undefined, value
        assert repr(given) == repr(coerce_input_value(value, kind)), value


def test_what_is_not_plain_is_not_read() -> None:
    read = reader(GraphQLNonNull(executable.type_map["RateMovieInput"]))  # type: ignore[arg-type]  # it is an input type
    plain = {"imdbId": "tt0111161", "value": 8}

    assert read(plain) == {"imdbId": "tt0111161", "value": 8.0, "scale": RatingScale.TEN}
    for wrong in (
        None,
        [plain],
        {},
        {"imdbId": "tt0111161"},
        {**plain, "imdbId": 111161},
        {**plain, "value": "8"},
        {**plain, "value": nan},
        {**plain, "value": True},
        {**plain, "value": 10**400},
        {**plain, "scale": None},
        {**plain, "scale": "SEVEN"},
        {**plain, "stars": 8},
    ):
        with pytest.raises(NotPlain):
            read(wrong)


@pytest.mark.parametrize("kind", [ImportMovieInput, IntRange, MovieFilter, RateMovieInput, UpdateUserInput])
def test_what_is_made_is_what_strawberry_makes_of_it(kind: Any) -> None:
    definition = kind.__strawberry_definition__
    named: Any = executable.type_map[definition.name]
    whole = usual(named)
    some = [{name: whole[name] for name in whole if is_non_null_type(named.fields[name].type) or name == only} for only in [None, *whole]]
    for value in [whole, *some] if not named.is_one_of else some[1:]:
        coerced = coerce_input_value(value, named)
        made = maker(kind)(coerced)
        assert made == convert_argument(coerced, kind, schema.schema_converter.scalar_registry, schema.config)
        assert made.__class__ is kind


def test_the_inputs_made_share_no_list() -> None:
    coerced = {"imdbIds": ["tt0111161"]}
    assert maker(MovieFilter)(coerced).imdb_ids is not coerced["imdbIds"]


def test_those_of_other_schemas_are_left_to_their_makers() -> None:
    with pytest.raises(NotPlain):
        reader(GraphQLScalarType("Upload"))
    with pytest.raises(NotPlain):
        maker(bytes)

    tree = GraphQLInputObjectType("Tree", lambda: {"branches": GraphQLInputField(GraphQLList(tree))})
    with pytest.raises(NotPlain):
        reader(tree)
