"""The CSV files of a MovieLens folder, row by row: none is ever held in memory.

A row that is wrong is reported as `file:line: what is wrong and what would be right`, and left out.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Report = Callable[[str], None]
Record = TypeVar("Record")


class MovieLensError(Exception):
    """The folder cannot be read; its text says in a sentence why, and what would be right."""


class BadRow(ValueError):
    """A row is wrong; its text says how, and what would be right."""


@dataclass(frozen=True, slots=True)
class MovieLensFolder:
    links: Path
    movies: Path
    ratings: Path


def open_folder(path: Path) -> MovieLensFolder:
    """The folder's files; raises MovieLensError where one is missing."""
    if not path.is_dir():
        raise MovieLensError(f"{path} is not a folder; name one that holds links.csv, movies.csv and ratings.csv.")
    plain, packed = path / "ratings.csv", path / "ratings.csv.gz"
    if not plain.is_file() and not packed.is_file():
        raise MovieLensError(f"{path} holds neither ratings.csv nor ratings.csv.gz; one of them must be there.")
    for name in ("links.csv", "movies.csv"):
        if not (path / name).is_file():
            raise MovieLensError(f"{path} holds no {name}; it must be there beside the ratings.")
    return MovieLensFolder(path / "links.csv", path / "movies.csv", plain if plain.is_file() else packed)


def count_rows(file: Path) -> int:
    """How many rows stand below the header; the file is read once for it."""
    with _opened(file) as lines:
        return sum(1 for line in lines if line.strip()) - 1


def read_rows(file: Path, columns: Sequence[str], parse: Callable[..., Record], report: Report) -> Iterator[tuple[int, Record]]:
    """Each row's line number, and what `parse` makes of its cells in these columns.

    `parse` raises BadRow to have a row reported and left out. Raises MovieLensError where the header lacks a column,
    and where the file breaks off.
    """
    with _opened(file) as lines:
        header = next(lines, "")
        try:
            names = _cells(header)
            places = [names.index(column) for column in columns]
        except ValueError:
            raise MovieLensError(f"{file}:1: the header must name the columns {', '.join(columns)}.") from None
        for number, line in enumerate(lines, start=2):
            try:
                cells = _cells(line)
                if not cells:
                    continue
                if len(cells) != len(names):
                    raise BadRow(f"the row has {len(cells)} columns, and the header {len(names)}; they must agree")
                record = parse(*(cells[place] for place in places))
            except BadRow as wrong:
                report(f"{file.name}:{number}: {wrong}")
            else:
                yield number, record


@contextmanager
def _opened(file: Path) -> Iterator[Iterator[str]]:
    """The file's lines. What is not UTF-8 is smuggled through as surrogates, so that only its own row is refused."""
    packed = file.suffix == ".gz"
    try:
        with gzip.open(file) if packed else file.open("rb") as stream:
            yield io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    except (OSError, EOFError, zlib.error) as error:
        raise MovieLensError(f"{file} cannot be read to its end: it is damaged, cut short or not readable.") from error


def _cells(line: str) -> list[str]:
    """A line's cells. Each is read by itself: a quotation mark left open must not swallow the lines below."""
    text = line.rstrip("\r\n")
    if not text.isascii() and any("\udc80" <= character <= "\udcff" for character in text):
        raise BadRow("the row is not in UTF-8; the file must be saved in UTF-8")
    if '"' not in text:
        return text.split(",") if text.strip() else []
    try:
        return next(csv.reader([text], strict=True))
    except csv.Error:
        raise BadRow('a quotation mark is not closed or stands inside a cell; there it is written twice ("")') from None
