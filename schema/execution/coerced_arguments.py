"""A field's arguments for a plan: coerced once where they are constant, and passed on where they are plain variables."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInputType,
    GraphQLScalarType,
    NonNullTypeNode,
    OperationDefinitionNode,
    VariableNode,
    get_argument_values,
    get_nullable_type,
    is_non_null_type,
    is_specified_scalar_type,
)
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from schema import schema
from schema.relation import plain

Given = Callable[[Any], Mapping[str, Any]]  # Any: graphql-core's VariableValues; coerced arguments


class CoercedArguments:
    """The arguments of one operation's fields, which are known to be valid."""

    def __init__(self, operation: OperationDefinitionNode) -> None:
        definitions = operation.variable_definitions or ()
        self._required = {each.variable.name.value for each in definitions if isinstance(each.type, NonNullTypeNode)}

    def of(self, definition: GraphQLField, field: StrawberryField, node: FieldNode, *, enums_as_names: bool) -> Given | Mapping[str, Any]:
        """A field's arguments: known now where none names a variable, else a function of the variables."""

        def coerce(arguments: GraphQLField, variables: Any) -> Mapping[str, Any]:
            values = get_argument_values(arguments, node, variables)
            config, registry = schema.config, schema.schema_converter.scalar_registry
            converted = convert_arguments(values, field.arguments, scalar_registry=registry, config=config)
            return plain(converted) if enums_as_names else converted

        named = {each.name.value: each.value for each in node.arguments or () if _names_variables(each.value)}
        if not named:
            return coerce(definition, None)
        direct = _direct_variables(definition, field, named, self._required)
        if direct is None:
            return lambda variables: coerce(definition, variables)
        rest = GraphQLField(definition.type, {name: each for name, each in definition.args.items() if name not in named})
        constant = coerce(rest, None)

        def given(variables: Any) -> Mapping[str, Any]:
            values = variables.coerced
            if all(variable in values for variable in direct.values()):
                return {**constant, **{name: values[variable] for name, variable in direct.items()}}
            return coerce(definition, variables)

        return given


def _direct_variables(
    definition: GraphQLField, field: StrawberryField, named: Mapping[str, Any], required: Collection[str]
) -> dict[str, str] | None:
    """The variables that are passed on as they are, by the parameters' names; None where one needs more than that."""
    direct = {}
    for argument in field.arguments:
        name = argument.graphql_name or to_camel_case(argument.python_name)
        if name in named:
            kind = definition.args[name].type
            if not isinstance(named[name], VariableNode) or not _is_plain(kind):
                return None
            variable = named[name].name.value
            if is_non_null_type(kind) and variable not in required:
                return None  # it has a default, and may be null all the same, which is an error
            direct[argument.python_name] = variable
    return direct if len(direct) == len(named) else None


def _is_plain(kind: GraphQLInputType) -> bool:
    nullable = get_nullable_type(kind)
    return isinstance(nullable, GraphQLScalarType) and is_specified_scalar_type(nullable)


def _names_variables(value: Any) -> bool:
    if isinstance(value, VariableNode):
        return True
    parts = getattr(value, "values", None) or [each.value for each in getattr(value, "fields", None) or ()]
    return any(_names_variables(part) for part in parts)
