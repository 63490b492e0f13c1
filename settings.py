"""What the operator may set: environment variables, read once, checked at start, and nowhere else.

`load_settings()` raises `SettingsError`, whose text is one sentence that names the setting and says what would be right.
"""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

MINIMUM_SECRET_BYTES = 32
DEFAULT_DATABASE_URL = "sqlite+aiosqlite:///cinegraph.db"
ORIGIN = re.compile(r"https?://[^/]+")
WEB_ADDRESS = re.compile(r"https?://[^/?#\s]+")
HEADER_WORD = re.compile(r"[!-~]+")
DRIVERS = ("mysql+asyncmy", "sqlite+aiosqlite")


class SettingsError(Exception):
    """A setting is wrong; the text says which and what would be right."""


Switch = Literal["on", "off"]
CommaSeparated = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """Every setting under its environment variable's name in lower case; frozen, and never printed with its secrets."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", case_sensitive=False, env_ignore_empty=True)

    database_url: str = Field(default=DEFAULT_DATABASE_URL, repr=False)
    jwt_secret: CommaSeparated = Field(default=(), repr=False)
    tmdb_api_token: str | None = Field(default=None, repr=False)
    tmdb_base_url: str = "https://api.themoviedb.org/3"
    movie_database_api_key: str | None = Field(default=None, repr=False)
    movie_database_base_url: str = "https://movie-database-alternative.p.rapidapi.com/"
    outside_calls_per_day: int = Field(default=1000, ge=0)
    rate_limit_per_minute: int = Field(default=1200, ge=0)
    max_body_bytes: int = Field(default=1024 * 1024, ge=1024)
    max_query_depth: int = Field(default=12, ge=1)
    max_query_cost: int = Field(default=1000, ge=1)
    # More than a call outside (10 seconds) and a transaction (8) may take together.
    max_operation_seconds: float = Field(default=30, gt=0)
    max_operations_at_once: int = Field(default=200, ge=1)
    # What two cores do in a second or two, and what a halt of a second makes pile up.
    max_operations_under_way: int = Field(default=1000, ge=1)
    redis_url: str | None = Field(default=None, repr=False)
    web_concurrency: int = Field(default=1, ge=1)
    """How many processes serve, as uvicorn calls it: they share what the outside services tolerate."""
    prometheus_multiproc_dir: Path | None = None
    """Where several processes add up their metrics, as prometheus-client calls it."""
    graphiql: Switch = "on"
    introspection: Switch = "on"
    trusted_documents: Path | None = None
    trusted_proxies: CommaSeparated = ()
    metrics_token: str | None = Field(default=None, repr=False)
    cors_origins: CommaSeparated = ()
    log_level: Literal["debug", "info", "warning", "error", "critical"] = "info"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings

    @field_validator("jwt_secret", "trusted_proxies", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part for each in value.split(",") if (part := each.strip())) if isinstance(value, str) else value

    @field_validator("graphiql", "introspection", "log_level", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _known_driver(cls, value: str) -> str:
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            raise ValueError("it is no SQLAlchemy URL") from None
        if url.drivername not in DRIVERS:
            raise ValueError(f"it must begin with {' or '.join(f'{name}://' for name in DRIVERS)}")
        if url.get_backend_name() != "sqlite" and not url.database:
            raise ValueError("it names no database: write mysql+asyncmy://user:password@host/database")
        return value

    @field_validator("tmdb_base_url", "movie_database_base_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if not WEB_ADDRESS.match(value):
            raise ValueError("it must begin with https:// or http:// and a host")
        return value

    @field_validator("tmdb_api_token", "movie_database_api_key", "metrics_token")
    @classmethod
    def _fits_a_header(cls, value: str | None) -> str | None:
        if value is not None and not HEADER_WORD.fullmatch(value):
            raise ValueError("it must be of visible ASCII characters, without blanks and line breaks")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("it must begin with redis://, rediss:// or unix://")
        return value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if origin != "*" and not ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin} is no origin such as https://example.org")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            try:
                ip_network(address)
            except ValueError:
                raise ValueError(f"{address} is neither an IP address nor a network") from None
        return value

    @field_validator("trusted_documents")
    @classmethod
    def _readable_file(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"there is no file {value}")
        return value

    @field_validator("prometheus_multiproc_dir")
    @classmethod
    def _folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError(f"there is no folder {value}")
        return value

    @model_validator(mode="after")
    def _long_secrets(self) -> "Settings":
        if any(len(secret.encode()) < MINIMUM_SECRET_BYTES for secret in self.jwt_secret):
            raise ValueError(f"JWT_SECRET must hold secrets of at least {MINIMUM_SECRET_BYTES} bytes each")
        if not self.jwt_secret and not self.embedded:
            raise ValueError(f"JWT_SECRET is required on MySQL: set it to a random text of at least {MINIMUM_SECRET_BYTES} bytes")
        return self

    @property
    def embedded(self) -> bool:
        """Whether the database is a SQLite file."""
        return make_url(self.database_url).get_backend_name() == "sqlite"

    @property
    def is_closed(self) -> bool:
        """Whether the server is for programs that know the schema, and tells nobody of it."""
        return self.graphiql == "off" and self.introspection == "off"

    @cached_property
    def proxy_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(address) for address in self.trusted_proxies)

    def signing_secrets(self) -> tuple[str, ...]:
        """The JWT secrets: the first signs, all verify. On SQLite without any, one is made once beside the file."""
        return self.jwt_secret or (_secret_beside(make_url(self.database_url).database),)


def tell_workers(count: int, metrics_folder: Path | None = None) -> None:
    """Let the processes that this one starts know how many they are, and where they add up their metrics."""
    os.environ["WEB_CONCURRENCY"] = str(count)
    if metrics_folder is not None:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics_folder)


def _secret_beside(database: str | None) -> str:
    if not database or database == ":memory:":
        return secrets.token_urlsafe(MINIMUM_SECRET_BYTES)
    path = Path(f"{database}.secret")
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(MINIMUM_SECRET_BYTES))
        # A link appears whole or not at all, so that workers that start together agree on the first.
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return _kept_secret(path)


def _kept_secret(path: Path) -> str:
    secret = path.read_text().strip()
    if len(secret.encode()) < MINIMUM_SECRET_BYTES:
        raise SettingsError(f"{path} holds no secret of {MINIMUM_SECRET_BYTES} bytes: delete it to have a new one made, or set JWT_SECRET.")
    return secret


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment (or, in tests, from `environment` alone); raises SettingsError."""
    try:
        if environment is None:
            return Settings()
        return Settings(**{name.lower(): value for name, value in environment.items() if value})  # type: ignore[arg-type]  # texts, as from the environment
    except ValidationError as error:
        raise SettingsError(" ".join(_sentence(each["loc"], each["msg"]) for each in error.errors())) from None


def _sentence(location: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    return f"{str(location[0]).upper()} is wrong: {message}." if location else f"{message}."
