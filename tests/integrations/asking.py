"""Asking TMDB for a film, and how long that takes."""

import asyncio
import time

import pytest

from integrations.errors import Unavailable, UpstreamError
from integrations.http import CallRules
from integrations.models import TmdbMovie
from integrations.shared_state import InProcessState
from integrations.tmdb import TmdbClient
from tests.upstream import Upstream


async def title_of(tmdb: TmdbClient, tmdb_id: int = 603) -> str:
    movie = await tmdb.movie(tmdb_id, fresh=True)
    assert isinstance(movie, TmdbMovie)
    return movie.title


def client_with(upstream: Upstream, rules: CallRules) -> TmdbClient:
    base_url = upstream.settings["TMDB_BASE_URL"]
    return TmdbClient("a-tmdb-token", cache=InProcessState(), base_url=base_url, rules=rules)


async def seconds_until_refused(tmdb: TmdbClient) -> float:
    started = time.monotonic()
    with pytest.raises(Unavailable):
        await title_of(tmdb)
    return time.monotonic() - started


async def seconds_until_answered(tmdb: TmdbClient) -> float:
    """How long a service that is back stays away for whoever asks it again and again."""
    started = time.monotonic()
    while time.monotonic() - started < 5:
        try:
            await title_of(tmdb)
        except UpstreamError:
            await asyncio.sleep(0.02)
        else:
            break
    return time.monotonic() - started
