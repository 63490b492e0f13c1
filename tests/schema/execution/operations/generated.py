"""Operations that nobody has thought of: hypothesis-graphql draws the selections, and everything else that a client may write is put in.

Arguments are drawn anew, most of them from what is stored, and variables, directives, aliases, fragments and fields that merge are added.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLArgument,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_required_argument,
    print_ast,
    value_from_ast_untyped,
)
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import queries

from resolvers.cursors import encode_cursor
from schema import executable
from tests.factories import EPOCH
from tests.schema.execution.both_ways import Operation
from tests.schema.execution.library import GLOBAL_IDS, IMDB_IDS, UNKNOWN_GLOBAL_IDS, UNKNOWN_IMDB_IDS, USERNAMES, VIEWERS

Json = Any  # Any: JSON

CURSORS = [encode_cursor(order, (EPOCH.replace(minute=20), 300)) for order in ("NEWEST", "OLDEST")] + ["nonsense"]
FILTERS = [{"search": "film"}, {"genres": ["Drama"], "year": {"from": 1960}}, {"imdbIds": IMDB_IDS}, {"minRatingCount": 2, "search": None}]
STORED = ("node", "nodes", "viewer", "user", "movie", "moviesByImdbId", "movies", "genres")
"""The roots that ask no outside service."""

DRAWN: dict[str, Callable[[Random], Json]] = {
    "id": lambda random: random.choice([*GLOBAL_IDS * 4, *UNKNOWN_GLOBAL_IDS]),
    "ids": lambda random: random.choices([*GLOBAL_IDS * 4, *UNKNOWN_GLOBAL_IDS], k=random.choice([1, 1, 2, 3, 5, 0])),
    "imdbId": lambda random: random.choice([*IMDB_IDS * 4, *UNKNOWN_IMDB_IDS]),
    "imdbIds": lambda random: random.choices([*IMDB_IDS * 4, *UNKNOWN_IMDB_IDS], k=random.choice([1, 1, 2, 3, 5, 0])),
    "username": lambda random: random.choice(USERNAMES),
    "first": lambda random: random.choice([1, 2, 3, 5, 20, None, None, None, None, 0]),
    "last": lambda random: random.choice([1, 2, 3, None, None, None, None, 101]),
    "after": lambda random: random.choice([*CURSORS, *[None] * 9]),
    "before": lambda random: random.choice([*CURSORS, *[None] * 9]),
}


def generated(count: int = 200) -> Sequence[Operation]:
    """The same ones each time."""
    found: list[Operation] = []

    @settings(max_examples=count, phases=[Phase.generate], derandomize=True, database=None, deadline=None)
    @given(_operations())
    def keep(operation: Operation) -> None:
        found.append(operation)

    keep()
    return found


@st.composite
def _operations(draw: st.DrawFn) -> Operation:
    document = draw(queries(executable, fields=STORED, print_ast=lambda document: document))
    # One number and the document decide the rest: a thousand draws would take longer than all the rest.
    return _Writer(Random(f"{draw(st.integers(0, 2**32))} {print_ast(document)}")).operation(document)


class _Writer:
    """Writes one operation out, with additions."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._declared: list[str] = []
        self._given: dict[str, Json] = {}
        self._fragments: list[str] = []
        self._names = 0

    def operation(self, document: DocumentNode) -> Operation:
        [definition] = document.definitions
        assert isinstance(definition, OperationDefinitionNode)
        selections = self._selections(definition.selection_set, "Query")
        declared = f"({', '.join(self._declared)})" if self._declared else ""
        query = f"query {declared} {selections} {' '.join(self._fragments)}"
        return Operation(query, self._given, self._random.choice(VIEWERS))

    def _selections(self, selection_set: SelectionSetNode, type_name: str) -> str:
        written = []
        for node in selection_set.selections:
            if isinstance(node, InlineFragmentNode):
                condition = node.type_condition.name.value if node.type_condition else type_name
                written.append(f"... on {condition} {self._selections(node.selection_set, condition)}")
            elif isinstance(node, FieldNode):
                written += self._fields(node, type_name)
        if self._chance(0.15):
            written.insert(self._random.randrange(len(written) + 1), "__typename")
        return f"{{ {' '.join(self._in_fragments(written, type_name))} }}"

    def _in_fragments(self, written: Sequence[str], type_name: str) -> Iterator[str]:
        """The same selections, at times in a fragment, or in one beside themselves, whose fields merge with them."""
        if not self._chance(0.2):
            yield from written
            return
        if self._chance(0.3):
            yield from written
        if self._chance(0.5):
            yield f"... {self._random.choice(['', f'on {type_name}'])} {self._directive()} {{ {' '.join(written)} }}"
        else:
            name = self._name("F")
            self._fragments.append(f"fragment {name} on {type_name} {{ {' '.join(written)} }}")
            yield from [f"...{name} {self._directive()}"] * self._random.choice([1, 1, 2])

    def _fields(self, node: FieldNode, type_name: str) -> Iterator[str]:
        yield self._field(node, type_name, f"{node.alias.value}: " if node.alias else "")
        if self._chance(0.1):
            yield self._field(node, type_name, f"{self._name('a')}: ")

    def _field(self, node: FieldNode, type_name: str, alias: str) -> str:
        kind: Any = executable.get_type(type_name)
        definition = kind.fields[node.name.value]
        arguments = ", ".join(self._arguments(node.arguments or (), definition.args))
        below = self._selections(node.selection_set, get_named_type(definition.type).name) if node.selection_set else ""
        return f"{alias}{node.name.value} {f'({arguments})' if arguments else ''} {self._directive()} {below}"

    def _arguments(self, nodes: Sequence[ArgumentNode], definitions: dict[str, GraphQLArgument]) -> Iterator[str]:
        for node in nodes:
            name = node.name.value
            definition = definitions[name]
            if not is_required_argument(definition) and self._chance(0.6):
                continue
            if name in DRAWN and self._chance(0.9):
                value = DRAWN[name](self._random)
                literal = json.dumps(value)
            else:
                value = value_from_ast_untyped(node.value)
                literal = print_ast(node.value)
            if name == "filter" and self._chance(0.7):
                value, literal = self._random.choice(FILTERS), ""
            yield f"{name}: {self._variable(definition, value, literal) if not literal or self._chance(0.25) else literal}"

    def _variable(self, definition: GraphQLArgument, value: Json, literal: str) -> str:
        """A variable of the argument's type, or one that may be null and has a default."""
        name, kind = self._name("v"), str(definition.type)
        if literal and self._chance(0.3):
            self._declared.append(f"${name}: {kind} = {literal}" if literal != "null" else f"${name}: {kind}")
            if self._chance(0.5) or (literal == "null" and kind.endswith("!")):
                self._given[name] = value
        else:
            self._declared.append(f"${name}: {kind}")
            self._given[name] = value
        return f"${name}"

    def _directive(self) -> str:
        if not self._chance(0.07):
            return ""
        directive, value = self._random.choice(["include", "skip"]), self._random.choice([True, False])
        if self._chance(0.5):
            return f"@{directive}(if: {json.dumps(value)})"
        name = self._name("b")
        self._declared.append(f"${name}: Boolean!")
        self._given[name] = value
        return f"@{directive}(if: ${name})"

    def _name(self, kind: str) -> str:
        self._names += 1
        return f"{kind}{self._names}"

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability
