"""Plans: how one operation is answered a level at a time, with one statement for each relation of a level.

A plan's parts hold everything that is known before values are: functions, relations, and where each field's arguments stand in the
list `A` of one run. What is unusual (an exception, null where there must be none) raises, and the standard executor takes over.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from typing import Any, NamedTuple, Protocol

from resolvers.context import Context
from schema.execution.selections import Unplannable
from schema.relation import RelationField

Values = Sequence[Any]  # Any: whatever fields are
Arguments = Sequence[Mapping[str, Any]]  # Any: coerced arguments, by the fields' numbers


class Run(NamedTuple):
    """One execution of a plan."""

    context: Context
    arguments: Arguments


class Completion(Protocol):
    """Turns values into what they are in the answer, all values of a level at once."""

    async def complete(self, values: Values, run: Run) -> Values: ...


@dataclass(frozen=True)
class CompleteList:
    item: Completion
    nullable: bool

    async def complete(self, values: Values, run: Run) -> Values:
        if not self.nullable:
            completed = iter(await self.item.complete(list(chain.from_iterable(values)), run))
            return [list(islice(completed, len(items))) for items in values]
        completed = iter(await self.item.complete([item for items in values if items is not None for item in items], run))
        return [None if items is None else list(islice(completed, len(items))) for items in values]


@dataclass(frozen=True)
class CompleteObject:
    plans: Mapping[type, "ObjectPlan"]
    nullable: bool

    async def complete(self, values: Values, run: Run) -> Values:
        if len(self.plans) == 1 and not self.nullable:
            [plan] = self.plans.values()
            return await plan.complete(values, run)  # which raises at None
        answers: list[Any] = [None] * len(values)
        places: dict[type, list[int]] = {}
        for place, value in enumerate(values):
            if value is not None:
                places.setdefault(type(value), []).append(place)
            elif not self.nullable:
                raise Unplannable("null in a non-null position")
        for kind, found in places.items():
            completed = await self.plans[kind].complete([values[place] for place in found], run)
            for place, answer in zip(found, completed, strict=True):
                answers[place] = answer
        return answers


@dataclass(frozen=True)
class Step:
    """A field that is more than a plain read: through a relation, or to objects that have such fields themselves."""

    number: int
    function: Callable[..., Any]
    relation: RelationField | None
    completion: Completion | None

    def values(self, objects: Values, run: Run, found: Values | None) -> Values:
        arguments = run.arguments[self.number]
        function = partial(self.function, **arguments) if arguments else self.function
        return list(map(function, objects)) if found is None else list(map(function, objects, found))


@dataclass
class ObjectPlan:
    """One type's selection. `assemble(objects, A, columns)` puts plain fields and the steps' columns together.

    A plan without steps is `plain(object, A)` alone, and is called by the functions of the objects that hold it.
    """

    steps: list[Step] = field(default_factory=list)
    assemble: Callable[..., Values] = field(init=False)
    plain: Callable[..., Any] = field(init=False)

    async def complete(self, objects: Values, run: Run) -> Values:
        found = await self._follow(objects, run) if any(step.relation for step in self.steps) else {}
        columns = []
        for step in self.steps:
            values = step.values(objects, run, found.get(step.number))
            columns.append(values if step.completion is None else await step.completion.complete(values, run))
        return self.assemble(objects, run.arguments, *columns)

    async def _follow(self, objects: Values, run: Run) -> dict[int, Values]:
        """What each relation leads to from each object: one call of each batch function, whichever fields share it."""
        keys: dict[int, list[Any]] = {}
        wanted: dict[Any, dict[Any, None]] = {}
        for step in self.steps:
            if step.relation is not None:
                key, arguments = step.relation.key, run.arguments[step.number]
                keys[step.number] = [key(run.context, each.row, **arguments) for each in objects]
                wanted.setdefault(step.relation.batch, {}).update(dict.fromkeys(keys[step.number]))
        loaded = {}
        for batch, all_keys in wanted.items():
            all_keys.pop(None, None)
            loaded[batch] = await run.context.loaders.load_many(batch, all_keys)
        return {
            step.number: [None if key is None else loaded[step.relation.batch][key] for key in keys[step.number]]
            for step in self.steps
            if step.relation is not None
        }


@dataclass(frozen=True)
class RootField:
    """One root field: `resolve` is its function, or where `relation` is there, what makes its value of what that leads to.

    `finish` completes a leaf or a plain object, and `completion` what needs steps.
    """

    response_key: str
    number: int
    resolve: Callable[..., Any]
    relation: RelationField | None
    finish: Callable[[Any, Arguments], Any] | None
    completion: Completion | None

    async def value(self, run: Run) -> Any:
        """The root's value, noted in the context, so that it is not asked for twice if the plan gives up."""
        resolved = run.context.resolved_roots
        try:
            resolved[self.response_key] = await self._value(run)
        except Exception as error:
            resolved[self.response_key] = error
            raise
        return resolved[self.response_key]

    async def _value(self, run: Run) -> Any:
        arguments = run.arguments[self.number]
        if self.relation is None:
            return await self.resolve(None, Info(run.context), **arguments)
        key = self.relation.key(run.context, None, **arguments)
        if key is None:
            return self.resolve(None, None, **arguments)
        return self.resolve(None, (await run.context.loaders.load_many(self.relation.batch, (key,)))[key], **arguments)

    async def complete(self, value: Any, run: Run) -> Any:
        if self.completion is None:
            return self.finish(value, run.arguments)  # type: ignore[misc]  # one of the two is there
        return (await self.completion.complete([value], run))[0]


class Info(NamedTuple):
    """As much of strawberry's Info as our resolvers ask for."""

    context: Context


@dataclass(frozen=True)
class Plan:
    """One operation's roots, and how the arguments of all its fields come from variables."""

    roots: Sequence[RootField]
    arguments: Callable[[Any], Arguments]
    serial: bool

    async def execute(self, context: Context, variables: Any, event: object = None) -> dict[str, Any]:  # Any: VariableValues; JSON
        """The answer's data. What a root gave is noted in the context, so that no root runs twice if this raises.

        A subscription's root is the `event`.
        """
        run = Run(context, self.arguments(variables))
        if event is not None:
            return {root.response_key: await root.complete(event, run) for root in self.roots}
        if self.serial or len(self.roots) == 1:
            return {root.response_key: await root.complete(await root.value(run), run) for root in self.roots}
        await self._load_together(run)
        values = await asyncio.gather(*(root.value(run) for root in self.roots))
        return {root.response_key: await root.complete(value, run) for root, value in zip(self.roots, values, strict=True)}

    async def _load_together(self, run: Run) -> None:
        """What several roots ask of one batch function, in one call of it."""
        wanted: dict[Any, list[Any]] = {}  # Any: each batch function has keys of its own
        for root in self.roots:
            if root.relation is not None:
                key = root.relation.key(run.context, None, **run.arguments[root.number])
                if key is not None:
                    wanted.setdefault(root.relation.batch, []).append(key)
        for batch, keys in wanted.items():
            await run.context.loaders.load_many(batch, dict.fromkeys(keys))
