"""Functions written for one selection: each assembles an object's answer by plain reads, and checks every leaf as graphql-core does.

Text becomes code here and nowhere else. No part of a client's text enters it but response keys, as Python string literals.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from math import isfinite
from typing import Any, NoReturn

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLNamedType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLString,
    is_list_type,
    is_non_null_type,
)

from schema.execution.selections import Unplannable

# What graphql-core lets through as it is, and times that are written with the answer; everything else (a float for an Int, NaN, None
# for a non-null) is for the standard executor.
_UNCHANGED = {
    GraphQLString.name: "v.__class__ is str",
    GraphQLID.name: "v.__class__ is str",
    GraphQLBoolean.name: "v.__class__ is bool",
    GraphQLInt.name: "v.__class__ is int and -2147483648 <= v <= 2147483647",
    GraphQLFloat.name: "v.__class__ is float and isfinite(v)",
    "DateTime": "v.__class__ is datetime and v.tzinfo is UTC",
}


def _refuse(value: object) -> NoReturn:
    raise Unplannable(f"unexpected {type(value).__name__}")


_AT_HAND: dict[str, Any] = {"refuse": _refuse, "isfinite": isfinite, "datetime": datetime, "UTC": UTC}  # Any: functions of all shapes


class Namespace:
    """The objects that generated code refers to, by the names that it has for them."""

    def __init__(self) -> None:
        self._count = 0
        self._objects = dict(_AT_HAND)

    def name(self, thing: Any) -> str:
        self._objects[name := self.new()] = thing
        return name

    def new(self) -> str:
        """A name that nothing has yet, such as a loop's variable needs."""
        self._count += 1
        return f"n{self._count}"

    def function(self, parameters: str, expression: str) -> Callable[..., Any]:
        """`lambda parameters: expression`."""
        made: Callable[..., Any] = eval(f"lambda {parameters}: {expression}", self._objects)  # noqa: S307  # see the module's docstring
        return made

    def answer(self, entries: Iterable[tuple[str, str]], kind: type | None) -> str:
        """An expression for an object's answer; entries are response keys and expressions. Where there is an `o`, it must be a `kind`."""
        fields = ", ".join(f"{key!r}: {expression}" for key, expression in entries)
        return f"({{{fields}}} if o.__class__ is {self.name(kind)} else refuse(o))" if kind else f"{{{fields}}}"


def completed(kind: GraphQLOutputType, value: str, names: Namespace, object_function: Callable[..., Any] | None) -> str:
    """An expression for what `value`, an expression too, is in the answer. `object_function(object, arguments)` completes objects."""
    nullable = not is_non_null_type(kind)
    inner: Any = kind if nullable else kind.of_type  # type: ignore[union-attr]  # only a non-null type gets there
    if isinstance(inner, GraphQLScalarType) and (unchanged := _UNCHANGED.get(inner.name)):
        allowed = f"{unchanged} or v is None" if nullable else unchanged
        return f"(v if {allowed.replace('v.__class__', f'(v := {value}).__class__', 1)} else refuse(v))"
    if isinstance(inner, GraphQLScalarType | GraphQLEnumType):
        text = f"w if (w := {names.name(inner.coerce_output_value)}(v)) is not None else refuse(v)"
        return f"({'None' if nullable else 'refuse(v)'} if (v := {value}) is None else {text})"
    if is_list_type(inner):
        item = completed(inner.of_type, "item", names, object_function)
        object_function = names.function("items, A", f"[{item} for item in items] if items.__class__ is list else refuse(items)")
    if object_function is None:
        raise Unplannable(f"no plan for {_name(inner)}")
    function = names.name(object_function)
    return f"(None if (v := {value}) is None else {function}(v, A))" if nullable else f"{function}({value}, A)"


def _name(kind: GraphQLNamedType) -> str:
    return kind.name
