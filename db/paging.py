"""Keyset pages: "the next ones after this row" in place of "skip so many", so that rows that come and go shift nothing.

An ordering is a column and the id that breaks its ties; an index on both answers any of its pages, in either direction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_

from db.rendering import Rows
from db.rows import Key, Page, PageRequest

Row = TypeVar("Row")


@dataclass(frozen=True)
class Ordering:
    """`key` and then `id`, both descending or both ascending."""

    key: ColumnElement[Any]  # Any: a number, a text or a time
    id: ColumnElement[int]
    descending: bool


def keyset_page(select: Select[Any], ordering: Ordering, *, backward: bool, after: bool, before: bool) -> Select[Any]:
    """`select`, which has the ordering's key among its columns, cut to a page; Any: whatever it selects.

    Its parameters are `limit`, and `after_key`, `after_id`, `before_key`, `before_id` where asked for. A backward page
    comes reversed.
    """
    page = select
    if after:
        page = page.where(_beyond(ordering, "after", descending=ordering.descending))
    if before:
        page = page.where(_beyond(ordering, "before", descending=not ordering.descending))
    order = (ordering.key, ordering.id)
    descending = ordering.descending is not backward
    return page.order_by(*(each.desc() if descending else each.asc() for each in order)).limit(bindparam("limit"))


def _beyond(ordering: Ordering, name: str, *, descending: bool) -> ColumnElement[bool]:
    key = bindparam(f"{name}_key", type_=ordering.key.type)
    row_id = bindparam(f"{name}_id", type_=ordering.id.type)
    # Of this MariaDB makes an exact range, however many rows share the key; of `(key, id) < (?, ?)` it makes none. The first
    # comparison follows from the second, and is what SQLite reads its range from.
    if descending:
        return and_(ordering.key <= key, or_(ordering.key < key, and_(ordering.key == key, ordering.id < row_id)))
    return and_(ordering.key >= key, or_(ordering.key > key, and_(ordering.key == key, ordering.id > row_id)))


def page_parameters(request: PageRequest) -> Mapping[str, Any]:
    """The parameters of keyset_page(); one row more than the page tells whether there are more."""
    parameters: dict[str, Any] = {"limit": request.size + 1}  # Any: keys are numbers, texts or times
    if request.after is not None:
        parameters["after_key"], parameters["after_id"] = request.after
    if request.before is not None:
        parameters["before_key"], parameters["before_id"] = request.before
    return parameters


def page_of(
    rows: Rows, request: PageRequest, make: Callable[[tuple[Any, ...]], Row], key_of: Callable[[tuple[Any, ...]], Key]
) -> Page[Row]:
    """The page that `rows` (as keyset_page() selects them, at least one more than `size` where there are more) hold."""
    more = len(rows) > request.size
    kept = rows[: request.size]
    if request.backward:
        kept, has_next, has_previous = kept[::-1], request.before is not None, more
    else:
        has_next, has_previous = more, request.after is not None
    return Page(request.order, list(map(make, kept)), list(map(key_of, kept)), has_next, has_previous)
