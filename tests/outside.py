"""What tests know of the outside services beyond their emulator (tests/upstream): clients of it, with every clock shortened, and errors."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from integrations.http import CallRules
from integrations.movie_database import MovieDatabaseClient
from integrations.shared_state import InProcessState, SharedState
from integrations.tmdb import TmdbClient
from tests.services import Outside
from tests.upstream import Upstream
from tests.upstream.control import Control

TMDB_WITHOUT_KEY = "TMDB is not set up on this server: set TMDB_API_TOKEN to a key from https://www.themoviedb.org/settings/api."
MOVIE_DATABASE_WITHOUT_KEY = (
    "The Movie Database Alternative is not set up on this server: "
    "set MOVIE_DATABASE_API_KEY to a key from https://rapidapi.com/rphrp1985/api/movie-database-alternative."
)
WITHOUT_KEYS = f"{TMDB_WITHOUT_KEY} {MOVIE_DATABASE_WITHOUT_KEY}"

# A tenth of the real clocks, more or less.
RULES = CallRules(
    deadline_seconds=1.0,
    connect_seconds=0.3,
    first_pause_seconds=0.02,
    longest_pause_seconds=0.1,
    calls_per_second=1000,
    probe_every_seconds=0.2,
    longest_refusal_seconds=0.4,
)
BOTH = ("TMDB_API_TOKEN", "MOVIE_DATABASE_API_KEY")


@asynccontextmanager
async def clients_of(
    upstream: Upstream, *, keys: Iterable[str] = BOTH, cache: SharedState | None = None, rules: CallRules = RULES
) -> AsyncIterator[Outside]:
    """Clients of the emulator with the keys that `keys` names as settings, and with no others."""
    settings, state = upstream.settings, cache or InProcessState()
    token, api_key = (settings[name] if name in keys else None for name in BOTH)
    tmdb = TmdbClient(token, cache=state, base_url=settings["TMDB_BASE_URL"], rules=rules)
    movie_database = MovieDatabaseClient(api_key, cache=state, base_url=settings["MOVIE_DATABASE_BASE_URL"], rules=rules)
    try:
        yield Outside(tmdb, movie_database)
    finally:
        await tmdb.close()
        await movie_database.close()


def calls_of(control: Control) -> list[str]:
    """What a service was asked: the paths of its calls, or the ids and searches where there is but one path."""
    return [call.parameters.get("i") or call.parameters.get("s") or call.path for call in control.calls]
