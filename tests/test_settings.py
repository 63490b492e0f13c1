"""What each setting takes, and the sentence that names it where it is wrong."""

import re
import stat
from ipaddress import ip_network
from pathlib import Path

import click
import pytest

from server import checked_settings
from settings import Settings, SettingsError, load_settings

SECRET = "a secret of at least thirty-two bytes"
MYSQL = "mysql+asyncmy://films:s3cret-word@127.0.0.1/films"

WRONG = [
    ("DATABASE_URL", "postgresql://localhost/films", "it must begin with mysql+asyncmy:// or sqlite+aiosqlite://"),
    ("DATABASE_URL", "mysql://films:s3cret-word@localhost/films", "it must begin with mysql+asyncmy:// or sqlite+aiosqlite://"),
    ("DATABASE_URL", "films.db", "it is no SQLAlchemy URL"),
    ("DATABASE_URL", "mysql+asyncmy://films:s3cret-word@localhost:port/films", "it is no SQLAlchemy URL"),
    ("DATABASE_URL", "mysql+asyncmy://films:s3cret-word@localhost", "it names no database"),
    ("TMDB_API_TOKEN", "s3cret-word\n", "it must be of visible ASCII characters, without blanks and line breaks"),
    ("TMDB_BASE_URL", "api.themoviedb.org/3", "it must begin with https:// or http:// and a host"),
    ("MOVIE_DATABASE_API_KEY", "s3cret-word “quoted”", "it must be of visible ASCII characters, without blanks and line breaks"),
    ("MOVIE_DATABASE_BASE_URL", "https://", "it must begin with https:// or http:// and a host"),
    ("OUTSIDE_CALLS_PER_DAY", "-1", "greater than or equal to 0"),
    ("RATE_LIMIT_PER_MINUTE", "many", "valid integer"),
    ("MAX_BODY_BYTES", "1 MiB", "valid integer"),
    ("MAX_QUERY_DEPTH", "0", "greater than or equal to 1"),
    ("MAX_QUERY_COST", "0", "greater than or equal to 1"),
    ("MAX_OPERATION_SECONDS", "0", "greater than 0"),
    ("MAX_OPERATIONS_AT_ONCE", "0", "greater than or equal to 1"),
    ("MAX_OPERATIONS_UNDER_WAY", "0", "greater than or equal to 1"),
    ("PROMETHEUS_MULTIPROC_DIR", "/no/such/folder", "there is no folder /no/such/folder"),
    ("WEB_CONCURRENCY", "0", "greater than or equal to 1"),
    ("REDIS_URL", "http://:s3cret-word@localhost:6379", "it must begin with redis://, rediss:// or unix://"),
    ("GRAPHIQL", "yes", "'on' or 'off'"),
    ("INTROSPECTION", "true", "'on' or 'off'"),
    ("TRUSTED_DOCUMENTS", "/no/such/file.json", "there is no file /no/such/file.json"),
    ("TRUSTED_PROXIES", "10.0.0.1, proxy.example", "proxy.example is neither an IP address nor a network"),
    ("METRICS_TOKEN", " ", "it must be of visible ASCII characters, without blanks and line breaks"),
    ("CORS_ORIGINS", "example.org", "example.org is no origin such as https://example.org"),
    ("CORS_ORIGINS", "https://example.org/path", "https://example.org/path is no origin such as https://example.org"),
    ("LOG_LEVEL", "loud", "'debug', 'info', 'warning', 'error' or 'critical'"),
]


@pytest.mark.parametrize(("name", "value", "reason"), WRONG)
def test_a_wrong_setting_stops_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setenv("JWT_SECRET", SECRET)

    with pytest.raises(click.ClickException) as stopped:
        checked_settings()

    assert re.fullmatch(rf"{name} is wrong: .*{re.escape(reason)}.*\.", stopped.value.message)
    assert "s3cret-word" not in stopped.value.message


