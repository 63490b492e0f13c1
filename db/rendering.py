"""SQLAlchemy statements as text: rendered once per dialect and kept, since rendering costs more than running.

Types keep their say: what a column's type does to a value on the way in or out (times lose and regain their zone, SQLite's dates
become text) is looked up once and applied to the columns that need it, and to no other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Executable
from sqlalchemy.dialects.mysql.asyncmy import dialect as mysql_dialect
from sqlalchemy.dialects.sqlite.aiosqlite import dialect as sqlite_dialect
from sqlalchemy.sql.compiler import SQLCompiler

KEPT_STATEMENTS = 1024
KEPT_DERIVED = 256
LASTING_LENGTH = 128
LASTING_UNION = 32
LIMIT = "limit"
_DIALECTS: dict[str, Dialect] = {"mysql": mysql_dialect(), "sqlite": sqlite_dialect()}
_LIST_OPENS, _LIST_CLOSES = "(__[POSTCOMPILE_", "])"

Converter = Callable[[Any], Any]  # Any: whatever the column's type takes and gives
Rows = Sequence[tuple[Any, ...]]


class Result(NamedTuple):
    rows: Rows
    row_count: int
    last_id: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """One statement's text with its parameters' names in order, and the converters of those that have one."""

    text: str
    names: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    placeholder: str = "%s"
    binders: Mapping[str, Converter] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    convert: Callable[[Rows], Rows] | None = None
    is_lasting: bool = False
    """Whether this text will be run again and again, so that preparing it on the server is worth a round trip."""
    derived: dict[object, "Rendered"] = field(default_factory=dict)
    """Texts made from this one: for lists of so many items, and for so many SELECTs side by side."""

    def values(self, parameters: Mapping[str, Any]) -> list[Any]:
        """The parameters' values in the order of the text's placeholders."""
        if not self.binders and not self.defaults:
            return [parameters[name] for name in self.names]
        given = {**self.defaults, **parameters}
        return [self.binders[name](given[name]) if name in self.binders else given[name] for name in self.names]

    def bind(self, parameters: Mapping[str, Any]) -> tuple["Rendered", list[Any]]:
        """The text with each list parameter spread out, and the values for it."""
        given = self.values(parameters)
        if not self.lists:
            return self, given
        values: list[Any] = []
        for name, value in zip(self.names, given, strict=True):
            if name in self.lists:
                more = _padded(len(value)) - len(value)
                values += [*value, *[value[-1]] * more]
            else:
                values.append(value)
        return self._spread(tuple(_padded(len(parameters[name])) for name in self.lists)), values

    def _spread(self, lengths: tuple[int, ...]) -> "Rendered":
        if lengths not in self.derived:
            text = self.text
            for name, length in zip(self.lists, lengths, strict=True):
                marks = ", ".join([self.placeholder] * length)
                text = text.replace(f"{_LIST_OPENS}{name}{_LIST_CLOSES}", f"({marks})")  # as often as it stands there
            self._keep(lengths, text, is_lasting=max(lengths) <= LASTING_LENGTH)
        return self.derived[lengths]

    def bind_each(self, parameter_sets: Sequence[Mapping[str, Any]]) -> tuple["Rendered", list[Any]]:
        """The same SELECT once for each set of parameters, in one statement, and the values for it."""
        sets = list(parameter_sets)
        if LIMIT in self.names and 1 < len(sets) <= LASTING_UNION:
            # Filled up with SELECTs of nothing, unions too come in few lengths.
            sets += [{**sets[-1], LIMIT: 0}] * (_padded(len(sets)) - len(sets))
        if not self.binders and not self.defaults:
            return self._union(len(sets)), [parameters[name] for parameters in sets for name in self.names]
        return self._union(len(sets)), [value for parameters in sets for value in self.values(parameters)]

    def _union(self, times: int) -> "Rendered":
        if times == 1:
            return self
        if times not in self.derived:
            if self.placeholder == "%s":
                text = " UNION ALL ".join([f"({self.text})"] * times)
            else:
                text = _nested_union(f"SELECT * FROM ({self.text})", times)  # noqa: S608  # rendered text, no value in it
            self._keep(times, text, is_lasting=LIMIT in self.names and times <= LASTING_UNION)
        return self.derived[times]

    def _keep(self, key: object, text: str, *, is_lasting: bool) -> None:
        if len(self.derived) >= KEPT_DERIVED:
            self.derived.clear()
        self.derived[key] = Rendered(text, is_lasting=is_lasting)

    def rows(self, rows: Rows) -> Rows:
        """The driver's rows with what the columns' types make of them."""
        return rows if self.convert is None else self.convert(rows)


def _padded(length: int) -> int:
    """The next power of two: lists are filled up by repeating an item, so that they come in few lengths."""
    if not length:
        raise ValueError("a list parameter is empty")
    return 1 << (length - 1).bit_length()


SQLITE_UNION_LIMIT = 500


def _nested_union(select: str, times: int) -> str:
    """SQLite takes at most 500 SELECTs side by side, so more of them are united in groups."""
    if times <= SQLITE_UNION_LIMIT:
        return " UNION ALL ".join([select] * times)
    groups, rest = divmod(times, SQLITE_UNION_LIMIT)
    parts = [_nested_union(select, SQLITE_UNION_LIMIT)] * groups + ([_nested_union(select, rest)] if rest else [])
    return " UNION ALL ".join(f"SELECT * FROM ({part})" for part in parts)  # noqa: S608  # as above


@lru_cache(maxsize=KEPT_STATEMENTS)
def render(statement: Executable, dialect_name: str) -> Rendered:
    """The statement's text for a dialect, kept for as long as the statement itself lives in this cache."""
    dialect = _DIALECTS[dialect_name]
    compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]  # every Core statement has it; Executable does not say so
    if not isinstance(compiled, SQLCompiler):
        raise TypeError("only SELECT, INSERT, UPDATE and DELETE are rendered")
    names = tuple(compiled.positiontup or ())
    binds = {name: compiled.binds[name] for name in names}
    binders = {name: binder for name, bind in binds.items() if (binder := bind.type.dialect_impl(dialect).bind_processor(dialect))}
    return Rendered(
        text=compiled.string,
        names=names,
        lists=tuple(name for name, bind in binds.items() if bind.expanding),
        placeholder="%s" if dialect_name == "mysql" else "?",
        binders={name: _each(binder) if binds[name].expanding else binder for name, binder in binders.items()},
        defaults={name: bind.effective_value for name, bind in binds.items() if not bind.required},
        is_lasting=True,
        convert=_rows_converter(statement, dialect),
    )


def _each(binder: Converter) -> Converter:
    return lambda values: [binder(value) for value in values]


def _rows_converter(statement: Executable, dialect: Dialect) -> Callable[[Rows], Rows] | None:
    """A function written for this statement's columns: it is run for every row, and a loop over columns costs several times as much."""
    columns = getattr(statement, "selected_columns", ())
    found = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    if not any(found):
        return None
    converters = {f"c{index}": converter for index, converter in enumerate(found) if converter is not None}
    cells = [f"None if v{index} is None else c{index}(v{index})" if converter else f"v{index}" for index, converter in enumerate(found)]
    names = "".join(f"v{index}, " for index in range(len(found)))
    made: Callable[[Rows], Rows] = eval(f"lambda rows: [({', '.join(cells)},) for {names} in rows]", converters)  # noqa: S307  # numbers only
    return made
