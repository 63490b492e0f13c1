"""Bodies that the outside services really sent, answered to the clients over HTTP.

`python -m tests.integrations.recorded_bodies FOLDER`, where FOLDER has the bodies in tmdb/ and omdb/. Each must be read
as what it is, or fail with the right error.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import click

from integrations.errors import QuotaExhausted, RefusedKey, Unavailable, UpstreamError
from integrations.http import CallRules
from integrations.models import MovieDatabaseDetails, MovieDatabasePage, TmdbFind, TmdbMovie, TmdbMoviePage
from integrations.movie_database import MovieDatabaseClient
from integrations.shared_state import InProcessState
from integrations.tmdb import TmdbClient
from tests.upstream import Upstream
from tests.upstream.misbehaviour import answer


@dataclass(frozen=True)
class Case:
    """What is asked so that files of this name answer it, and what comes of it: a record, None or an error."""

    files: str
    asked: str
    outcome: type
    status: int = 200


# The first case that fits a file holds. A body of a question that Cinegraph does not ask answers one like it.
CASES = (
    Case("tmdb/movie_external_ids_*", "imdb_id", str),
    Case("tmdb/tv_external_ids_*", "imdb_id", str),
    Case("tmdb/movie_*", "movie", TmdbMovie),
    Case("tmdb/rating_post_*", "movie", type(None)),
    Case("tmdb/search_*", "search", TmdbMoviePage),
    Case("tmdb/discover_*", "discover", TmdbMoviePage),
    Case("tmdb/account_rated_*", "discover", TmdbMoviePage),
    Case("tmdb/find_*", "find", TmdbFind),
    Case("tmdb/genre_*", "genres", tuple),
    Case("tmdb/error_401_*", "movie", RefusedKey, 401),
    Case("tmdb/error_404_*", "movie", type(None), 404),
    Case("tmdb/error_429_*", "movie", Unavailable, 429),
    Case("omdb/search_*", "search titles", MovieDatabasePage),
    Case("omdb/error_search_*", "search titles", MovieDatabasePage),
    Case("omdb/by_id_dupe_*", "title", type(None)),
    Case("omdb/by_title_season*", "title", Unavailable),
    Case("omdb/by_*", "title", MovieDatabaseDetails),
    Case("omdb/error_by_id_*", "title", type(None)),
    Case("omdb/error_limit_*", "title", QuotaExhausted, 401),
    Case("omdb/malformed_*", "title", Unavailable),
    Case("omdb/rapidapi_403_*", "title", RefusedKey, 403),
)


async def outcome_of(body: bytes, case: Case, upstream: Upstream) -> object:
    """What the clients make of a body: what they return, or the error that they raise."""
    settings, rules = upstream.settings, CallRules(deadline_seconds=1)
    tmdb = TmdbClient(settings["TMDB_API_TOKEN"], cache=InProcessState(), base_url=settings["TMDB_BASE_URL"], rules=rules)
    movie_database = MovieDatabaseClient(
        settings["MOVIE_DATABASE_API_KEY"],
        cache=InProcessState(),
        base_url=settings["MOVIE_DATABASE_BASE_URL"],
        rules=rules,
    )
    questions: dict[str, Callable[[], Awaitable[object]]] = {
        "movie": lambda: tmdb.movie(603),
        "imdb_id": lambda: tmdb.imdb_id(603),
        "find": lambda: tmdb.find("tt0133093"),
        "search": lambda: tmdb.search("matrix"),
        "discover": lambda: tmdb.discover(878),
        "genres": tmdb.genres,
        "title": lambda: movie_database.title("tt0133093"),
        "search titles": lambda: movie_database.search("matrix"),
    }
    for control in (upstream.tmdb, upstream.movie_database):
        control.misbehave(answer(body, status=case.status))
    try:
        return await questions[case.asked]()
    except UpstreamError as error:
        return error
    finally:
        await tmdb.close()
        await movie_database.close()


async def main(folder: Path) -> int:
    outcomes: Counter[str] = Counter()
    with Upstream() as upstream:
        for file in sorted(each for service in ("tmdb", "omdb") for each in (folder / service).iterdir()):
            name = file.relative_to(folder).as_posix()
            case = next(case for case in CASES if fnmatch(name, case.files))
            outcome = await outcome_of(file.read_bytes(), case, upstream)
            if type(outcome) is not case.outcome:
                click.echo(f"{name}: {outcome!r} instead of {case.outcome}")
                outcomes["wrong"] += 1
            elif isinstance(outcome, UpstreamError):
                outcomes["told as the right error"] += 1
            else:
                outcomes["told as unknown" if outcome is None else "read"] += 1
    told = ", ".join(f"{count} {what}" for what, count in outcomes.items())
    click.echo(f"{outcomes.total()} recorded bodies: {told}")
    return 1 if outcomes["wrong"] or not outcomes.total() else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(Path(sys.argv[1]))))
