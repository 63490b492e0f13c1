"""What holds for the repository as a whole: its lock files, its top level, and what no file of it may name."""

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK_FILES = ("requirements.lock", "requirements-dev.lock")
CLIENT_LOCK_FILE = "tests/clients/requirements.lock"
PACKAGES = {"schema", "resolvers", "db", "integrations", "tests"}
MODULES = {"server.py", "settings.py"}

# Where packages are downloaded from is each machine's own affair.
REGISTRY = re.compile(r"https?://(registry|files|deb|pypi)\.|/simpl[e]/", re.IGNORECASE)
REQUIREMENT = re.compile(r"(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>\S+)(?P<marker> ; [^\\]+)?")


def test_the_top_level_holds_the_rooms_and_no_other_code() -> None:
    code = {file.relative_to(ROOT) for file in repository_files() if file.suffix == ".py"}

    assert {file.parts[0] for file in code} <= PACKAGES | MODULES
    assert {"settings.py", "db", "tests"} <= {file.parts[0] for file in code}


def test_no_file_names_a_package_registry() -> None:
    assert [file.relative_to(ROOT).as_posix() for file, text in texts() if REGISTRY.search(text)] == []


def test_nothing_but_ci_looks_outside_of_the_repository() -> None:
    outside = "/".join(["..", "shared"])
    assert {file.relative_to(ROOT).as_posix() for file, text in texts() if outside in text} == {".ci/run"}


def test_every_locked_package_has_one_version_and_its_hashes() -> None:
    for lock_file in (*LOCK_FILES, CLIENT_LOCK_FILE):
        for requirement, options in locked(lock_file):
            assert REQUIREMENT.fullmatch(requirement), f"{lock_file}: {requirement}"
            assert options, f"{lock_file}: {requirement} has no hash"
            for option in options:
                assert re.fullmatch("--hash=sha256:[0-9a-f]{64}", option), f"{lock_file}: {requirement} has {option}"


def test_what_tests_run_with_is_what_users_run_with() -> None:
    for_running, for_everything = (dict(locked(lock_file)) for lock_file in LOCK_FILES)

    assert {each: for_everything.get(each) for each in for_running} == for_running


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {
        "requirements.lock": project["dependencies"],
        "requirements-dev.lock": project["optional-dependencies"]["dev"],
    }
    for lock_file, dependencies in wanted.items():
        names = {requirement.partition("==")[0] for requirement, _ in locked(lock_file)}
        assert {re.split(r"[\[<>=;! ]", dependency)[0] for dependency in dependencies} <= names


def locked(lock_file: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each requirement of a lock file, its marker included, with the options that follow it."""
    text = (ROOT / lock_file).read_text().replace("\\\n", "")
    for line in text.splitlines():
        if not line.lstrip().startswith("#"):
            requirement, *options = re.split(r"\s+(?=--)", line.strip())
            yield requirement, tuple(options)


def texts() -> Iterator[tuple[Path, str]]:
    """The files that people read, with their text."""
    for file in repository_files():
        try:
            yield file, file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def repository_files() -> Iterator[Path]:
    """Every file of the checkout but what tools leave in it; found without git, which an unpacked archive does not have."""
    for folder, subfolders, names in os.walk(ROOT):
        subfolders[:] = [
            name for name in subfolders if name not in {"node_modules", "__pycache__"} and (name == ".ci" or not name.startswith("."))
        ]
        yield from (Path(folder) / name for name in names)
