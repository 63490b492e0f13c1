"""Making a plan of an operation: fields that resolve as ours do are taken apart once, and Unplannable is raised at any other.

Ours are plain methods of `self` and their arguments, attributes, relations (schema/relation.py), and asynchronous roots.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
    is_list_type,
    is_non_null_type,
)
from strawberry.types.field import StrawberryField

from schema import executable
from schema.execution.coerced_arguments import CoercedArguments, Given
from schema.execution.documents import MAX_VARIANTS, Document
from schema.execution.generated import Namespace, completed
from schema.execution.inlining import written_out
from schema.execution.plans import Arguments, CompleteList, CompleteObject, Completion, ObjectPlan, Plan, RootField, Step
from schema.execution.selections import Selections, Unplannable
from schema.relation import RelationField


def plan_of(document: Document, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Plan | None:
    """The plan for an operation with these (coerced) values of the variables that steer it; None where there is none.

    Plans are kept with their document, which is known by its text, and go when it goes.
    """
    name = operation.name.value if operation.name else None
    key = (name, tuple(variables.get(each) for each in document.steering))
    if key not in document.plans:
        if len(document.plans) >= MAX_VARIANTS:
            return None
        document.plans[key] = _made(document, operation, variables)
    return document.plans[key]


def _made(document: Document, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Plan | None:
    try:
        return Planner(Selections(executable, document.ast, variables), operation).plan()
    except Unplannable:
        return None


class Planner:
    """Plans one operation. The fields' arguments are numbered as they are met, and coerced once a run, however many objects ask."""

    def __init__(self, selections: Selections, operation: OperationDefinitionNode) -> None:
        self._selections = selections
        self._operation = operation
        self._names = Namespace()
        self._coerced = CoercedArguments(operation)
        self._given: list[Given | Mapping[str, Any]] = []
        self._objects: dict[tuple[str | int, ...], ObjectPlan] = {}

    def plan(self) -> Plan:
        root_type = executable.get_root_type(self._operation.operation)
        if root_type is None or self._operation.directives:
            raise Unplannable(self._operation.operation.value)
        fields = self._selections.fields(root_type, [self._operation.selection_set])
        if self._operation.operation is OperationType.MUTATION and len(fields) > 1:
            raise Unplannable("mutations in series: if one fails below, those before it cannot be read again as they were")
        roots = [self._root(root_type, key, nodes, alone=len(fields) == 1) for key, nodes in fields.items()]
        return Plan(roots, self._arguments())

    def _arguments(self) -> Callable[[Any], Arguments]:
        given = tuple(self._given)
        if not any(callable(each) for each in given):
            constant = [each for each in given if not callable(each)]
            return lambda _variables: constant
        return lambda variables: [each(variables) if callable(each) else each for each in given]

    def _root(self, root_type: GraphQLObjectType, key: str, nodes: Sequence[FieldNode], *, alone: bool) -> RootField:
        if nodes[0].name.value == "__typename":
            return self._typename(root_type, key)
        definition, field = self._definition(root_type, nodes[0])
        function: Any = field.base_resolver.wrapped_func if field and field.base_resolver else None
        if field is None or not inspect.iscoroutinefunction(function):
            raise Unplannable(nodes[0].name.value)
        relation: RelationField | None = getattr(function, "relation_field", None)
        number = self._number(definition, field, nodes[0], enums_as_names=relation is not None)
        object_function, completion = self._completion(definition.type, nodes)
        finish = None
        if completion is None:
            finish = self._names.function("value, A", completed(definition.type, "value", self._names, object_function))
        return RootField(key, number, alone, relation.assemble if relation else function, relation, finish, completion)

    def _typename(self, root_type: GraphQLObjectType, key: str) -> RootField:
        async def resolve(_source: None, _info: Any) -> str:
            return root_type.name

        self._given.append({})
        return RootField(key, len(self._given) - 1, False, resolve, None, lambda name, _arguments: name, None)

    def _definition(self, kind: GraphQLObjectType, node: FieldNode) -> tuple[GraphQLField, StrawberryField | None]:
        definition = kind.fields.get(node.name.value)
        if definition is None:
            raise Unplannable(node.name.value)  # __schema, __type
        field: StrawberryField | None = (definition.extensions or {}).get("strawberry-definition")
        if field is not None and (field.extensions or field.permission_classes):
            raise Unplannable(f"{node.name.value} has rules of its own")
        return definition, field

    def _number(self, definition: GraphQLField, field: StrawberryField, node: FieldNode, *, enums_as_names: bool) -> int:
        self._given.append(self._coerced.of(definition, field, node, enums_as_names=enums_as_names))
        return len(self._given) - 1

    def _completion(self, kind: GraphQLOutputType, nodes: Sequence[FieldNode]) -> tuple[Callable[..., Any] | None, Completion | None]:
        """How values of this type are completed: a function for plain objects, or a completion for what needs steps; neither for leaves."""
        named = get_named_type(kind)
        if isinstance(named, GraphQLObjectType):
            kinds = [named]
        elif isinstance(named, GraphQLInterfaceType):
            kinds = list(executable.get_possible_types(named))
        else:
            return None, None
        plans = {_python_type(each): self._object(each, nodes) for each in kinds}
        if len(plans) == 1 and not (only := next(iter(plans.values()))).steps:
            return only.plain, None
        return None, _completion_of(kind, plans)

    def _object(self, kind: GraphQLObjectType, nodes: Sequence[FieldNode]) -> ObjectPlan:
        """Made once, however often fragments repeat it: written out, a small document may have millions of fields."""
        key: tuple[str | int, ...] = (kind.name, *map(id, nodes))
        if key not in self._objects:
            self._objects[key] = self._new_object(kind, nodes)
        return self._objects[key]

    def _new_object(self, kind: GraphQLObjectType, nodes: Sequence[FieldNode]) -> ObjectPlan:
        plan, entries = ObjectPlan(), []
        selection_sets = [node.selection_set for node in nodes if node.selection_set]
        for key, field_nodes in self._selections.fields(kind, selection_sets).items():
            entries.append((key, self._entry(kind, field_nodes, plan)))
        answer = self._names.answer(entries, _python_type(kind))
        if plan.steps:
            columns = [f"c{index}" for index in range(len(plan.steps))]
            rows = f"[{answer} for o, {', '.join(columns)} in zip(objects, {', '.join(columns)})]"
            plan.assemble = self._names.function(f"objects, A, {', '.join(columns)}", rows)
        else:
            plan.plain = self._names.function("o, A", answer)
            plan.assemble = self._names.function("objects, A", f"[{answer} for o in objects]")
        return plan

    def _entry(self, kind: GraphQLObjectType, nodes: Sequence[FieldNode], plan: ObjectPlan) -> str:
        """The expression for one field of the object `o`; where it takes more, a step of the plan and its column."""
        node = nodes[0]
        if node.name.value == "__typename":
            return repr(kind.name)
        definition, field = self._definition(kind, node)
        if field is None:
            raise Unplannable(node.name.value)
        object_function, completion = self._completion(definition.type, nodes)
        function: Any = field.base_resolver.wrapped_func if field.base_resolver else None
        relation: RelationField | None = getattr(function, "relation_field", None)
        if relation is None and completion is None:
            return completed(definition.type, self._read(definition, field, node, function), self._names, object_function)
        number = self._number(definition, field, node, enums_as_names=relation is not None) if relation or field.arguments else -1
        if number < 0:
            self._given.append({})
            number = len(self._given) - 1
        plan.steps.append(Step(number, *self._step_function(field, function, relation), completion))
        column = f"c{len(plan.steps) - 1}"
        return column if completion else completed(definition.type, column, self._names, object_function)

    def _step_function(
        self, field: StrawberryField, function: Any, relation: RelationField | None
    ) -> tuple[Callable[..., Any], RelationField | None]:
        if relation is not None:
            return relation.assemble, relation
        if function is None:
            name = field.python_name
            return (lambda each: getattr(each, name)), None
        _require_plain(function)
        return function, None

    def _read(self, definition: GraphQLField, field: StrawberryField, node: FieldNode, function: Any) -> str:
        if function is None:
            return f"o.{field.python_name}"
        _require_plain(function)
        given = self._coerced.of(definition, field, node, enums_as_names=False) if field.arguments else {}
        if callable(given):
            self._given.append(given)
            return f"{self._names.name(function)}(o, **A[{len(self._given) - 1}])"
        if expression := written_out(function, given, self._names):
            return f"({expression})"
        defaults = inspect.signature(function).parameters
        changed = {name: value for name, value in given.items() if defaults[name].default is not value}
        return f"{self._names.name(partial(function, **changed) if changed else function)}(o)"


def _completion_of(kind: GraphQLOutputType, plans: Mapping[type, ObjectPlan]) -> Completion:
    nullable = not is_non_null_type(kind)
    inner: Any = kind if nullable else kind.of_type  # type: ignore[union-attr]  # only a non-null type gets there
    if is_list_type(inner):
        return CompleteList(_completion_of(inner.of_type, plans), nullable)
    return CompleteObject(plans, nullable)


def _require_plain(function: Any) -> None:
    if inspect.iscoroutinefunction(function) or "info" in inspect.signature(function).parameters:
        raise Unplannable(function.__name__)


def _python_type(kind: GraphQLObjectType) -> type:
    origin: type = kind.extensions["strawberry-definition"].origin
    return origin
