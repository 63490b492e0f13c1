"""schema.graphql as a product: the rules that it keeps, and that no release breaks its clients unawares.

`make clients` runs these tests.
"""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.cinegraph import ROOT

pytestmark = pytest.mark.clients

SCHEMA = ROOT / "schema.graphql"
CLIENTS = ROOT / "tests" / "clients"


def test_it_keeps_the_rules_of_graphql_eslint() -> None:
    """Those recommended for schemas and those of Relay, but for the exemptions in eslint.config.js; descriptions and order throughout."""
    assert lint(ROOT) == (0, "")


def test_a_schema_that_breaks_rules_is_told_which(tmp_path: Path) -> None:
    (tmp_path / "schema.graphql").write_text(SCHEMA.read_text().replace("type Query {", "type Query {\n  getMovie: Movie\n"))

    code, told = lint(tmp_path)
    assert code == 1
    assert 'Field "getMovie" should not have "get" prefix' in told
    assert 'Description is required for field "getMovie" in type "Query"' in told
    assert "3 problems" in told  # the third: it is out of order


def test_changes_that_break_clients_are_named(tmp_path: Path) -> None:
    changed = tmp_path / "schema.graphql"
    text = SCHEMA.read_text().replace("  plot: String\n", "  plot: Int\n")
    changed.write_text(text.replace("  overview: String\n", "  overview: String!\n"))

    code, told = changes(SCHEMA, changed)
    assert code == 1
    assert told.splitlines() == [
        "BREAKING: Field 'Movie.plot' changed type from 'String' to 'Int'",
        "NON_BREAKING: Field 'TmdbMovie.overview' changed type from 'String' to 'String!'",
    ]
    assert changes(SCHEMA, SCHEMA) == (0, "")


def test_no_client_of_the_last_release_breaks_unawares(tmp_path: Path) -> None:
    """A release that breaks clients says so by its version: the next major one, or before 1.0 the next minor one."""
    release = last_release()
    if release is None:
        pytest.skip("There is no release tag yet (such as v0.1.0) whose schema.graphql could be compared with this one.")
    released = tmp_path / "schema.graphql"
    released.write_text(output_of("git", "show", f"{release}:schema.graphql"))

    code, told = changes(released, SCHEMA)
    if code != 0:
        assert line_of(current_version()) != line_of(release.removeprefix("v")), told


@pytest.mark.parametrize(("earlier", "later", "same"), [("1.2.0", "1.3.0", True), ("1.2.0", "2.0.0", False), ("0.1.4", "0.2.0", False)])
def test_versions_of_one_line_promise_the_same_schema(earlier: str, later: str, same: bool) -> None:
    assert (line_of(earlier) == line_of(later)) is same


def test_the_changelog_begins_with_this_version() -> None:
    headings = re.findall(r"^## \[(.+)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert headings[0] == current_version()


def line_of(version: str) -> tuple[str, ...]:
    """What versions have in common that break no clients of each other, as semantic versioning says."""
    major, minor, _patch = version.split(".")
    return (major, minor) if major == "0" else (major,)


def current_version() -> str:
    version: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return version


def last_release() -> str | None:
    """The newest tag such as v0.1.0 that this checkout stems from; None where there is none, or no git."""
    try:
        return output_of("git", "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*").strip()
    except (FileNotFoundError, subprocess.CalledProcessError):
        return None


def lint(folder: Path) -> tuple[int, str]:
    """What graphql-eslint makes of the schema.graphql in a folder: its exit code, and what it tells."""
    return run(CLIENTS / "node_modules/.bin/eslint", "--config", CLIENTS / "eslint.config.js", "schema.graphql", folder=folder)


def changes(before: Path, after: Path) -> tuple[int, str]:
    """What graphql-inspector finds changed between two schemas, and 1 where any of it breaks clients."""
    return run("node", CLIENTS / "breaking-changes.js", before, after)


def run(*command: str | Path, folder: Path = ROOT) -> tuple[int, str]:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == "", done.stderr
    return done.returncode, done.stdout


def output_of(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
