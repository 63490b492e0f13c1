"""Plans: how one operation is answered a level at a time, with a statement at most for each relation of a level.

A plan's parts hold everything that is known before values are: functions, relations, and where each field's arguments stand in the
list `A` of one run. What is unusual (an exception, null where there must be none) raises, and the standard executor takes over.
"""

import asyncio
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice
from typing import Any, NamedTuple, Protocol

from resolvers.context import Context
from resolvers.relations import Batch
from schema.execution.generated import Namespace
from schema.execution.selections import Unplannable
from schema.relation import RelationField

Values = Sequence[Any]  # Any: whatever fields are
Arguments = Sequence[Mapping[str, Any]]  # Any: coerced arguments, by the fields' numbers
Finish = Callable[[Any, Arguments], Any]  # Any: a value; JSON
Wanted = dict[Any, dict[Any, None]]  # Any: batch functions, each with the keys that are wanted of it
Found = Mapping[Any, Mapping[Any, Any]]  # Any: batch functions, each with values by key
Pair = tuple[Batch[Any, Any], Batch[Any, Any]]  # Any: as above
Work = Generator[Wanted, Found, Values]
"""Says level by level what it wants, is sent what was found, and ends with values."""


class Run(NamedTuple):
    """One execution of a plan."""

    context: Context
    arguments: Arguments


class Completion(Protocol):
    """Turns values into what they are in the answer, all values of a level at once."""

    def complete(self, values: Values, run: Run) -> Work: ...


@dataclass(frozen=True)
class CompleteNullable:
    given: Completion

    def complete(self, values: Values, run: Run) -> Work:
        if all(value is not None for value in values):
            return (yield from self.given.complete(values, run))
        completed = iter((yield from self.given.complete([value for value in values if value is not None], run)))
        return [None if value is None else next(completed) for value in values]


@dataclass(frozen=True)
class CompleteList:
    item: Completion

    def complete(self, values: Values, run: Run) -> Work:
        if any(items.__class__ is not list for items in values):
            raise Unplannable("no list where there must be one")
        completed = iter((yield from self.item.complete(list(chain.from_iterable(values)), run)))
        return [list(islice(completed, len(items))) for items in values]


@dataclass(frozen=True)
class CompleteByClass:
    """Objects of several types. (Those of one are completed by their ObjectPlan.)"""

    plans: Mapping[type, "ObjectPlan"]

    def complete(self, values: Values, run: Run) -> Work:
        places: dict[type, list[int]] = {}
        for place, value in enumerate(values):
            places.setdefault(type(value), []).append(place)
        works = [self.plans[kind].complete([values[place] for place in found], run) for kind, found in places.items()]
        answers: list[Any] = [None] * len(values)
        for found, completed in zip(places.values(), (yield from side_by_side(works)), strict=True):
            for place, answer in zip(found, completed, strict=True):
                answers[place] = answer
        return answers


@dataclass(frozen=True)
class Loading:
    """What a relation leads to from each object: `keys(objects, context, A)` says what to ask `batch` for."""

    keys: Callable[[Values, Context, Arguments], Values]
    batch: Batch[Any, Any]  # Any: each relation has keys and values of its own

    def found(self, objects: Values, run: Run) -> Work:
        keys = self.keys(objects, run.context, run.arguments)
        wanted = dict.fromkeys(keys)
        wanted.pop(None, None)
        found = (yield {self.batch: wanted})[self.batch] if wanted else {}
        return list(map(found.get, keys))  # where there is no key there is None


@dataclass(frozen=True)
class Step:
    """What a field needs before its object can be assembled: a relation's values, made into objects by `write`, and those completed.

    `write(objects, A, loaded)` gives the field's values; where it is None they are what was loaded.
    """

    loading: Loading | None = None
    write: Callable[[Values, Arguments, Values], Values] | None = None
    completion: Completion | None = None

    def complete(self, objects: Values, run: Run) -> Work:
        values = (yield from self.loading.found(objects, run)) if self.loading else objects
        if self.write is not None:
            values = self.write(objects, run.arguments, values)
        return values if self.completion is None else (yield from self.completion.complete(values, run))


def column(place: int) -> str:
    """The name of what a step gives for the object at hand, and in a function's head of what it gives for all of them."""
    return f"c{place}"


