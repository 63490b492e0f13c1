"""Cinegraph's command line, and `app`, the ASGI application: here the rooms are put together, and nowhere else."""

import asyncio
import gc
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import uvicorn
from starlette.applications import Starlette

from db.database import Database, open_database
from db.movielens import Loaded, load
from db.movielens_files import MovieLensError
from db.progress import RowProgress
from db.sample import load_sample
from integrations.http import CallRules
from integrations.movie_database import MovieDatabaseClient
from integrations.shared_state import InProcessState, SharedState
from integrations.tmdb import TmdbClient
from resolvers.errors import CinegraphError, CommitUnknown, DatabaseAway
from resolvers.failed_logins import FailedLogins
from resolvers.operator import create_admin, delete_user, grant_admin, set_password
from resolvers.passwords import Passwords
from resolvers.services import Services, utc_now
from resolvers.session_watch import SessionWatch
from resolvers.sessions import Sessions
from resolvers.tokens import AccessTokens
from schema import sdl
from schema.transport.app import build_application
from schema.transport.corking import CorkedHttpProtocol
from schema.transport.logs import configure_logging
from settings import Settings, SettingsError, load_settings, tell_workers

SHUTDOWN_SECONDS = 30
OUT_OF_REACH = "The database is out of reach: is DATABASE_URL right, and is it running?"
UNKNOWN = "The database was lost before it answered. Whether this is done is not known: look before you try again."

ALLOCATIONS_BETWEEN_COLLECTIONS = 50_000
"""More than a dozen operations hold at once, in place of 700; some megabytes at most."""

METRICS_FILE = re.compile(r"(counter|gauge|histogram|summary)_\w+\.db")
"""As prometheus-client names them: whatever else lies in the folder is not ours to delete."""

TMDB_CALLS_PER_SECOND = 40
MOVIE_DATABASE_CALLS_PER_SECOND = 20
"""What the services tolerate of all processes together."""


def create_app() -> Starlette:
    """The ASGI application, with settings from the environment."""
    settings = load_settings()
    configure_logging(settings.log_level)

    return build_application(settings, lambda: open_services(settings))


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """What one process stands on, inside its event loop; closed on leaving."""
    state = shared_state(settings)
    tokens = AccessTokens(settings.signing_secrets(), utc_now)
    passwords = Passwords()
    tmdb = TmdbClient(
        settings.tmdb_api_token,
        cache=state,
        base_url=settings.tmdb_base_url,
        rules=share_of_calls(settings, TMDB_CALLS_PER_SECOND),
    )
    movie_database = MovieDatabaseClient(
        settings.movie_database_api_key,
        cache=state,
        base_url=settings.movie_database_base_url,
        rules=share_of_calls(settings, MOVIE_DATABASE_CALLS_PER_SECOND),
    )
    try:
        async with open_database(settings.database_url) as database:
            _settle_garbage_collector()
            sessions = Sessions(database, tokens)
            yield Services(
                database=database,
                shared_state=state,
                tokens=tokens,
                sessions=sessions,
                session_watch=SessionWatch(sessions),
                passwords=passwords,
                failed_logins=FailedLogins(state, enabled=settings.rate_limit_per_minute > 0),
                tmdb=tmdb,
                movie_database=movie_database,
                outside_calls_per_day=settings.outside_calls_per_day,
            )
    finally:
        await tmdb.close()
        await movie_database.close()
        passwords.close()
        await state.close()


def shared_state(settings: Settings) -> SharedState:
    if not settings.redis_url:
        return InProcessState()
    from integrations.redis_state import RedisState  # noqa: PLC0415  # 9 MiB that a process without Redis need not have

    return RedisState(settings.redis_url)


