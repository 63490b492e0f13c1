"""Variables that are what they should be, read without asking graphql-core and strawberry, who take long over objects.

A reader gives what graphql-core makes of a variable's value, and a maker what strawberry makes of that. Both are put together once
for a type. A value that is anything else than what its type expects, even what would be converted, raises NotPlain: then those
two read it, and say what is wrong with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from math import isfinite
from typing import Any

import strawberry
from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLString,
    Undefined,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
)
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_value
from strawberry.types.base import StrawberryList, StrawberryObjectDefinition, StrawberryOptional, has_object_definition
from strawberry.types.enum import StrawberryEnumDefinition

from schema import schema

MAX_INT = 2**31 - 1
LARGEST_EXACT = 2**53
"""Up to it a float is exactly what a whole number says."""

Read = Callable[[Any], Any]  # Any: JSON, or what was read from it


class NotPlain(Exception):
    """A value of another kind than its type expects, or a type whose values are not read here."""


def reader(kind: GraphQLInputType) -> Read:
    """What gives graphql-core's value of a variable of this type; raises NotPlain for a type that takes more than reading."""
    return _reader(kind, within=())


def _reader(kind: GraphQLInputType, within: tuple[str, ...]) -> Read:
    if is_non_null_type(kind):
        return _non_null_reader(kind.of_type, within)
    read = _non_null_reader(kind, within)
    return lambda value: None if value is None else read(value)


def _non_null_reader(kind: Any, within: tuple[str, ...]) -> Read:  # Any: a nullable input type
    """For its values other than null."""
    if is_list_type(kind):
        return _list_reader(_reader(kind.of_type, within))
    if isinstance(kind, GraphQLInputObjectType):
        if kind.is_one_of or kind.name in within:
            raise NotPlain(kind.name)
        return _object_reader(kind, (*within, kind.name))
    if isinstance(kind, GraphQLEnumType):
        return _enum_reader({name: coerce_input_value(name, kind) for name in kind.values})
    if kind.name not in _LEAVES:
        raise NotPlain(kind.name)
    return _LEAVES[kind.name]


def _list_reader(read: Read) -> Read:
    def read_list(value: Any) -> Any:
        if value.__class__ is not list:
            raise NotPlain
        return [read(item) for item in value]

    return read_list


def _enum_reader(values: Mapping[str, Any]) -> Read:  # Any: whatever stands for a name
    def read_enum(value: Any) -> Any:
        if value.__class__ is not str or value not in values:
            raise NotPlain
        return values[value]

    return read_enum


def _object_reader(kind: GraphQLInputObjectType, within: tuple[str, ...]) -> Read:
    fields = [
        (name, each.out_name or name, _reader(each.type, within), is_required_input_field(each), coerce_default_value(each))
        for name, each in kind.fields.items()
    ]

    def read_object(value: Any) -> Any:
        if value.__class__ is not dict:
            raise NotPlain
        read_fields, known = {}, 0
        for name, out_name, read, is_required, default in fields:
            if name in value:
                read_fields[out_name] = read(value[name])
                known += 1
            elif is_required:
                raise NotPlain
            elif default is not Undefined:
                read_fields[out_name] = default
        if known != len(value):
            raise NotPlain
        return read_fields

    return read_object


def _read_text(value: Any) -> Any:
    if value.__class__ is not str:
        raise NotPlain
    return value


def _read_boolean(value: Any) -> Any:
    if value.__class__ is not bool:
        raise NotPlain
    return value


def _read_int(value: Any) -> Any:
    if value.__class__ is not int or not -MAX_INT <= value <= MAX_INT:
        raise NotPlain
    return value


def _read_float(value: Any) -> Any:
    if value.__class__ is float and isfinite(value):
        return value
    if value.__class__ is int and -LARGEST_EXACT <= value <= LARGEST_EXACT:
        return float(value)
    raise NotPlain


_LEAVES: Mapping[str, Read] = {
    GraphQLString.name: _read_text,
    GraphQLID.name: _read_text,
    GraphQLBoolean.name: _read_boolean,
    GraphQLInt.name: _read_int,
    GraphQLFloat.name: _read_float,
}


def maker(kind: Any) -> Read:  # Any: a strawberry type, or a class
    """What gives strawberry's value of what graphql-core has made of an argument; raises NotPlain for a type that takes more."""
    if kind.__class__ is StrawberryOptional:  # and no Maybe, which is one too
        make = maker(kind.of_type)
        return lambda value: None if value is None else make(value)
    if isinstance(kind, StrawberryList):
        item = maker(kind.of_type)
        return lambda value: [item(each) for each in value]
    if has_object_definition(kind):
        return _object_maker(kind, kind.__strawberry_definition__)
    if isinstance(kind, StrawberryEnumDefinition) or kind in (str, int, float, bool, strawberry.ID):
        return _same
    raise NotPlain(repr(kind))


def _same(value: Any) -> Any:
    return value


def _object_maker(kind: type, definition: StrawberryObjectDefinition) -> Read:
    if definition.from_input is not None:
        raise NotPlain(definition.name)
    name_of = schema.config.name_converter.from_field
    fields = [(name_of(each), each.python_name, maker(each.resolve_type(type_definition=definition))) for each in definition.fields]
    absent = {each.python_name: None for each in definition.fields if each.default_value is MISSING and each.default_factory is MISSING}

    def make_object(value: Any) -> Any:
        return kind(**{**absent, **{python_name: make(value[name]) for name, python_name, make in fields if name in value}})

    return make_object
