"""Which fields an operation asks of a type, with fragments written out and `@include` and `@skip` decided.

Raises Unplannable at anything that wants the standard executor, such as `@defer`.
"""

from collections.abc import Collection, Mapping
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    SelectionSetNode,
    VariableNode,
    Visitor,
    visit,
)


class Unplannable(Exception):
    """The operation, or what it met while it ran, is for the standard executor."""


class Selections:
    """The fields of one operation's types, given its variables' values."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:  # Any: coerced values
        self._schema = schema
        self._variables = variables
        self._fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}

    def fields(self, kind: GraphQLObjectType, selection_sets: Collection[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        """The field nodes of an object's answer by response key, in the answer's order."""
        fields: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for selection_set in selection_sets:
            self._collect(kind, selection_set, fields, seen)
        return fields

    def _collect(
        self, kind: GraphQLObjectType, selection_set: SelectionSetNode, fields: dict[str, list[FieldNode]], seen: set[str]
    ) -> None:
        for selection in selection_set.selections:
            if not self._is_included(selection.directives or ()):
                continue
            if isinstance(selection, FieldNode):
                key = selection.alias.value if selection.alias else selection.name.value
                fields.setdefault(key, []).append(selection)
                continue
            fragment: Any = selection  # Any: a spread's definition or an inline fragment, alike but for the condition
            if isinstance(selection, FragmentSpreadNode):
                if selection.name.value in seen:
                    continue
                seen.add(selection.name.value)
                fragment = self._fragments[selection.name.value]
            if self._applies(fragment.type_condition, kind):
                self._collect(kind, fragment.selection_set, fields, seen)

    def _applies(self, condition: Any, kind: GraphQLObjectType) -> bool:  # Any: a NamedTypeNode or None
        if condition is None or condition.name.value == kind.name:
            return True
        named = self._schema.get_type(condition.name.value)
        return isinstance(named, GraphQLInterfaceType | GraphQLUnionType) and self._schema.is_sub_type(named, kind)

    def _is_included(self, directives: Collection[DirectiveNode]) -> bool:
        for directive in directives:
            if directive.name.value not in ("include", "skip"):
                raise Unplannable(f"@{directive.name.value}")
            if self._condition(directive) is (directive.name.value == "skip"):
                return False
        return True

    def _condition(self, directive: DirectiveNode) -> bool:
        [argument] = directive.arguments or ()
        if isinstance(argument.value, VariableNode):
            value = self._variables[argument.value.name.value]
            if not isinstance(value, bool):
                raise Unplannable("null where a directive needs a truth value")
            return value
        return isinstance(argument.value, BooleanValueNode) and argument.value.value


def steering_variables(document: DocumentNode) -> frozenset[str]:
    """The variables that decide which fields are asked for."""
    steering = _Steering()
    visit(document, steering)
    return frozenset(steering.names)


class _Steering(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_path: object) -> None:
        values = (argument.value for argument in node.arguments or ())
        self.names |= {value.name.value for value in values if isinstance(value, VariableNode)}
