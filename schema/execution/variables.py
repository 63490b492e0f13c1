"""Coercing an operation's variables: graphql-core's way, but for the plain ones, which most are."""

from collections.abc import Callable, Sequence
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLError,
    GraphQLID,
    GraphQLSchema,
    GraphQLString,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    get_variable_values,
)
from graphql.execution.values import VariableValues

# What these types take as it is; anything else, even what they would convert, is for graphql-core.
_PLAIN: dict[str, type] = {GraphQLString.name: str, GraphQLID.name: str, GraphQLBoolean.name: bool}

Coerce = Callable[[dict[str, Any]], VariableValues | list[GraphQLError]]  # Any: JSON


def coercion_of(schema: GraphQLSchema, operation: OperationDefinitionNode) -> Coerce:
    """A function that coerces the variables of one operation, as `get_variable_values` does."""
    definitions = operation.variable_definitions or ()
    plain = _plain_types(definitions)

    def coerce(values: dict[str, Any]) -> VariableValues | list[GraphQLError]:
        if plain is not None and len(values) == len(plain):
            for name, kind in plain.items():
                if values.get(name).__class__ is not kind:
                    break
            else:
                return VariableValues({}, values)
        return get_variable_values(schema, definitions, values)

    return coerce


def _plain_types(definitions: Sequence[VariableDefinitionNode]) -> dict[str, type] | None:
    """The Python type of each variable, where all of them are required texts and truth values."""
    plain: dict[str, type] = {}
    for definition in definitions:
        kind = definition.type.type if isinstance(definition.type, NonNullTypeNode) else None
        if not isinstance(kind, NamedTypeNode) or kind.name.value not in _PLAIN:
            return None
        plain[definition.variable.name.value] = _PLAIN[kind.name.value]
    return plain
