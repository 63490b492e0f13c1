"""The arguments that an operation gives, read from its text and its variables before any of them is checked."""

from collections.abc import Mapping

from graphql import (
    BooleanValueNode,
    FieldNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    ValueNode,
    VariableNode,
)

_DIGITS_OF_AN_INT = 10


class Arguments:
    """Argument values of one operation; `read` collects the names of the variables that were looked at.

    Values of the wrong type are told apart only as far as counting needs it, since their errors are found elsewhere:
    a text or an enum value is "", and an integer that no GraphQL Int holds is some other one.
    """

    def __init__(self, operation: OperationDefinitionNode, variables: Mapping[str, object]) -> None:
        self.read: set[str] = set()
        self._variables = variables
        self._defaults = {
            each.variable.name.value: each.default_value for each in operation.variable_definitions or () if each.default_value
        }

    def get(self, node: FieldNode, path: tuple[str, ...]) -> object:
        """The value at a path of names, such as ("input", "imdbIds"); None where it is absent or null."""
        name, *names = path
        value = next((self._value(each.value) for each in node.arguments or () if each.name.value == name), None)
        for name in names:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def count(self, node: FieldNode, path: tuple[str, ...]) -> int:
        """How many values there are at a path: those of a list, one of anything else, none of null."""
        value = self.get(node, path)
        return len(value) if isinstance(value, list) else int(value is not None)

    def excluded(self, selection: SelectionNode) -> bool:
        """Whether `@skip` or `@include` leaves the selection out."""
        return any(
            self._value(argument.value) is (directive.name.value == "skip")
            for directive in selection.directives or ()
            if directive.name.value in ("skip", "include")
            for argument in directive.arguments or ()
            if argument.name.value == "if"
        )

    def _value(self, node: ValueNode) -> object:
        match node:
            case VariableNode():
                return self._variable(node.name.value)
            case ListValueNode():
                return [self._value(each) for each in node.values]
            case ObjectValueNode():
                return {each.name.value: self._value(each.value) for each in node.fields}
            case IntValueNode():
                return int(node.value[:_DIGITS_OF_AN_INT])
            case BooleanValueNode():
                return node.value
            case _:
                return None if isinstance(node, NullValueNode) else ""

    def _variable(self, name: str) -> object:
        self.read.add(name)
        if name in self._variables:
            return self._variables[name]
        default = self._defaults.get(name)
        # A default is a constant by the grammar, so that this ends.
        return self._value(default) if default else None
