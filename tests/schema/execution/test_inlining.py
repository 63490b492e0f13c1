"""A plain function is written out as it reads, one that is more than an expression is called, and what it makes need not be made."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from types import SimpleNamespace
from typing import Any, NewType

import pytest

from schema.execution.generated import Namespace
from schema.execution.inlining import Call, Code, Subject
from schema.execution.making import Making, making

Name = NewType("Name", str)
types = SimpleNamespace(Name=Name)
FACTOR = 3


class Scale(Enum):
    TEN = "ten"


def half(number: int) -> float:
    return number / 2


class Film:
    scale = SimpleNamespace(name="FIVE")

    def __init__(self, title: str, number: int) -> None:
        self.title, self.number = title, number

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
        return [letter.upper() for letter in self.title if letter != "a"]

    def class_name(self) -> str:
        return type(self).__name__

    def related(self) -> str:
        return self.itself()

    def in_two_loops(self) -> list[str]:
        return [letter for film in (self, self) for letter in film.title]


def value_of(function: Callable[..., Any], **given: object) -> tuple[str, object]:
    """What a call is written as, and what that comes to."""
    names = Namespace()
    expression = Call(function, {"self": Subject(Film), **given}, names).written()
    return expression, names.function("o", expression)(Film("Ran", 4))


@pytest.mark.parametrize(
    ("function", "expression", "value"),
    [
        (Film.itself, "o.title", "Ran"),
        (Film.as_name, "o.title", "Ran"),
        (Film.constant, "o.number * 3", 12),
        (Film.called, "n1(o.number)", 2.0),
        (Film.built_in, "n1(o.title)", 3),
        (Film.with_argument, "n1 + o.title", "TENRan"),
        (Film.in_a_loop, "[n1.upper() for n1 in o.title if n1 != 'a']", ["R", "N"]),
        (Film.class_name, "'Film'", "Film"),
        (Film.related, "o.itself()", "Ran"),
    ],
)
def test_what_is_written_out(function: Callable[..., Any], expression: str, value: object) -> None:
    assert value_of(function) == (expression, value)


def test_an_argument_that_is_given_takes_the_place_of_the_default() -> None:
    assert value_of(Film.with_argument, scale=SimpleNamespace(name="FIVE")) == ("n1.name + o.title", "FIVERan")


def test_an_argument_may_be_an_expression() -> None:
    assert value_of(Film.with_argument, scale=Code("o.scale")) == ("o.scale.name + o.title", "FIVERan")


def test_arguments_that_are_not_known_yet_are_passed_on_and_nothing_is_taken_for_them() -> None:
    film = Subject(Film)

    assert Call(Film.with_argument, {"self": film}, Namespace(), more="A[0]").written() == "n1(o, **A[0])"
    assert Call(Film.itself, {"self": film}, Namespace(), more="A[0]").written() == "o.title"


@pytest.mark.parametrize("function", [Film.with_a_docstring, Film.in_two_steps, Film.in_two_loops])
def test_what_is_called(function: Callable[..., Any]) -> None:
    expression, value = value_of(function)

    assert (expression, value) == ("n1(o)", function(Film("Ran", 4)))


@dataclass
class Seat:
    row: int
    number: int


@dataclass
class Hall:
    rows: list[int]

    def first(self) -> Seat:
        return Seat(number=1, row=self.rows[0])

    def found(self) -> Seat | None:
        return None if not self.rows else Seat(row=self.rows[0], number=1)

    def seats(self) -> list[Seat]:
        return [Seat(row=row, number=number) for number, row in enumerate(self.rows)]

    def kept(self) -> Seat:
        return keep(Seat(row=1, number=1))

    def in_order(self) -> Seat:
        return Seat(1, 2)


def keep(seat: Seat) -> Seat:
    return seat


@pytest.mark.parametrize(
    ("function", "expected"),
    [(Hall.first, Making.ONE), (Hall.found, Making.ONE_OR_NONE), (Hall.seats, Making.LIST), (Hall.kept, None), (Hall.in_order, None)],
)
def test_what_functions_make(function: Callable[..., Any], expected: Making | None) -> None:
    assert making(function, Seat) is expected
    assert making(function, Hall) is None


@pytest.mark.parametrize(
    ("function", "expression", "value"),
    [
        (Hall.first, "([1, o.rows[0]])", [1, 7]),
        (Hall.found, "None if not o.rows else ([o.rows[0], 1])", [7, 1]),
        (Hall.seats, "[([n3, n2]) for n2, n3 in n1(o.rows)]", [[7, 0], [8, 1]]),
    ],
)
def test_what_is_made_gives_way_to_what_it_is_made_of(function: Callable[..., Any], expression: str, value: object) -> None:
    names = Namespace()
    written = Call(function, {"self": Subject(Hall)}, names).written_with(lambda fields: f"[{', '.join(fields.values())}]")

    assert written == expression
    assert names.function("o", expression)(Hall([7, 8])) == value


def test_an_object_that_nobody_makes_is_read_by_its_fields_and_made_where_it_is_wanted_whole() -> None:
    names = Namespace()
    film = Subject(Film, f"{names.name(Film)}(title=o, number=3)", {"title": "o", "number": "3"})

    assert Call(Film.itself, {"self": film}, names).written() == "o"
    assert Call(Film.with_a_docstring, {"self": film}, names).written() == "n2(n1(title=o, number=3))"
    assert Call(Film.related, {"self": film}, names).written() == "n3(n1(title=o, number=3))"
