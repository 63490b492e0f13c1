"""Plain functions written out where they are called: for `title(o)` a plan has `o.row.title`, and calls nothing.

A function is written out where it is one expression of its parameters and what its module names. Any other is called. Objects that
it makes only for their fields to be read need not be made either: the plan reads what they would have been made of.
"""

import ast
import builtins
import inspect
import re
from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from textwrap import dedent
from types import ModuleType
from typing import Any, NewType

from schema.execution.generated import Namespace

# They have names of their own, or are more than reading.
_OTHER = (ast.Lambda, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)

_NOT_KNOWN = object()

Function = Callable[..., Any]  # Any: functions of all shapes


class NotWritten(Exception):
    """What a function names is not known while plans are made: it has to be called."""


class Code(str):
    """An argument that is an expression in a plan's code, and no constant."""

    __slots__ = ()


@dataclass(frozen=True)
class Subject:
    """An object in a plan's code: an expression for `itself`, and where nobody makes it, expressions for its `fields`."""

    kind: type
    itself: str = "o"
    fields: Mapping[str, str] | None = None

    def read(self, name: str) -> str:
        """An expression for an attribute; raises NotWritten for one that only an object that was made would have."""
        if self.fields is None:
            return f"{self.itself}.{name}"
        if name not in self.fields:
            raise NotWritten(name)
        return self.fields[name]


Put = Callable[[Mapping[str, str]], str]
"""Gives an expression to stand for an object, of expressions for its fields."""


class Call:
    """A call in a plan's code. Arguments are Subjects and Codes, then constants; `more` is an expression for those not known yet."""

    def __init__(self, function: Function, arguments: Mapping[str, Any], names: Namespace, more: str | None = None) -> None:
        self.function = function
        self._arguments = arguments
        self._names = names
        self._more = more

    def written(self) -> str:
        """An expression for what it returns."""
        return self.written_with(None) or self._called()

    def written_with(self, put: Put | None) -> str | None:
        """The same with what `put` gives for the object that is made and returned, or for each one of a list: see making().

        None where it has to be called; `put` is called last, and not at all where a name is not known.
        """
        if (source := _source(self.function)) is None:
            return None
        others = dict.fromkeys(_defaults(self.function), _NOT_KNOWN) if self._more else _defaults(self.function)
        known = ChainMap({**others, **self._arguments}, self.function.__globals__, vars(builtins))
        try:
            return _Writer(known, self._names, put).written(source)
        except NotWritten:
            return None

    def _called(self) -> str:
        arguments = []
        for name, each in self._arguments.items():
            if isinstance(each, Subject | Code):
                arguments.append(each.itself if isinstance(each, Subject) else each)
            elif each is not _defaults(self.function)[name]:
                arguments.append(f"{name}={self._names.name(each)}")
        if self._more:
            arguments.append(f"**{self._more}")
        return f"{self._names.name(self.function)}({', '.join(arguments)})"


@cache
def _defaults(function: Function) -> Mapping[str, Any]:  # Any: as they are
    return {name: each.default for name, each in inspect.signature(function).parameters.items()}


@cache
def expression_of(function: Function) -> ast.expr | None:
    """The one that a function consists of."""
    try:
        [definition] = ast.parse(dedent(inspect.getsource(function))).body
    except (OSError, SyntaxError):  # there is no source, or it is a part of a line
        return None
    if not isinstance(definition, ast.FunctionDef) or function.__closure__:
        return None
    match definition.body:
        case [ast.Return(value=ast.expr() as expression)] if not any(_is_other(each) for each in ast.walk(expression)):
            return expression
    return None


def _is_other(node: ast.AST) -> bool:
    return isinstance(node, _OTHER) or (isinstance(node, ast.ListComp) and len(node.generators) > 1)


def _made(expression: ast.expr) -> ast.expr:
    """The part of an expression that makes what it gives, or each item of it."""
    match expression:
        case ast.IfExp(orelse=item) | ast.ListComp(elt=item):
            return item
    return expression


@cache
def _source(function: Function) -> str | None:
    """Its expression as text: parsing it anew takes a fraction of copying the tree."""
    expression = expression_of(function)
    return None if expression is None else ast.unparse(expression)


_PLACE = re.compile(r"__(\d+)__")
_PRIMARY = re.compile(r"[a-z][\w.\[\]]*")


class _Writer(ast.NodeTransformer):
    """Puts in place of each name what a plan's code knows its object by, and of what is constant its value.

    Expressions that are put in are not parsed again: the tree has names for them, which give way to them in the end.
    """

    def __init__(self, known: ChainMap[str, Any], names: Namespace, put: Put | None) -> None:
        self._known = known
        self._names = names
        self._put = put
        self._texts: list[str] = []

    def written(self, source: str) -> str:
        expression = ast.parse(source, mode="eval").body
        self._made = _made(expression)
        return self._finished(self.visit(expression))

    def visit_Name(self, node: ast.Name) -> ast.expr:
        value = self._known.get(node.id, _NOT_KNOWN)
        if value is _NOT_KNOWN:
            raise NotWritten(node.id)
        return self._known_as(value)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        match node.value:
            case ast.Name(id=name):
                owner = self._known.get(name)
                if isinstance(owner, Subject):
                    return self._text(owner.read(node.attr))
                if isinstance(owner, ModuleType | Enum):
                    return self._known_as(getattr(owner, node.attr))
            case ast.Call(func=ast.Name(id="type"), args=[ast.Name(id=name)]) if isinstance(owner := self._known.get(name), Subject):
                return ast.Constant(getattr(owner.kind, node.attr))
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if self._put and node is self._made:
            fields = {each.arg or "": self._finished(self.visit(each.value)) for each in node.keywords}
            return self._text(self._put(fields))
        function = node.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            called = getattr(self._known.get(function.value.id), function.attr, None)
            if isinstance(called, NewType):  # which gives its argument back
                visited: ast.expr = self.visit(node.args[0])
                return visited
        self.generic_visit(node)
        return node

    def visit_ListComp(self, node: ast.ListComp) -> ast.expr:
        [loop] = node.generators
        loop.iter = self.visit(loop.iter)
        outer = self._known
        self._known = outer.new_child({each.id: Code(self._names.new()) for each in ast.walk(loop.target) if isinstance(each, ast.Name)})
        loop.target, loop.ifs, node.elt = self.visit(loop.target), [self.visit(each) for each in loop.ifs], self.visit(node.elt)
        self._known = outer
        return node

    def _known_as(self, value: Any) -> ast.expr:  # Any: an argument, or whatever the function's module names
        if isinstance(value, Subject | Code):
            return self._text(value.itself if isinstance(value, Subject) else value)
        # No text that a client may have given becomes code, not even in quotes.
        return ast.Constant(value) if isinstance(value, int | None) else ast.Name(self._names.name(value))

    def _text(self, text: str) -> ast.expr:
        if text.isidentifier():
            return ast.Name(text)
        self._texts.append(text if _PRIMARY.fullmatch(text) else f"({text})")
        return ast.Name(f"__{len(self._texts) - 1}__")

    def _finished(self, expression: ast.expr) -> str:
        return _PLACE.sub(lambda place: self._texts[int(place[1])], ast.unparse(expression))
