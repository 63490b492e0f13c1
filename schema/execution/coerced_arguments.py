"""A field's arguments for a plan: coerced once where they are constant, and passed on where they are plain variables."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    NonNullTypeNode,
    OperationDefinitionNode,
    VariableNode,
    get_argument_values,
    is_non_null_type,
)
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from schema import schema
from schema.execution.plain_inputs import NotPlain, Read, maker
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
        try:
            direct = list(_direct_variables(definition, field, named, self._required))
        except NotPlain:
            return lambda variables: coerce(definition, variables)
        rest = GraphQLField(definition.type, {name: each for name, each in definition.args.items() if name not in named})
        constant = coerce(rest, None)

        def given(variables: Any) -> Mapping[str, Any]:
            values, arguments = variables.coerced, dict(constant)
            for name, variable, make in direct:
                if variable not in values:
                    return coerce(definition, variables)
                arguments[name] = make(values[variable])
            return plain(arguments) if enums_as_names else arguments

        return given


def _direct_variables(
    definition: GraphQLField, field: StrawberryField, named: Mapping[str, Any], required: Collection[str]
) -> Iterator[tuple[str, str, Read]]:
    """Each parameter's name, the variable that it is given, and what makes the one of the other; raises NotPlain."""
    for argument in field.arguments:
        name = schema.config.name_converter.from_argument(argument)
        if name in named:
            if not isinstance(named[name], VariableNode):
                raise NotPlain(name)
            variable = named[name].name.value
            if is_non_null_type(definition.args[name].type) and variable not in required:
                raise NotPlain("it has a default, and may be null all the same, which is an error")
            yield argument.python_name, variable, maker(argument.type)


def _names_variables(value: Any) -> bool:
    if isinstance(value, VariableNode):
        return True
    parts = getattr(value, "values", None) or [each.value for each in getattr(value, "fields", None) or ()]
    return any(_names_variables(part) for part in parts)
