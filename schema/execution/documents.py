"""Documents by their text, parsed and validated once and kept while they are in use."""

import sys
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, SourceLocation

from schema.execution.limits import DEFAULT_LIMITS, Limits, Measure, measure
from schema.execution.plans import Plan
from schema.execution.selections import steering_variables
from schema.execution.validation import check_text, parse_text, validate_document
from schema.execution.variables import Coerce

MAX_VARIANTS = 8
"""A document whose variables steer it in more ways than this has plans for the first of them."""

# What was seen to be needed at most: for a token and graphql-core's nodes that are made of it, in each plan, and for an error.
_BYTES_PER_TOKEN = 600
_BYTES_PER_PLANNED_TOKEN = 1000
_BYTES_PER_ERROR = 1000

T = TypeVar("T")


class InvalidDocument(Exception):
    """A document that cannot be run, with its errors as clients are to read them."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


class Document:
    """A valid document and its operations; an operation's name is None where the document has only that one."""

    def __init__(self, text: str, ast: DocumentNode, limits: Limits) -> None:
        self.text = text
        self.ast = ast
        self._limits = limits
        self._operations = {
            each.name.value if each.name else None: each for each in ast.definitions if isinstance(each, OperationDefinitionNode)
        }
        self._constant_measures: dict[str | None, Measure] = {}
        self.steering = sorted(steering_variables(ast))
        self.variants = min(2 ** len(self.steering), MAX_VARIANTS)
        self.plans: dict[Hashable, Plan | None] = {}
        self.coercions: dict[str | None, Coerce] = {}

    def operation(self, name: str | None = None) -> OperationDefinitionNode:
        """The operation to run; raises GraphQLError, coded GRAPHQL_VALIDATION_FAILED, where that cannot be told.

        GraphQL over HTTP answers such a request as it does one whose document is invalid.
        """
        if name is None and len(self._operations) == 1:
            return next(iter(self._operations.values()))
        if name in self._operations:
            return self._operations[name]
        message = (
            "The document has several operations: operationName must say which one to run."
            if name is None
            else f'The document has no operation named "{name}".'
        )
        raise GraphQLError(message, extensions={"code": "GRAPHQL_VALIDATION_FAILED"})

    def measure(self, name: str | None = None, variables: Mapping[str, object] | None = None) -> Measure:
        """Measure an operation, once unless variables decide; raises as `operation` does."""
        if known := self._constant_measures.get(name):
            return known
        measured = measure(self.ast, self.operation(name), variables, self._limits)
        if not measured.variables:
            self._constant_measures[name] = measured
        return measured


class Documents:
    """The documents that clients send to one schema, the most recently used of them kept.

    Valid ones are bounded by `count` and by `size` (bytes, estimated), invalid ones by a tenth of each. Without
    `hints` no error suggests a name that it was not told; without `introspection` asking for the schema is an error.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits = DEFAULT_LIMITS,
        *,
        hints: bool = True,
        introspection: bool = True,
        count: int = 1000,
        size: int = 32 * 1024 * 1024,
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._hints = hints
        self._introspection = introspection
        self._valid = _Recent[Document](count, size)
        self._invalid = _Recent[tuple[_Refusal, ...]](count // 10, size // 10)

    def get(self, text: str) -> Document:
        """The document with this text; raises InvalidDocument, whose errors carry codes."""
        if document := self._valid.get(text):
            return document
        refusals = self._invalid.get(text)
        if refusals is None:
            try:
                return self._read(text)
            except InvalidDocument as invalid:
                refusals = tuple(_Refusal.of(error) for error in invalid.errors)
            size = sys.getsizeof(text) + sum(4 * len(each.message) + _BYTES_PER_ERROR for each in refusals)
            self._invalid.keep(text, refusals, size)
        raise InvalidDocument([each.error() for each in refusals])

    def _read(self, text: str) -> Document:
        try:
            tokens = check_text(text, self._limits)
            ast = parse_text(text, self._limits)
            errors = validate_document(self._schema, ast, hints=self._hints, introspection=self._introspection)
        except GraphQLError as error:
            raise InvalidDocument([error]) from None
        if errors:
            raise InvalidDocument(errors)
        document = Document(text, ast, self._limits)
        # The text is kept with the document, and once more in the values of its nodes.
        bytes_per_token = _BYTES_PER_TOKEN + document.variants * _BYTES_PER_PLANNED_TOKEN
        self._valid.keep(text, document, 2 * sys.getsizeof(text) + tokens * bytes_per_token)
        return document


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What an error says, kept without the document and the stack that a raised GraphQLError holds on to."""

    message: str
    locations: tuple[SourceLocation, ...]
    extensions: Mapping[str, object]

    @classmethod
    def of(cls, error: GraphQLError) -> "_Refusal":
        return cls(error.message, tuple(error.locations or ()), error.extensions or {})

    def error(self) -> GraphQLError:
        error = GraphQLError(self.message, extensions=dict(self.extensions))
        error.locations = list(self.locations) or None
        return error


class _Recent(Generic[T]):
    """The most recently used values by text, bounded in number and in bytes."""

    def __init__(self, count: int, size: int) -> None:
        self._count = count
        self._size = self._free = size
        self._kept: OrderedDict[str, tuple[T, int]] = OrderedDict()

    def get(self, text: str) -> T | None:
        if (kept := self._kept.get(text)) is None:
            return None
        self._kept.move_to_end(text)
        return kept[0]

    def keep(self, text: str, value: T, size: int) -> None:
        if size > self._size or text in self._kept:
            return
        self._kept[text] = value, size
        self._free -= size
        while self._free < 0 or len(self._kept) > self._count:
            _, (_, freed) = self._kept.popitem(last=False)
            self._free += freed
