"""Who may import whom: the rooms of the house stand above each other, and nothing goes back up a floor."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Room:
    """What the modules of one room may import of ours, and which libraries they may not; names hold for all below them."""

    ours: tuple[str, ...]
    never: tuple[str, ...] = ()


ROOMS = {
    "server": Room(("settings", "schema", "resolvers", "db", "integrations")),
    "settings": Room(()),
    "schema": Room(
        ("schema", "resolvers", "settings", "db.rows", "integrations.models", "integrations.shared_state"),
        never=("sqlalchemy", "httpx"),
    ),
    "resolvers": Room(("resolvers", "db", "integrations", "settings"), never=("starlette", "sqlalchemy", "strawberry")),
    "db": Room(("db", "settings")),
    "integrations": Room(("integrations", "settings")),
}
READERS_OF_THE_ENVIRONMENT = ("os.environ", "os.environb", "os.getenv", "os.getenvb", "pydantic_settings")
EXCEPTIONS = {("resolvers/loaders.py", "strawberry.dataloader.DataLoader")}
LOADED_WHERE_NEEDED = {
    "server.py": ("db.migrate", "integrations.redis_state"),
    "db/database.py": ("db.mysql", "db.sqlite"),
}
"""What may be imported inside functions: each takes about ten megabytes that some processes have no use for."""


def test_every_module_imports_only_what_its_room_may() -> None:
    files = [file for room in ROOMS for file in (ROOT / f"{room}.py", *(ROOT / room).rglob("*.py")) if file.exists()]

    assert {ROOT / "settings.py", ROOT / "db" / "database.py"} <= set(files)
    assert [breach for file in files for breach in breaches(file.relative_to(ROOT).as_posix(), file.read_text())] == []


@pytest.mark.parametrize(
    ("path", "source", "breach"),
    [
        ("db/search.py", "import resolvers.movie", "imports resolvers.movie"),
        ("db/search.py", "from integrations import tmdb", "imports integrations.tmdb"),
        ("integrations/tmdb.py", "import db", "imports db"),
        ("integrations/tmdb.py", "from ..db.rows import MovieRow", "imports db.rows.MovieRow"),
        ("settings.py", "from db.database import Database", "imports db.database.Database"),
        ("schema/types.py", "from db import movie_repository", "imports db.movie_repository"),
        ("schema/types.py", "from db import rows_of_old", "imports db.rows_of_old"),
        ("schema/types.py", "import server", "imports server"),
        ("schema/transport/app.py", "import httpx as client", "imports httpx"),
        ("schema/types.py", "from sqlalchemy.sql import text", "imports sqlalchemy.sql.text"),
        ("resolvers/movie.py", "from schema.types import Movie", "imports schema.types.Movie"),
        ("resolvers/movie.py", "from starlette.requests import Request", "imports starlette.requests.Request"),
        ("resolvers/movie.py", "from strawberry.dataloader import DataLoader", "imports strawberry.dataloader.DataLoader"),
        ("resolvers/loaders.py", "import strawberry", "imports strawberry"),
        ("resolvers/tokens.py", "import os\nSECRET = os.environ['JWT_SECRET']", "imports os.environ"),
        ("server.py", "from os import getenv", "imports os.getenv"),
        ("db/database.py", "from pydantic_settings import BaseSettings", "imports pydantic_settings.BaseSettings"),
        ("server.py", "def serve():\n    import uvicorn", "imports uvicorn inside a function"),
        ("db/search.py", "def find():\n    from db.mysql import MySQLBackend", "imports db.mysql.MySQLBackend inside a function"),
        ("db/search.py", "if True:\n    from schema import ids", "imports schema.ids"),
    ],
)
def test_a_breach_is_found(path: str, source: str, breach: str) -> None:
    line = source.count("\n") + 1
    assert breaches(path, source) == [f"{path}:{line} {breach}"]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("server.py", "import uvicorn\nfrom schema import schema\nfrom db.database import Database"),
        ("settings.py", "import os\nfrom pydantic_settings import BaseSettings\nHOME = os.environ['HOME']"),
        ("schema/types.py", "from db.rows import MovieRow\nfrom integrations import shared_state\nimport strawberry"),
        ("schema/transport/app.py", "from starlette.applications import Starlette\nfrom . import health"),
        ("resolvers/loaders.py", "from strawberry.dataloader import DataLoader\nfrom db import movie_repository"),
        ("db/database.py", "def open():\n    from db.mysql import MySQLBackend"),
        ("db/database.py", "import os\nimport sqlalchemy\nfrom .rows import MovieRow\nos.getpid()"),
    ],
)
def test_what_a_room_may_import_is_no_breach(path: str, source: str) -> None:
    assert breaches(path, source) == []


@pytest.mark.parametrize("library", ["redis", "alembic", "asyncmy", "aiosqlite"])
def test_what_few_processes_need_is_loaded_by_nobody_else(library: str) -> None:
    checked = f"import sys, server, schema.transport.app; sys.exit({library!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", checked], cwd=ROOT, check=False).returncode == 0


def breaches(path: str, source: str) -> list[str]:
    """One line for each import in the module at `path` (from the root of the repository) that its room may not have."""
    tree = ast.parse(source)
    room = PurePosixPath(path).parts[0].removesuffix(".py")
    local = {id(node) for node in _inside_functions(tree)}
    return [
        f"{path}:{node.lineno} imports {name}" + (" inside a function" if id(node) in local else "")
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt | ast.expr)
        for name in _imported(node, path)
        if (id(node) in local and not _is_under(name, LOADED_WHERE_NEEDED.get(path, ()))) or not _is_allowed(name, path, room)
    ]


def _is_allowed(name: str, path: str, room: str) -> bool:
    if (path, name) in EXCEPTIONS:
        return True
    if _is_under(name, tuple(ROOMS)):
        return _is_under(name, ROOMS[room].ours)
    if _is_under(name, READERS_OF_THE_ENVIRONMENT):
        return room == "settings"
    return not _is_under(name, ROOMS[room].never)


def _is_under(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def _imported(node: ast.stmt | ast.expr, path: str) -> list[str]:
    """The full names that a node imports; reading `os.environ` counts as importing it."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=module, names=names, level=level):
            package = PurePosixPath(path).parts[:-level] if level else ()
            return [".".join([*package, *([module] if module else []), alias.name]) for alias in names]
        case ast.Attribute(value=ast.Name(id="os"), attr=attribute) if f"os.{attribute}" in READERS_OF_THE_ENVIRONMENT:
            return [f"os.{attribute}"]
    return []


def _inside_functions(tree: ast.Module) -> Iterator[ast.AST]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from (node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom))
