"""What the README tells people to type is typed here, and must do what it says."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from tests.cinegraph import ROOT, Cinegraph
from tests.servers import find_program, free_port

README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = [(language, text) for language, text in re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)]
SHELL: list[str] = [text for language, text in BLOCKS if language == "sh"]
ADDRESS = "http://127.0.0.1:8000"


class Demo(Cinegraph):
    """What `make run` starts."""

    def command(self) -> Sequence[str]:
        return [*super().command(), "--demo"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    with Demo(folder, f"sqlite+aiosqlite:///{folder}/cinegraph.db", RATE_LIMIT_PER_MINUTE="1200") as server:
        yield server


def shell(block: str, folder: Path, **settings: str) -> str:
    """What a block prints, run as it stands in a folder where `.venv/bin/python` is this one."""
    (folder / ".venv/bin").mkdir(parents=True, exist_ok=True)
    python = folder / ".venv/bin/python"
    if not python.exists():
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        python.chmod(0o755)
    find_program("curl", "curl")
    ran: subprocess.CompletedProcess[str] = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def block_with(words: str) -> str:
    [block] = [each for each in SHELL if words in each]
    return block


def test_every_shell_block_is_one_that_is_tested_here() -> None:
    tested = ("make run ", "query TopRated", "mutation Register", "tests.upstream", "load-movielens")

    assert [sum(words in block for words in tested) for block in SHELL] == [1] * len(tested)


def test_the_two_commands_serve_the_sample_and_run_the_tests() -> None:
    plans = {
        target: subprocess.run(
            ["make", "--dry-run", "--no-print-directory", target], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        for target in re.findall(r"^make (\w+)", block_with("make run "), re.MULTILINE)
    }

    assert set(plans) == {"run", "test"}
    assert plans["run"].rstrip().endswith("server.py serve --demo")
    assert plans["test"].rstrip().endswith("-m pytest")


def test_the_first_query_has_the_answer_that_is_shown(demo: Demo, tmp_path: Path) -> None:
    [shown] = [json.loads(text) for language, text in BLOCKS if language == "json"]
    answered = json.loads(shell(block_with("query TopRated").replace(ADDRESS, demo.address), tmp_path))

    assert answered["data"] == shown["data"]
    assert answered["extensions"]["cost"].keys() == shown["extensions"]["cost"].keys()
    assert answered["extensions"]["cost"]["spent"] == shown["extensions"]["cost"]["spent"]


def test_the_first_query_is_the_one_that_is_sent() -> None:
    [shown] = [text for language, text in BLOCKS if language == "graphql" and "query TopRated" in text]
    [sent] = re.findall(r'"(query TopRated .*)"\}', block_with("query TopRated"))

    assert parse(json.loads(f'"{sent}"'), no_location=True) == parse(shown, no_location=True)


def test_somebody_registers_and_rates(demo: Demo, tmp_path: Path) -> None:
    printed = shell(block_with("mutation Register").replace(ADDRESS, demo.address), tmp_path)
    registered, rated = (json.loads(text)["data"] for text in re.split(r"(?<=\})(?=\{\"data\")", printed))

    assert registered["register"]["user"] == {"username": "filmlover"}
    assert registered["register"]["errors"] == []
    assert rated["rateMovie"]["rating"] == {"value": 9.0}
    assert rated["rateMovie"]["movie"]["title"] == "The Shawshank Redemption"
    assert rated["rateMovie"]["errors"] == []


def test_the_operations_fit_the_schema() -> None:
    schema = build_schema((ROOT / "schema.graphql").read_text("utf-8"))
    operations = [text for language, text in BLOCKS if language == "graphql"]

    assert len(operations) == 2
    assert [error.message for text in operations for error in validate(schema, parse(text))] == []


def test_the_emulator_prints_what_to_export(tmp_path: Path) -> None:
    port = free_port()
    [command] = re.findall(r"^(\.venv/bin/python -m tests\.upstream .*?) +#", block_with("tests.upstream"), re.MULTILINE)
    ask = f"{command.replace('9000', str(port))} > printed & emulator=$!; trap 'kill $emulator' EXIT; "

    printed = shell(f"{ask} for _ in $(seq 200); do [ $(wc -l < printed) -ge 4 ] && break; sleep 0.05; done; cat printed", tmp_path)

    exported = dict(re.findall(r"^export (\w+)='?([^'\n]+)'?$", printed, re.MULTILINE))
    assert set(exported) == {"TMDB_API_TOKEN", "TMDB_BASE_URL", "MOVIE_DATABASE_API_KEY", "MOVIE_DATABASE_BASE_URL"}
    assert str(port) in exported["TMDB_BASE_URL"]


def test_a_mysql_server_is_migrated_loaded_and_served(mariadb_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "ml-latest-small"
    folder.mkdir()
    (folder / "links.csv").write_text("movieId,imdbId,tmdbId\r\n1,0114709,862\r\n")
    (folder / "movies.csv").write_text("movieId,title,genres\r\n1,Toy Story (1995),Animation|Children\r\n")
    (folder / "ratings.csv").write_text("userId,movieId,rating,timestamp\r\n1,1,4.0,964982703\r\n")
    (tmp_path / "server.py").symlink_to(ROOT / "server.py")
    port = free_port()
    block = block_with("load-movielens")
    block = re.sub(r"^export DATABASE_URL=.*$", f"export DATABASE_URL='{mariadb_url}'", block, flags=re.MULTILINE)
    block = block.replace("create-admin admin", "create-admin admin <<< 'a long and quiet evening'")
    *commands, serve = block.replace("--host 0.0.0.0", f"--host 127.0.0.1 --port {port}").strip().splitlines()
    served = f"{serve} 2> log & server=$!; trap 'kill $server; wait $server' EXIT"
    ready = f"for _ in $(seq 300); do curl -sf http://127.0.0.1:{port}/readyz && break; sleep 0.1; done"
    asked = f"""curl -s http://127.0.0.1:{port}/graphql -H 'Content-Type: application/json' \\
        -d '{{"query": "{{ movie(imdbId: \\"tt0114709\\") {{ title genres averageRating }} }}"}}'"""

    printed = shell("\n".join([*commands, served, ready, asked]), tmp_path)

    assert "1 movies and 1 ratings are stored." in printed
    assert "admin is an admin." in printed
    assert '{"data":{"movie":{"title":"Toy Story","genres":["Animation","Family"],"averageRating":8.0}}' in printed
    _wait_until_closed(port)


def _wait_until_closed(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.05)
    pytest.fail("the server goes on after its shell has ended")
