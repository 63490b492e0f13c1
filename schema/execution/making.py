"""Functions that do nothing but make objects of a kind: a plan that only reads those objects makes none of them.

What such an object would be made of is read in its place: where there are levels below, a stand-in takes it there.
"""

import ast
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields
from enum import Enum, auto
from typing import Any

from graphql import GraphQLOutputType, get_nullable_type, is_list_type, is_non_null_type

from schema.execution.inlining import expression_of


class Making(Enum):
    """One object, one or on a condition none, or a list of them."""

    ONE = auto()
    ONE_OR_NONE = auto()
    LIST = auto()


def making(function: Callable[..., Any], kind: type) -> Making | None:  # Any: functions of all shapes
    match expression_of(function):
        case ast.ListComp(elt=item) if _is_making(item, function, kind):
            return Making.LIST
        case ast.IfExp(body=ast.Constant(value=None), orelse=item) if _is_making(item, function, kind):
            return Making.ONE_OR_NONE
        case ast.Call() as item if _is_making(item, function, kind):
            return Making.ONE
    return None


def _is_making(expression: ast.expr, function: Callable[..., Any], kind: type) -> bool:  # Any: as above
    match expression:
        case ast.Call(func=ast.Name(id=name), args=[], keywords=keywords) if function.__globals__.get(name) is kind:
            return {each.arg for each in keywords} == set(_fields_of(kind))
    return False


def makings_for(kind: GraphQLOutputType) -> Collection[Making]:
    """How objects may be made for a position of this type, so that none is null where there must be one."""
    nullable = get_nullable_type(kind)
    if is_list_type(nullable):
        return () if is_list_type(get_nullable_type(nullable.of_type)) else (Making.LIST,)
    return (Making.ONE,) if is_non_null_type(kind) else (Making.ONE, Making.ONE_OR_NONE)


def stand_in(kind: type, given: Mapping[str, str]) -> str:
    """An expression for what stands in for an object of which these are the fields, as expressions: its one field, or a tuple of them."""
    parts = [given[name] for name in _fields_of(kind)]
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"


def fields_of_stand_in(kind: type) -> Mapping[str, str]:
    """The fields of the object that the stand-in `o` stands for, as expressions."""
    names = _fields_of(kind)
    return {names[0]: "o"} if len(names) == 1 else {name: f"o[{place}]" for place, name in enumerate(names)}


def _fields_of(kind: type) -> list[str]:
    return [each.name for each in fields(kind) if each.init]
