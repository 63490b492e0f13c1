"""The image is built by what `make run` does; no container engine is needed to hold its recipe to that."""

import re
import subprocess
from pathlib import Path

from settings import Settings

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text("utf-8")


def test_every_file_that_the_image_copies_is_there() -> None:
    sources = [part for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE) for part in line.split()[:-1]]

    assert len(sources) > 10
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_the_image_is_made_by_targets_that_make_run_makes_too() -> None:
    targets = [target for line in re.findall(r"^RUN make (.+?)(?: &&.*)?$", DOCKERFILE, re.MULTILINE) for target in line.split()]
    prerequisites = re.search(r"^run: (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)

    assert prerequisites is not None
    assert sorted(targets) == sorted(prerequisites[1].split())
    planned = subprocess.run(["make", "--dry-run", *targets], cwd=ROOT, capture_output=True, text=True, check=False)
    assert planned.returncode == 0, planned.stderr


def test_the_image_does_not_serve_as_root() -> None:
    serving = DOCKERFILE.rpartition("\nFROM ")[2]

    assert re.search(r"^USER cinegraph$", serving, re.MULTILINE)
    assert serving.index("USER cinegraph") < serving.index("CMD")


def test_compose_sets_nothing_that_is_no_setting() -> None:
    [environment] = re.findall(r"(?m)^    environment:\n((?:      [A-Z_]+: .*\n)+)    ports:", COMPOSE)
    names = {name.lower() for name in re.findall(r"(?m)^      ([A-Z_]+):", environment)}

    assert {"database_url", "jwt_secret", "redis_url"} <= names
    assert names <= set(Settings.model_fields)
