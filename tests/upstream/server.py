"""Both services on one port of 127.0.0.1, served over real HTTP from a thread of its own."""

import socket
import struct
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.upstream.by_hand import control_routes
from tests.upstream.catalogue import Title, read_catalogue
from tests.upstream.control import Control, Misbehaving
from tests.upstream.movie_database import MovieDatabase
from tests.upstream.tmdb import Tmdb

TMDB_TOKEN = "a-tmdb-token"
RAPIDAPI_KEY = "a-rapidapi-key"
SECONDS_TO_START = 10.0
# To linger for no time is to end a connection with a reset instead of a good-bye.
NO_TIME = struct.pack("ii", 1, 0)


class Upstream:
    """The emulator; as a context manager it runs inside the block. `tmdb` and `movie_database` control its services."""

    def __init__(self, titles: Sequence[Title] | None = None, port: int = 0) -> None:
        known = read_catalogue() if titles is None else titles
        self.tmdb = Control(key=TMDB_TOKEN)
        self.movie_database = Control(key=RAPIDAPI_KEY)
        self._app = Starlette(
            routes=[
                Mount("/3", Misbehaving(Tmdb(known, self.tmdb).app(), self.tmdb)),
                Mount("/omdb", Misbehaving(MovieDatabase(known, self.movie_database).app(), self.movie_database)),
                *control_routes({"tmdb": self.tmdb, "movie-database": self.movie_database}),
            ]
        )
        self._socket = socket.create_server(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(
            uvicorn.Config(self._answer, interface="asgi3", http="h11", ws="none", lifespan="off", log_level="critical", access_log=False)
        )
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a Cinegraph that asks this emulator."""
        return {
            "TMDB_BASE_URL": f"{self.url}/3",
            "TMDB_API_TOKEN": TMDB_TOKEN,
            "MOVIE_DATABASE_BASE_URL": f"{self.url}/omdb/",
            "MOVIE_DATABASE_API_KEY": RAPIDAPI_KEY,
        }

    def start_afresh(self) -> None:
        """Behave, accept the keys of `settings`, and forget the calls, as if just started."""
        self.tmdb.start_afresh(TMDB_TOKEN)
        self.movie_database.start_afresh(RAPIDAPI_KEY)

    def start(self) -> None:
        self._thread.start()
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._server.started:
            if time.monotonic() > deadline:
                raise RuntimeError("the emulator of the outside services did not start")
            time.sleep(0.01)

    def stop(self) -> None:
        # At once, whoever is still kept waiting.
        self._server.force_exit = self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.stop()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        def reset() -> None:
            """Break the connection that is answered on."""
            transport = next(
                each.transport
                for each in self._server.server_state.connections
                if isinstance(each, H11Protocol) and each.client == scope["client"]
            )
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_TIME)
            transport.abort()

        await self._app({**scope, "reset": reset}, receive, send)
