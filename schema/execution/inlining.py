"""A plain method written out where it is read: for `title(o)` a plan has `o.row.title`, and calls nothing.

A method is written out where it is one expression of `self`, its arguments and what its module names. Any other is called.
"""

import ast
import builtins
import inspect
from collections.abc import Callable, Mapping
from copy import deepcopy
from enum import Enum
from functools import cache
from textwrap import dedent
from types import ModuleType
from typing import Any, NewType

from schema.execution.generated import Namespace

# They have names of their own, or are more than reading.
_OTHER = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)


def written_out(function: Callable[..., Any], given: Mapping[str, Any], names: Namespace) -> str | None:  # Any: functions of all shapes
    """What `function(o, **given)` returns, as an expression of `o`; None where it has to be called."""
    expression = _expression(function)
    if expression is None:
        return None
    parameters = inspect.signature(function).parameters
    constants = {name: given.get(name, each.default) for name, each in parameters.items()}
    constants.pop(itself := next(iter(parameters)))
    try:
        return ast.unparse(_Names(itself, {**vars(builtins), **function.__globals__, **constants}, names).visit(deepcopy(expression)))
    except KeyError:
        return None


@cache
def _expression(function: Callable[..., Any]) -> ast.expr | None:
    """The one that a function consists of."""
    try:
        [definition] = ast.parse(dedent(inspect.getsource(function))).body
    except (OSError, SyntaxError):  # there is no source, or it is a part of a line
        return None
    if not isinstance(definition, ast.FunctionDef) or function.__closure__:
        return None
    match definition.body:
        case [ast.Return(value=ast.expr() as expression)] if not any(isinstance(each, _OTHER) for each in ast.walk(expression)):
            return expression
    return None


class _Names(ast.NodeTransformer):
    """Puts in place of each name what a plan's code knows its object by, and of what is constant its value."""

    def __init__(self, itself: str, known: Mapping[str, Any], names: Namespace) -> None:
        self._itself = itself
        self._known = known
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name("o") if node.id == self._itself else self._constant(self._known[node.id])

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name) and isinstance(found := self._known.get(node.value.id), ModuleType | Enum):
            return self._constant(getattr(found, node.attr))
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        function = node.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            called = getattr(self._known.get(function.value.id), function.attr, None)
            if isinstance(called, NewType):  # which gives its argument back
                visited: ast.expr = self.visit(node.args[0])
                return visited
        self.generic_visit(node)
        return node

    def _constant(self, value: Any) -> ast.expr:
        return ast.Constant(value) if isinstance(value, str | int | None) else ast.Name(self._names.name(value))
