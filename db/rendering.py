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
    converters: tuple[tuple[int, Converter], ...] = ()

    def values(self, parameters: Mapping[str, Any]) -> list[Any]:
        """The parameters' values in the order of the text's placeholders."""
        if not self.binders and not self.defaults:
            return [parameters[name] for name in self.names]
        given = {**self.defaults, **parameters}
        return [self.binders[name](given[name]) if name in self.binders else given[name] for name in self.names]

    def bind(self, parameters: Mapping[str, Any]) -> tuple["Rendered", list[Any]]:
        """The text with each list parameter spread out, and the values for it."""
        if not self.lists:
            return self, self.values(parameters)
        text, values = self.text, []
        for name, value in zip(self.names, self.values(parameters), strict=True):
            if name in self.lists:
                if not value:
                    raise ValueError(f"the list {name} is empty")
                marks = ", ".join([self.placeholder] * len(value))
                text = text.replace(f"{_LIST_OPENS}{name}{_LIST_CLOSES}", f"({marks})", 1)
                values.extend(value)
            else:
                values.append(value)
        return Rendered(text), values

    def union(self, times: int) -> "Rendered":
        """The same SELECT `times` over, in one statement."""
        if times == 1:
            return self
        if self.placeholder == "%s":
            return Rendered(" UNION ALL ".join([f"({self.text})"] * times))
        return Rendered(_nested_union(f"SELECT * FROM ({self.text})", times))  # noqa: S608  # rendered text, no value in it

    def rows(self, rows: Rows) -> Rows:
        if not self.converters:
            return rows
        return [self._converted(row) for row in rows]

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        cells = list(row)
        for index, converter in self.converters:
            cells[index] = converter(cells[index])
        return tuple(cells)


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
        converters=_result_converters(statement, dialect),
    )


def _each(binder: Converter) -> Converter:
    return lambda values: [binder(value) for value in values]


def _result_converters(statement: Executable, dialect: Dialect) -> tuple[tuple[int, Converter], ...]:
    columns = getattr(statement, "selected_columns", ())
    found = ((index, column.type.dialect_impl(dialect).result_processor(dialect, None)) for index, column in enumerate(columns))
    return tuple((index, converter) for index, converter in found if converter is not None)