@dataclass
class ObjectPlan:
    """One type's selection: `answer` is an expression for the answer of the object `o`, and `steps` are what it takes beside.

    Its functions are compiled when they are first called, since many are written out elsewhere. A plan without steps is
    `plain(object, A)` alone, and is called by the functions of the objects that hold it.
    """

    names: Namespace
    steps: list[Step] = field(default_factory=list)
    answer: str = ""

    @cached_property
    def plain(self) -> Callable[[Any, Arguments], Any]:
        return self.names.function("o, A", self.answer)

    @cached_property
    def assemble(self) -> Callable[..., Values]:
        if not self.steps:
            return self.names.function("objects, A", f"[{self.answer} for o in objects]")
        columns = ", ".join(map(column, range(len(self.steps))))
        return self.names.function(f"objects, A, {columns}", f"[{self.answer} for o, {columns} in zip(objects, {columns})]")

    def complete(self, objects: Values, run: Run) -> Work:
        if not objects:
            return []  # nor is there anything below
        columns = yield from side_by_side([step.complete(objects, run) for step in self.steps])
        return self.assemble(objects, run.arguments, *columns)


def side_by_side(works: Sequence[Work]) -> Generator[Wanted, Found, list[Values]]:
    """Do several works a level at a time: what they want of one batch function is loaded together."""
    if len(works) == 1:
        return [(yield from works[0])]
    answers: list[Any] = [None] * len(works)
    going = list(enumerate(works))
    found: Any = None  # a generator is begun by None
    while going:
        wanted: Wanted = {}
        waiting = []
        for place, work in going:
            try:
                asked = work.send(found)
            except StopIteration as done:
                answers[place] = done.value
                continue
            waiting.append((place, work))
            for batch, keys in asked.items():
                if batch in wanted:
                    wanted[batch].update(keys)
                else:
                    wanted[batch] = keys
        going = waiting
        if going:
            found = yield wanted
    return answers


async def do(work: Work, context: Context) -> Values:
    """Load what a work wants until it is done."""
    try:
        wanted = next(work)
        while True:
            wanted = work.send({batch: await context.load_many(batch, keys) for batch, keys in wanted.items()})
    except StopIteration as done:
        values: Values = done.value
        return values


@dataclass(frozen=True)
class RootField:
    """One root field: `resolve` is its function, or where `relation` is there, what makes its value of what that leads to.

    `finish` completes a leaf or a plain object, and `completion` what needs steps. A root that is `alone` has no others to load with.
    """

    response_key: str
    number: int
    alone: bool
    resolve: Callable[..., Any]
    relation: RelationField | None
    finish: Finish | None
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
        key, batch = self.relation.key(run.context, None, **arguments), self.relation.batch
        if key is None:
            return self.resolve(None, None, **arguments)
        if self.alone:
            return self.resolve(None, (await run.context.load_many(batch, (key,)))[key], **arguments)
        return self.resolve(None, await run.context.load(batch, key), **arguments)

    def complete(self, value: Any, run: Run) -> Work:
        if self.completion is None:
            return [self.finish(value, run.arguments)]  # type: ignore[misc]  # one of the two is there
        return (yield from self.completion.complete([value], run))


class Info(NamedTuple):
    """As much of strawberry's Info as our resolvers ask for."""

    context: Context


@dataclass(frozen=True)
class Plan:
    """One operation's roots, and how the arguments of all its fields come from variables."""

    roots: Sequence[RootField]
    arguments: Callable[[Any], Arguments]
    expected: Collection[Pair]
    """What its steps will ask of what others give: see Context."""

    @cached_property
    def finishes(self) -> Sequence[tuple[str, Finish]] | None:
        """What completes each root's value, where none of them needs steps."""
        finishes = [(root.response_key, root.finish) for root in self.roots if root.finish is not None]
        return finishes if len(finishes) == len(self.roots) else None

    async def execute(self, context: Context, variables: Any, event: object = None) -> dict[str, Any]:  # Any: VariableValues; JSON
        """The answer's data. What a root gave is noted in the context, so that no root runs twice if this raises.

        A subscription's root is the `event`.
        """
        context.expected = self.expected
        run = Run(context, self.arguments(variables))
        values = [event] if event is not None else await self._values(run)
        if self.finishes is not None:
            return {key: finish(value, run.arguments) for (key, finish), value in zip(self.finishes, values, strict=True)}
        works = [root.complete(value, run) for root, value in zip(self.roots, values, strict=True)]
        answers = await do(side_by_side(works), context)
        return {root.response_key: answer for root, [answer] in zip(self.roots, answers, strict=True)}

    async def _values(self, run: Run) -> Values:
        if len(self.roots) == 1:
            return [await self.roots[0].value(run)]
        # All of them, even where one fails: what has not ended is not noted, and would run again.
        values = await asyncio.gather(*(root.value(run) for root in self.roots), return_exceptions=True)
        for value in values:
            if isinstance(value, BaseException):
                raise value
        return values
