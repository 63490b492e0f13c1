"""Coercing an operation's variables: graphql-core's way, but for the plain ones, which most are."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLError, GraphQLSchema, NonNullTypeNode, OperationDefinitionNode, get_variable_values, type_from_ast
from graphql.execution.values import VariableValues

from schema.execution.plain_inputs import NotPlain, Read, reader

Coerce = Callable[[dict[str, Any]], VariableValues | list[GraphQLError]]  # Any: JSON


def coercion_of(schema: GraphQLSchema, operation: OperationDefinitionNode) -> Coerce:
    """A function that coerces the variables of one operation, as `get_variable_values` does."""
    definitions = operation.variable_definitions or ()
    try:
        readers = _readers(schema, operation)
    except NotPlain:
        return lambda values: get_variable_values(schema, definitions, values)

    def coerce(values: dict[str, Any]) -> VariableValues | list[GraphQLError]:
        coerced = {}
        try:
            for name, is_required, read in readers:
                if name in values:
                    coerced[name] = read(values[name])
                elif is_required:
                    raise NotPlain
        except NotPlain:
            return get_variable_values(schema, definitions, values)
        return VariableValues({}, coerced)

    return coerce


def _readers(schema: GraphQLSchema, operation: OperationDefinitionNode) -> list[tuple[str, bool, Read]]:
    """Each variable's name, whether there must be a value, and what reads it; raises NotPlain."""
    readers = []
    for definition in operation.variable_definitions or ():
        if definition.default_value is not None:
            raise NotPlain("a default")
        kind: Any = type_from_ast(schema, definition.type)
        readers.append((definition.variable.name.value, isinstance(definition.type, NonNullTypeNode), reader(kind)))
    return readers