@pytest.mark.parametrize(
    ("url", "secret", "sentence"),
    [
        (MYSQL, None, "JWT_SECRET is required on MySQL: set it to a random text of at least 32 bytes."),
        (MYSQL, "s3cret-word", "JWT_SECRET must hold secrets of at least 32 bytes each."),
        ("sqlite+aiosqlite:///films.db", f"{SECRET},s3cret-word", "JWT_SECRET must hold secrets of at least 32 bytes each."),
        ("sqlite+aiosqlite:///films.db", "é" * 15, "JWT_SECRET must hold secrets of at least 32 bytes each."),
    ],
)
def test_a_weak_secret_stops_the_start(url: str, secret: str | None, sentence: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings({"DATABASE_URL": url, **({"JWT_SECRET": secret} if secret else {})})

    assert str(raised.value) == sentence


def test_several_wrong_settings_are_all_named() -> None:
    with pytest.raises(SettingsError, match=r"^MAX_QUERY_DEPTH is wrong: .*\. LOG_LEVEL is wrong: .*\.$"):
        load_settings({"MAX_QUERY_DEPTH": "0", "LOG_LEVEL": "loud"})


def test_defaults() -> None:
    settings = load_settings({})

    assert (settings.database_url, settings.embedded) == ("sqlite+aiosqlite:///cinegraph.db", True)
    assert (settings.outside_calls_per_day, settings.rate_limit_per_minute) == (1000, 1200)
    assert (settings.max_body_bytes, settings.max_query_depth, settings.max_query_cost) == (1024 * 1024, 12, 1000)
    assert (settings.graphiql, settings.introspection, settings.log_level) == ("on", "on", "info")
    assert settings.tmdb_base_url == "https://api.themoviedb.org/3"
    assert settings.movie_database_base_url == "https://movie-database-alternative.p.rapidapi.com/"
    absent = (settings.tmdb_api_token, settings.movie_database_api_key, settings.redis_url, settings.metrics_token)
    assert absent == (None,) * 4


def test_lists_are_separated_by_commas_and_switches_written_in_any_case() -> None:
    settings = load_settings(
        {
            "JWT_SECRET": f"{SECRET}, the old {SECRET},",
            "TRUSTED_PROXIES": "10.0.0.0/8, ::1",
            "CORS_ORIGINS": "https://films.example,http://localhost:5173",
            "GRAPHIQL": "OFF",
            "LOG_LEVEL": "Warning",
        }
    )

    assert settings.signing_secrets() == (SECRET, f"the old {SECRET}")
    assert settings.proxy_networks == (ip_network("10.0.0.0/8"), ip_network("::1"))
    assert settings.cors_origins == ("https://films.example", "http://localhost:5173")
    assert (settings.graphiql, settings.log_level) == ("off", "warning")


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(name.upper(), "")

    assert load_settings() == load_settings({})


def test_secrets_are_not_printed() -> None:
    settings = load_settings(
        {
            "DATABASE_URL": MYSQL,
            "JWT_SECRET": f"s3cret-word {SECRET}",
            "TMDB_API_TOKEN": "s3cret-word",
            "MOVIE_DATABASE_API_KEY": "s3cret-word",
            "REDIS_URL": "redis://:s3cret-word@localhost",
            "METRICS_TOKEN": "s3cret-word",
        }
    )

    assert "s3cret-word" not in repr(settings) + str(settings)


def test_a_secret_is_made_once_beside_the_file_for_its_owner_alone(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'films.db'}"

    [made] = load_settings({"DATABASE_URL": url}).signing_secrets()

    assert len(made.encode()) >= 32
    assert load_settings({"DATABASE_URL": url}).signing_secrets() == (made,)
    [file] = tmp_path.iterdir()
    assert (file.name, stat.S_IMODE(file.stat().st_mode)) == ("films.db.secret", 0o600)
    file.write_text("cut off\n")
    with pytest.raises(SettingsError, match=r"holds no secret of 32 bytes: delete it to have a new one made, or set JWT_SECRET\.$"):
        load_settings({"DATABASE_URL": url}).signing_secrets()
