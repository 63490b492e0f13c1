"""Cinegraph itself as a process, served as operators serve it."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests import unspoken
from tests.servers import LocalServer

ROOT = Path(__file__).parents[1]
SECRETS = ("JWT_SECRET", "TMDB_API_TOKEN", "MOVIE_DATABASE_API_KEY", "METRICS_TOKEN")
ADDRESSES = ("DATABASE_URL", "REDIS_URL")


class Cinegraph(LocalServer):
    """`server.py serve` on the database at a URL, with settings as environment variables are written.

    Whenever it stops, what it has written is searched for every secret that the tests have used so far.
    """

    hello = b"GET /healthz HTTP/1.0\r\n\r\n"

    def __init__(self, folder: Path, database_url: str, *, workers: int = 1, **settings: str) -> None:
        super().__init__(folder)
        self.address = f"http://127.0.0.1:{self.port}"
        self._workers = workers
        self.settings = {
            "DATABASE_URL": database_url,
            "JWT_SECRET": "a secret of tests that has more than thirty-two bytes",
            "RATE_LIMIT_PER_MINUTE": "0",
            **settings,
        }
        unspoken.keep(*(self.settings.get(name, "") for name in SECRETS))
        unspoken.keep(*(urlsplit(self.settings.get(name, "")).password or "" for name in ADDRESSES))

    def command(self) -> Sequence[str]:
        settings = [f"{name}={value}" for name, value in self.settings.items()]
        serve = [sys.executable, str(ROOT / "server.py"), "serve", "--port", str(self.port), "--workers", str(self._workers)]
        return ["env", "-C", os.fspath(self.folder), *settings, *serve]

    def log(self) -> list[dict[str, Any]]:  # Any: JSON
        """What it has logged so far; it may have said other things before it logged."""
        return [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]

    def stop(self) -> None:
        super().stop()
        unspoken.check(self._log)

    def kill(self) -> None:
        super().kill()
        unspoken.check(self._log)
