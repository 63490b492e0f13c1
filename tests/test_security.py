"""SECURITY.md is as good as the tests that it names."""

import ast
import re
from pathlib import Path

import pytest

from tests.cinegraph import ROOT

TEXT = (ROOT / "SECURITY.md").read_text("utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in TEXT.splitlines() if re.match(r"\| (?!Threat)", line)]
NAMED = re.compile(r"`(tests/\S+\.py)::(test_\w+)`")


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_threat_has_a_test_that_exists(row: list[str]) -> None:
    _threat, defence, tests = row
    named = NAMED.findall(tests)

    assert defence
    assert named
    assert ", ".join(f"`{file}::{name}`" for file, name in named) == tests.rstrip(" |")
    assert [f"{file}::{name}" for file, name in named if name not in names_in(ROOT / file)] == []


def names_in(file: Path) -> set[str]:
    if not file.is_file():
        return set()
    return {node.name for node in ast.parse(file.read_text("utf-8")).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_all_ten_risks_of_apis_are_there() -> None:
    assert [row[0].partition(" ")[0] for row in ROWS if row[0].startswith("API")] == [f"API{number}" for number in range(1, 11)]


def test_a_test_that_does_not_exist_is_found() -> None:
    assert "test_nothing_of_the_kind" not in names_in(Path(__file__))
    assert "test_a_test_that_does_not_exist_is_found" in names_in(Path(__file__))
    assert names_in(ROOT / "tests" / "test_none.py") == set()
