"""A plain method is written out as it reads; one that is more than an expression, or needs names of its own, is called."""

from collections.abc import Callable
from enum import Enum
from types import SimpleNamespace
from typing import Any, NewType

import pytest

from schema.execution.generated import Namespace
from schema.execution.inlining import written_out

Name = NewType("Name", str)
types = SimpleNamespace(Name=Name)
FACTOR = 3


class Scale(Enum):
    TEN = "ten"


def half(number: int) -> float:
    return number / 2


class Film:
    def __init__(self, title: str, value: int) -> None:
        self.title, self.number = title, value

    def itself(self) -> str:
        return self.title

    def as_name(self) -> Name:
        return types.Name(self.title)  # type: ignore[no-any-return]  # it is a namespace, as a module is one

    def constant(self) -> int:
        return self.number * FACTOR

    def called(self) -> float:
        return half(self.number)

    def built_in(self) -> int:
        return len(self.title)

    def with_argument(self, scale: Scale = Scale.TEN) -> str:
        return scale.name + self.title

    def with_a_docstring(self) -> str:
        """What it is called."""
        return self.title

    def in_two_steps(self) -> str:
        if self.number:
            return self.title
        return ""

    def in_a_loop(self) -> list[str]:
        return [letter.upper() for letter in self.title]


def value_of(function: Callable[..., Any], **given: object) -> tuple[str | None, object]:
    """What it is written out as, and what that comes to."""
    names = Namespace()
    expression = written_out(function, given, names)
    return expression, None if expression is None else names.function("o", expression)(Film("Ran", 4))


@pytest.mark.parametrize(
    ("function", "expression", "value"),
    [
        (Film.itself, "o.title", "Ran"),
        (Film.as_name, "o.title", "Ran"),
        (Film.constant, "o.number * 3", 12),
        (Film.called, "n2(o.number)", 2.0),
        (Film.built_in, "n2(o.title)", 3),
        (Film.with_argument, "'TEN' + o.title", "TENRan"),
    ],
)
def test_what_is_written_out(function: Callable[..., Any], expression: str, value: object) -> None:
    assert value_of(function) == (expression, value)


def test_an_argument_that_is_given_takes_the_place_of_the_default() -> None:
    assert value_of(Film.with_argument, scale=SimpleNamespace(name="FIVE")) == ("n2.name + o.title", "FIVERan")


@pytest.mark.parametrize("function", [Film.with_a_docstring, Film.in_two_steps, Film.in_a_loop, lambda film: film.title])
def test_what_is_called(function: Callable[..., Any]) -> None:
    assert value_of(function) == (None, None)