def share_of_calls(settings: Settings, calls_per_second: int) -> CallRules:
    """How one process may call a service that tolerates so many calls of all of them."""
    return CallRules(calls_per_second=max(1, calls_per_second // settings.web_concurrency))


def _settle_garbage_collector() -> None:
    """Leave what lives as long as the process out of every collection, which it made a tenth of a second long, and have fewer.

    Operations leave no circles behind: what a collection looks at is what those under way hold, and is still needed.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS_BETWEEN_COLLECTIONS, 10, 10)


def __getattr__(name: str) -> Starlette:
    """`app`, made when it is asked for: commands that serve nothing need no settings for serving."""
    if name == "app":
        return create_app()
    raise AttributeError(name)


def checked_settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


@click.group(help=__doc__)
def main() -> None: ...


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="The port to listen at.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="How many processes serve.")
@click.option("--demo", is_flag=True, help="Load the sample catalogue first, unless it is there.")
def serve(host: str, port: int, workers: int, demo: bool) -> None:
    """Serve the API. The embedded database is migrated first."""
    settings = checked_settings()
    with _metrics_folder(settings, workers) as metrics_folder:
        _check_application(settings)
        with suppress(DatabaseAway):  # it may come back: /readyz says so
            _prepare(settings)
        if settings.embedded:
            settings.signing_secrets()  # made before there are workers to make one each
        if demo:
            asyncio.run(_load_sample(settings))
        tell_workers(workers, metrics_folder)
        uvicorn.run(
            "server:app",
            http=CorkedHttpProtocol,
            host=host,
            port=port,
            workers=workers,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # TRUSTED_PROXIES says who is believed
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            ws_max_size=settings.max_body_bytes,
            ws_per_message_deflate=False,  # messages are small, and a thousand idle compressors are not
        )


def _check_application(settings: Settings) -> None:
    """Find what is wrong with files that settings name before there are workers to find it."""
    try:
        build_application(settings, lambda: open_services(settings))
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


@contextmanager
def _metrics_folder(settings: Settings, workers: int) -> Iterator[Path | None]:
    """Where several processes add up what they count, without what those of earlier times have left; None for a single one."""
    if folder := settings.prometheus_multiproc_dir:
        for left in folder.glob("*.db"):
            if METRICS_FILE.fullmatch(left.name):
                left.unlink()
        yield folder
    elif workers > 1:
        with TemporaryDirectory(prefix="cinegraph-metrics-") as made:
            yield Path(made)
    else:
        yield None


@main.command()
def migrate() -> None:
    """Bring the database to the newest revision."""
    from db.migrate import upgrade  # noqa: PLC0415  # as in _prepare

    try:
        upgrade(checked_settings().database_url)
    except DatabaseAway:
        raise click.ClickException(OUT_OF_REACH) from None


@main.command("load-movielens")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def load_movielens_command(folder: Path) -> None:
    """Load a MovieLens-shaped FOLDER: links.csv, movies.csv, and ratings.csv or ratings.csv.gz."""
    settings = checked_settings()
    try:
        _prepare(settings)
        loaded = asyncio.run(_load_movielens(settings, folder))
    except MovieLensError as error:
        raise click.ClickException(str(error)) from None
    except DatabaseAway:
        raise click.ClickException(OUT_OF_REACH) from None
    click.echo(f"{loaded.movies:,} movies and {loaded.ratings:,} ratings are stored.")


@main.command("create-admin")
@click.argument("username")
def create_admin_command(username: str) -> None:
    """Create an admin; asks for a password, or reads one line from standard input."""
    _operate(lambda database, passwords, password: create_admin(database, passwords, username, password, utc_now), _password())
    click.echo(f"{username} is an admin.")


@main.command("set-password")
@click.argument("username")
def set_password_command(username: str) -> None:
    """Set a user's password and end their sessions; asks for it, or reads one line from standard input."""
    _operate(lambda database, passwords, password: set_password(database, passwords, username, password), _password())
    click.echo(f"{username} has a new password, and all their sessions have ended.")


@main.command("grant-admin")
@click.argument("username")
def grant_admin_command(username: str) -> None:
    """Make an admin of a user."""
    _operate(lambda database, _passwords, _password: grant_admin(database, username))
    click.echo(f"{username} is an admin.")


@main.command("delete-user")
@click.argument("username")
def delete_user_command(username: str) -> None:
    """Delete a user with every rating, and end their sessions."""

    async def work(database: Database, _passwords: Passwords, _password: str) -> None:
        state = shared_state(checked_settings())
        try:
            await delete_user(database, state, username)
        finally:
            await state.close()

    _operate(work)
    click.echo(f"{username} is deleted.")


@main.command("print-schema")
def print_schema() -> None:
    """Print the schema in GraphQL's definition language."""
    click.echo(sdl(), nl=False)


def _password() -> str:
    if sys.stdin.isatty():
        asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return asked
    return sys.stdin.readline().rstrip("\r\n")


def _operate(work: Callable[[Database, Passwords, str], Awaitable[None]], password: str = "") -> None:
    """Run an operator's `work` on the database, and end with what it refuses as a message."""
    settings = checked_settings()

    async def run() -> None:
        with closing(Passwords()) as passwords:
            async with open_database(settings.database_url) as database:
                await work(database, passwords, password)

    try:
        _prepare(settings)
        asyncio.run(run())
    except CinegraphError as error:
        raise click.ClickException(str(error)) from None
    except CommitUnknown:
        raise click.ClickException(UNKNOWN) from None
    except DatabaseAway:
        raise click.ClickException(OUT_OF_REACH) from None


def _prepare(settings: Settings) -> None:
    """Migrate the embedded database; of another, insist that it has been."""
    from db.migrate import is_current, upgrade  # noqa: PLC0415  # 9 MiB that workers need not have

    if settings.embedded:
        upgrade(settings.database_url)
    elif not is_current(settings.database_url):
        raise click.ClickException("The database lacks tables of this version: run `python server.py migrate` first.")


async def _load_sample(settings: Settings) -> None:
    async with open_database(settings.database_url) as database:
        await load_sample(database)


async def _load_movielens(settings: Settings, folder: Path) -> Loaded:
    async with open_database(settings.database_url) as database:
        with RowProgress(sys.stderr) as progress:
            return await load(database, folder, report=progress.note, progress=progress, now=utc_now())


if __name__ == "__main__":
    main()
