"""What a document may be and what an operation costs, known before any of it runs.

Fields with the same response key are one field, as they are when they run; fields under different aliases are
different ones. Where types exclude each other (`... on User`, `... on Movie`), the larger of two is counted.
Introspection costs nothing and has no depth; the figure `introspection` bounds it by itself.

A selection set is measured once, however often fragments repeat it. Nothing here needs a valid document: an unknown
field is a plain one, and a fragment that is unknown or spreads itself adds nothing; validation tells what is wrong.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from schema.execution import cost
from schema.execution.arguments import Arguments

# Figures end here, so that 2^100 repetitions are still a number that every client can read.
MANY = 10**9


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest of each figure that is allowed; a document beyond one is QUERY_TOO_COMPLEX.

    Depth and cost are settings. The others are well above what clients write, and low enough for the worst document
    within them to be read, validated and measured in less than a tenth of a second. A subscription is paid for once,
    but run for each of its events: `event_cost` is how much one may cost.
    """

    depth: int = 12
    cost: int = 1000
    event_cost: int = 10
    root_fields: int = 100
    aliases: int = 100
    duplicates: int = 100
    introspection: int = 10_000
    nesting: int = 100
    selections: int = 20_000
    directives: int = 5
    operations: int = 50
    characters: int = 100_000
    tokens: int = 5_000


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Measure:
    """The figures of one operation, by the names that Limits has for them.

    `depth` counts levels of fields, `cost` points, `root_fields` and `aliases` fields with fragments written out,
    `duplicates` the occurrences of the field that is written most often in one place, `introspection` the entries of
    introspected lists, `nesting` levels of selection sets, introspection's too, and `selections` the steps of the
    pass, which ends at its limit. `variables` are those whose values were read: with the same ones in them, the
    measure is the same.
    """

    depth: int
    cost: int
    root_fields: int
    aliases: int
    duplicates: int
    introspection: int
    nesting: int
    selections: int
    variables: frozenset[str]

    def is_within(self, limits: Limits) -> bool:
        return (
            self.depth <= limits.depth
            and self.cost <= limits.cost
            and self.root_fields <= limits.root_fields
            and self.aliases <= limits.aliases
            and self.duplicates <= limits.duplicates
            and self.introspection <= limits.introspection
            and self.nesting <= limits.nesting
            and self.selections <= limits.selections
        )


def measure(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, object] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Measure:
    """Measure one operation of a document with its variables as they were sent."""
    arguments = Arguments(operation, variables or {})
    walk = _Pass(document, arguments, limits)
    total, points, root_fields = _NOTHING, 0, 0
    for nodes in walk.collect([operation.selection_set]):
        size = walk.measure_field(nodes, nesting=1, introspecting=False)
        total = total.beside(size)
        if not _is_introspection(nodes[0]):
            root_fields += 1
            points += max(cost.points(node, arguments, size.objects) for node in nodes)
    return Measure(
        depth=total.depth,
        cost=min(points, MANY),
        root_fields=root_fields,
        aliases=total.aliases,
        duplicates=walk.duplicates,
        introspection=total.introspection,
        nesting=walk.nesting,
        selections=walk.selections,
        variables=frozenset(arguments.read),
    )


def check(measured: Measure, limits: Limits = DEFAULT_LIMITS) -> None:
    """Raise GraphQLError, coded QUERY_TOO_COMPLEX and with the figures, where an operation is beyond a limit."""
    if measured.is_within(limits):
        return
    names = (each.name for each in fields(measured) if each.name != "variables")
    check_figures({name: getattr(measured, name) for name in names}, limits)


def check_shape(measured: Measure, limits: Limits = DEFAULT_LIMITS) -> None:
    """Raise as `check` does, but not for depth and cost alone: those depend on variables, the rest on what is written."""
    shape = ("root_fields", "aliases", "duplicates", "introspection", "nesting", "selections")
    if any(getattr(measured, name) > getattr(limits, name) for name in shape):
        check(measured, limits)


