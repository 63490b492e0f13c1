"""Making a plan of an operation: fields that resolve as ours do are taken apart once, and Unplannable is raised at any other."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    FieldNode,
    GraphQLObjectType,
    OperationDefinitionNode,
    OperationType,
)

from schema import executable
from schema.execution.documents import MAX_VARIANTS, Document
from schema.execution.generated import completed
from schema.execution.object_planning import ObjectPlanner
from schema.execution.plans import (
    Plan,
    RootField,
)
from schema.execution.selections import Selections, Unplannable
from schema.relation import relation_of


def plan_of(document: Document, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Plan | None:
    """The plan for an operation with these (coerced) values of the variables that steer it; None where there is none.

    Plans are kept with their document, which is known by its text, and go when it goes.
    """
    name = operation.name.value if operation.name else None
    key = (name, *map(variables.get, document.steering))
    if key not in document.plans:
        if len(document.plans) >= MAX_VARIANTS:
            return None
        document.plans[key] = _made(document, operation, variables)
    return document.plans[key]


def _made(document: Document, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Plan | None:
    try:
        return _planned(Selections(executable, document.ast, variables), operation)
    except Unplannable:
        return None


def _planned(selections: Selections, operation: OperationDefinitionNode) -> Plan:
    root_type = executable.get_root_type(operation.operation)
    if root_type is None or operation.directives:
        raise Unplannable(operation.operation.value)
    fields = selections.fields(root_type, [operation.selection_set])
    if operation.operation is OperationType.MUTATION and len(fields) > 1:
        raise Unplannable("mutations in series: if one fails below, those before it cannot be read again as they were")
    objects = ObjectPlanner(selections, operation)
    roots = [_root(objects, root_type, key, nodes, alone=len(fields) == 1) for key, nodes in fields.items()]
    return Plan(roots, objects.arguments(), objects.expected)


def _root(objects: ObjectPlanner, root_type: GraphQLObjectType, key: str, nodes: Sequence[FieldNode], *, alone: bool) -> RootField:
    if nodes[0].name.value == "__typename":
        return _typename(objects, root_type, key)
    definition, field = objects.definition(root_type, nodes[0])
    function: Any = field.base_resolver.wrapped_func if field and field.base_resolver else None  # Any: functions of all shapes
    if field is None or not inspect.iscoroutinefunction(function):
        raise Unplannable(nodes[0].name.value)
    relation = relation_of(field)
    number = objects.number(definition, field, nodes[0], enums_as_names=relation is not None)
    object_function, completion = objects.completion(definition.type, nodes)
    finish = None
    if completion is None:
        finish = objects.names.function("value, A", completed(definition.type, "value", objects.names, object_function))
    return RootField(key, number, alone, relation.assemble if relation else function, relation, finish, completion)


def _typename(objects: ObjectPlanner, root_type: GraphQLObjectType, key: str) -> RootField:
    async def resolve(_source: None, _info: object) -> str:
        return root_type.name

    return RootField(key, objects.no_arguments(), False, resolve, None, lambda name, _arguments: name, None)
