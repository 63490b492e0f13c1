"""Planning what is below an operation's roots: what objects' fields take, level by level.

Fields are plain methods of `self` and their arguments, attributes, and relations (schema/relation.py). Unplannable is raised at others.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    OperationDefinitionNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)
from strawberry.types.field import StrawberryField

from schema import executable
from schema.execution.coerced_arguments import CoercedArguments, Given
from schema.execution.generated import Namespace, completed
from schema.execution.inlining import Call, Code, NotWritten, Subject
from schema.execution.making import Making, fields_of_stand_in, making, makings_for, stand_in
from schema.execution.plans import (
    Arguments,
    CompleteByClass,
    CompleteList,
    CompleteNullable,
    Completion,
    Loading,
    ObjectPlan,
    Pair,
    Step,
    column,
)
from schema.execution.selections import Selections, Unplannable
from schema.relation import RelationField, relation_of

MOST_WRITTEN_OUT = 10_000
"""Characters. Usual operations stay far below; those of fragments in fragments would take long to write, and much room."""


class ObjectPlanner:
    """Plans the objects of one operation. The fields' arguments are numbered as they are met, and coerced once a run, however many
    objects ask.
    """

    def __init__(self, selections: Selections, operation: OperationDefinitionNode) -> None:
        self.names = Namespace()
        self.expected: set[Pair] = set()
        """What the operation will ask of what: see Plan."""
        self._selections = selections
        self._coerced = CoercedArguments(operation)
        self._given: list[Given | Mapping[str, Any]] = []  # Any: coerced arguments
        self._numbers: dict[tuple[int, int], int] = {}
        self._objects: dict[tuple[str | int, ...], ObjectPlan] = {}
        self._written_out = 0
        self._relation_above: RelationField | None = None

    def arguments(self) -> Callable[[Any], Arguments]:
        """What gives all fields' arguments of the variables' values; to be called when everything is planned."""
        given = tuple(self._given)
        if not any(callable(each) for each in given):
            constant = [each for each in given if not callable(each)]
            return lambda _variables: constant
        return lambda variables: [each(variables) if callable(each) else each for each in given]

    def no_arguments(self) -> int:
        """The number of a field that takes none."""
        self._given.append({})
        return len(self._given) - 1

    def definition(self, kind: GraphQLObjectType, node: FieldNode) -> tuple[GraphQLField, StrawberryField | None]:
        definition = kind.fields.get(node.name.value)
        if definition is None:
            raise Unplannable(node.name.value)  # __schema, __type
        field: StrawberryField | None = (definition.extensions or {}).get("strawberry-definition")
        if field is not None and (field.extensions or field.permission_classes):
            raise Unplannable(f"{node.name.value} has rules of its own")
        return definition, field

    def number(self, definition: GraphQLField, field: StrawberryField, node: FieldNode, *, enums_as_names: bool) -> int:
        """Where in `A` a field's arguments stand; once, however often it is written out."""
        key = id(definition), id(node)
        if key not in self._numbers:
            self._numbers[key] = len(self._given)
            self._given.append(self._coerced.of(definition, field, node, enums_as_names=enums_as_names))
        return self._numbers[key]

    def completion(self, kind: GraphQLOutputType, nodes: Sequence[FieldNode]) -> tuple[Callable[..., Any] | None, Completion | None]:
        """How objects of this type are completed: a function for plain ones, or a completion for what needs steps; neither for leaves."""
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

    def _object(self, kind: GraphQLObjectType, nodes: Sequence[FieldNode], *, unmade: bool = False) -> ObjectPlan:
        """Made once, however often fragments repeat it: written out, a small document may have millions of fields.

        The plan is for objects, or where they are `unmade` for what stands in for them.
        """
        key: tuple[str | int | bool, ...] = (kind.name, unmade, *map(id, nodes))
        if key not in self._objects:
            python_type = _python_type(kind)
            subject = self._unmade(kind, fields_of_stand_in(python_type)) if unmade else Subject(python_type)
            plan = self._objects[key] = ObjectPlan(self.names)
            plan.answer = self._answer(kind, nodes, subject, plan)
        return self._objects[key]

    def _answer(self, kind: GraphQLObjectType, nodes: Sequence[FieldNode], subject: Subject, plan: ObjectPlan) -> str:
        """An expression for an object's answer; what its fields take more than reading becomes steps of the plan."""
        selection_sets = [node.selection_set for node in nodes if node.selection_set]
        fields = self._selections.fields(kind, selection_sets).items()
        entries = [(key, self._entry(kind, field_nodes, subject, plan)) for key, field_nodes in fields]
        return self.names.answer(entries, subject.kind if subject.fields is None else None)

    def _entry(self, kind: GraphQLObjectType, nodes: Sequence[FieldNode], subject: Subject, plan: ObjectPlan) -> str:
        """An expression for one field of an object's answer."""
        if nodes[0].name.value == "__typename":
            return repr(kind.name)
        definition, field = self.definition(kind, nodes[0])
        if field is None:
            raise Unplannable(nodes[0].name.value)
        place = len(plan.steps)
        call = self._call(definition, field, nodes[0], subject, plan)
        with self._below(relation_of(field)):
            if call and (entry := self._entry_of_unmade(definition.type, nodes, call, plan, place)):
                return entry
            value = call.written() if call else subject.read(field.python_name)
            object_function, completion = self.completion(definition.type, nodes)
        if completion is None:
            return completed(definition.type, value, self.names, object_function)
        return self._add_level(plan, place, value, completion)

    @contextmanager
    def _below(self, relation: RelationField | None) -> Iterator[None]:
        """While what is below a field is planned, which may follow a relation."""
        above = self._relation_above
        self._relation_above = relation or above
        yield
        self._relation_above = above

    def _call(self, definition: GraphQLField, field: StrawberryField, node: FieldNode, subject: Subject, plan: ObjectPlan) -> Call | None:
        """The call that gives a field's value, after a step that loads what a relation leads to; None for an attribute."""
        function: Any = field.base_resolver.wrapped_func if field.base_resolver else None
        if function is None:
            return None
        relation = relation_of(field)
        given, more = self._given_to(definition, field, node, enums_as_names=relation is not None)
        if relation is None:
            _require_plain(function)
            [itself] = _first(function, 1)
            return Call(function, {itself: subject, **given}, self.names, more)
        context, row = _first(relation.key, 2)
        key = Call(relation.key, {context: Code("context"), row: Code(_row_of(subject)), **given}, self.names, more)
        keys = self.names.function("objects, context, A", f"[{key.written()} for o in objects]")
        itself, value = _first(relation.assemble, 2)
        loaded = Code(column(len(plan.steps)))
        plan.steps.append(Step(Loading(keys, relation.batch)))
        if self._relation_above:
            self.expected.add((self._relation_above.batch, relation.batch))
        return Call(relation.assemble, {itself: subject, value: loaded, **given}, self.names, more)

    def _given_to(
        self, definition: GraphQLField, field: StrawberryField, node: FieldNode, *, enums_as_names: bool
    ) -> tuple[Mapping[str, Any], str | None]:
        """A field's arguments: those that are constant, and an expression for those that variables change."""
        if not field.arguments:
            return {}, None
        number = self.number(definition, field, node, enums_as_names=enums_as_names)
        given = self._given[number]
        return ({}, f"A[{number}]") if callable(given) else (given, None)

    def _entry_of_unmade(self, kind: GraphQLOutputType, nodes: Sequence[FieldNode], call: Call, plan: ObjectPlan, place: int) -> str | None:
        """The entry of a field that makes objects for nothing but their fields, which goes without them; None for any other field."""
        named = get_named_type(kind)
        if not isinstance(named, GraphQLObjectType) or (made := making(call.function, _python_type(named))) not in makings_for(kind):
            return None
        below = self._object(named, nodes, unmade=True)
        if self._may_write_out(below) and (not below.steps or (made is Making.ONE and place == len(plan.steps))):
            return call.written_with(lambda fields: self._answer(named, nodes, self._unmade(named, fields), plan))
        as_stand_in = partial(stand_in, _python_type(named))
        if not below.steps:
            function = self.names.name(below.plain)
            return call.written_with(lambda fields: f"{function}({as_stand_in(fields)}, A)")
        values = call.written_with(as_stand_in)
        return None if values is None else self._add_level(plan, place, values, _completion_of(kind, {_python_type(named): below}))

    def _may_write_out(self, below: ObjectPlan) -> bool:
        """Whether to write a plan out once more where it is used; where that comes to too much it is called, so that it is written once."""
        self._written_out += len(below.answer)
        return self._written_out <= MOST_WRITTEN_OUT

    def _unmade(self, kind: GraphQLObjectType, fields: Mapping[str, str]) -> Subject:
        arguments = ", ".join(f"{name}={expression}" for name, expression in fields.items())
        return Subject(_python_type(kind), f"{self.names.name(_python_type(kind))}({arguments})", fields)

    def _add_level(self, plan: ObjectPlan, place: int, value: str, completion: Completion) -> str:
        """Let a step complete objects, each of which is given by this expression of `o` and what was loaded for it."""
        name = column(place)
        if len(plan.steps) == place:
            plan.steps.append(Step(None, self.names.function("objects, A, _", f"[{value} for o in objects]"), completion))
        elif value == name:
            plan.steps[place] = replace(plan.steps[place], completion=completion)
        else:
            write = self.names.function("objects, A, loaded", f"[{value} for o, {name} in zip(objects, loaded)]")
            plan.steps[place] = replace(plan.steps[place], write=write, completion=completion)
        return name


def _row_of(subject: Subject) -> str:
    """An expression for the row that relations lead from."""
    try:
        return subject.read("row")
    except NotWritten:
        raise Unplannable(f"{subject.kind.__name__} has no row") from None


def _first(function: Callable[..., Any], count: int) -> list[str]:
    """The names of a function's first parameters."""
    return list(inspect.signature(function).parameters)[:count]


def _completion_of(kind: GraphQLOutputType, plans: Mapping[type, ObjectPlan]) -> Completion:
    nullable = get_nullable_type(kind)
    completion: Completion
    if is_list_type(nullable):
        completion = CompleteList(_completion_of(nullable.of_type, plans))
    else:
        completion = next(iter(plans.values())) if len(plans) == 1 else CompleteByClass(plans)
    return completion if is_non_null_type(kind) else CompleteNullable(completion)


def _require_plain(function: Any) -> None:
    if inspect.iscoroutinefunction(function) or "info" in inspect.signature(function).parameters:
        raise Unplannable(function.__name__)


def _python_type(kind: GraphQLObjectType) -> type:
    origin: type = kind.extensions["strawberry-definition"].origin
    return origin