def check_figures(figures: Mapping[str, int], limits: Limits) -> None:
    """Raise QUERY_TOO_COMPLEX where a figure is beyond the limit of its name.

    The extensions tell those that are, and depth and cost wherever they are known: `depth` and `maxDepth`.
    """
    exceeded = [name for name, figure in figures.items() if figure > getattr(limits, name)]
    if not exceeded:
        return
    extensions: dict[str, object] = {"code": "QUERY_TOO_COMPLEX"}
    for name, figure in figures.items():
        if name in exceeded or name in ("depth", "cost"):
            extensions[_camel_case(name)] = figure
            extensions[_camel_case(f"max_{name}")] = getattr(limits, name)
    reasons = [f"{name.replace('_', ' ')} {figures[name]} of at most {getattr(limits, name)}" for name in exceeded]
    raise GraphQLError(f"The query is too complex: {', '.join(reasons)}.", extensions=extensions)


def _camel_case(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def _is_introspection(node: FieldNode) -> bool:
    return node.name.value in ("__schema", "__type", "__typename")


class _Size(NamedTuple):
    """Levels of fields, objects of pages, entries of introspected lists, and aliased fields."""

    depth: int
    objects: int
    introspection: int
    aliases: int

    def beside(self, other: "_Size") -> "_Size":
        return _Size(
            max(self.depth, other.depth),
            min(self.objects + other.objects, MANY),
            min(self.introspection + other.introspection, MANY),
            min(self.aliases + other.aliases, MANY),
        )


_NOTHING = _Size(0, 0, 0, 0)


class _Pass:
    """One pass over the selection sets that an operation reaches, merged as they are when it runs."""

    def __init__(self, document: DocumentNode, arguments: Arguments, limits: Limits) -> None:
        self.fragments = {each.name.value: each.selection_set for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
        self.arguments = arguments
        self.limits = limits
        self.sizes: dict[frozenset[int], _Size] = {}
        self.duplicates = self.nesting = self.selections = 0

    def collect(self, selection_sets: Iterable[SelectionSetNode]) -> Iterable[list[FieldNode]]:
        """The fields of selection sets that are read together, by response key, each fragment once."""
        found: dict[str, list[FieldNode]] = {}
        spread = set()
        pending = [selection for each in selection_sets for selection in each.selections]
        while pending and self.selections <= self.limits.selections:
            self.selections += 1
            selection = pending.pop()
            if self.arguments.excluded(selection):
                continue
            if isinstance(selection, FieldNode):
                key = (selection.alias or selection.name).value
                found.setdefault(key, []).append(selection)
            elif isinstance(selection, InlineFragmentNode):
                pending.extend(selection.selection_set.selections)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in spread:
                spread.add(selection.name.value)
                fragment = self.fragments.get(selection.name.value)
                pending.extend(fragment.selections if fragment else ())
        self.duplicates = max(self.duplicates, *map(len, found.values()), 0)
        return found.values()

    def measure_field(self, nodes: list[FieldNode], nesting: int, introspecting: bool) -> _Size:
        self.nesting = max(self.nesting, nesting)
        introspecting = introspecting or _is_introspection(nodes[0])
        below = self._measure_below(nodes, nesting, introspecting)
        aliases = below.aliases + any(node.alias for node in nodes)
        if introspecting:
            entries = cost.entries_introspected(nodes[0], below.introspection)
            return _Size(0, 0, entries, aliases)
        objects = max(cost.objects_held(node, self.arguments, below.objects) for node in nodes)
        return _Size(1 + below.depth, objects, below.introspection, aliases)

    def _measure_below(self, nodes: list[FieldNode], nesting: int, introspecting: bool) -> _Size:
        selection_sets = [node.selection_set for node in nodes if node.selection_set]
        if not selection_sets or nesting > self.limits.nesting or self.selections > self.limits.selections:
            return _NOTHING
        key = frozenset(map(id, selection_sets))
        if key not in self.sizes:
            # What a fragment that spreads itself finds on coming back here.
            self.sizes[key] = _NOTHING
            total = _NOTHING
            for below in self.collect(selection_sets):
                total = total.beside(self.measure_field(below, nesting + 1, introspecting))
            self.sizes[key] = total
        return self.sizes[key]
