"""What /metrics says: of one process, of several together, and to whom."""

from collections.abc import AsyncIterator, Mapping

import httpx
import pytest
from graphql import OperationDefinitionNode, parse
from prometheus_client.parser import text_string_to_metric_families

from db.database import Database
from integrations.errors import UpstreamError
from resolvers.services import Services
from schema.transport.metrics import MOST_NAMES, Metrics
from tests.accounts import register, serving
from tests.clients import Client
from tests.factories import movie, store
from tests.outside import clients_of
from tests.services import services_on
from tests.upstream import Upstream
from tests.upstream.misbehaviour import answer
from tests.waiting import until

TITLES = "query Titles { movies { nodes { title } } }"
RATE = 'mutation Rate { rateMovie(input: { imdbId: "tt0000001", value: 8 }) { errors { code } } }'

Samples = Mapping[tuple[str, ...], float]


def samples_of(text: str) -> Samples:
    """Our values by their names and their labels' values; without buckets, and without the times at which counting began."""
    return {
        (sample.name.removeprefix("cinegraph_"), *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("cinegraph_") and not sample.name.endswith(("_bucket", "_created"))
    }


async def samples(http: httpx.AsyncClient) -> Samples:
    response = await http.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    return samples_of(response.text)


def labelled(samples: Samples, name: str) -> Mapping[tuple[str, ...], float]:
    """What the samples of one name count, by its labels."""
    return {labels: value for (each, *rest), value in samples.items() if each == name for labels in [tuple(rest)]}


@pytest.fixture
async def services(database: Database) -> Services:
    await store(database, movies=[movie(1, "Ran"), movie(2, "Heat")])
    return services_on(database)


@pytest.fixture
async def client(services: Services) -> AsyncIterator[Client]:
    async with serving(services, RATE_LIMIT_PER_MINUTE="20", MAX_QUERY_COST="15", MAX_QUERY_DEPTH="4") as client:
        yield client


async def test_operations_are_timed_and_counted_by_code_kind_and_name(client: Client) -> None:
    ada = await register(client, "ada")
    for _ in range(3):
        await client.ask(TITLES)
    await ada.client.ask(RATE)
    await client.post("query Titles { movies(first: 0) { totalCount } }")
    seen = await samples(client.http)

    assert labelled(seen, "operation_seconds_count") == {
        ("OK", "mutation", "register"): 1,
        ("OK", "query", "Titles"): 3,
        ("OK", "mutation", "Rate"): 1,
        ("BAD_USER_INPUT", "query", "Titles"): 1,
    }
    assert 0 < seen["operation_seconds_sum", "OK", "query", "Titles"] < 5
    assert labelled(seen, "http_responses_total") == {("200",): 6}


async def test_points_statements_rows_and_connections_are_counted(client: Client, database: Database) -> None:
    before = await samples(client.http)
    await client.ask(TITLES)
    await until(lambda: not database.connections.in_use)  # SQLite's takes a moment to give back
    after = await samples(client.http)

    names = ("cost_points_total", "sql_statements_total", "sql_rows_total", "pool_waits_total")
    assert {name: after[(name,)] - before[(name,)] for name in names} == {
        "cost_points_total": 2,
        "sql_statements_total": 1,
        "sql_rows_total": 2,
        "pool_waits_total": 0,
    }
    assert labelled(after, "pool_connections") == {("in_use",): 0, ("idle",): database.connections.idle}


async def test_refusals_are_counted_by_code_and_by_limit(client: Client) -> None:
    await client.post("{ movies { nodes { ratings { nodes { user { username } } } } } }")
    await client.post("{ movies(first: 100) { nodes { ratings(first: 100) { totalCount } } } }")
    await client.post("{ nothing }")
    for _ in range(12):
        await client.post(TITLES)
    seen = await samples(client.http)

    assert labelled(seen, "refused_requests_total") == {
        ("QUERY_TOO_COMPLEX",): 2,
        ("GRAPHQL_VALIDATION_FAILED",): 1,
        ("RATE_LIMITED",): 2,
    }
    assert labelled(seen, "refusals_total") == {("depth",): 1, ("cost",): 1, ("points_per_minute",): 2}
    assert labelled(seen, "http_responses_total") == {("200",): 13, ("429",): 2}


async def test_calls_to_outside_services_are_counted_by_what_came_of_them(database: Database, upstream: Upstream) -> None:
    upstream.movie_database.misbehave(answer(status=500))
    async with clients_of(upstream) as outside:
        services = services_on(database, outside=outside)
        await services.tmdb.genres()
        with pytest.raises(UpstreamError):
            await services.movie_database.search("Ran")
        async with serving(services) as client:
            seen = await samples(client.http)

    assert labelled(seen, "outside_calls_total") == {("answered", "TMDB"): 1, ("unavailable", "The Movie Database Alternative"): 1}


def operation(text: str) -> OperationDefinitionNode:
    [node] = parse(text).definitions
    assert isinstance(node, OperationDefinitionNode)
    return node


def test_names_that_clients_make_up_are_labels_to_a_bound_and_then_root_fields_are() -> None:
    metrics = Metrics()
    for number in range(MOST_NAMES + 7):
        metrics.answered(operation(f"query Made{number} {{ genres {{ name }} }}"), "OK", 0.01)
    metrics.answered(operation("query Made3 { viewer { id } }"), "OK", 0.01)
    counts = labelled(samples_of(metrics.text().decode()), "operation_seconds_count")

    assert len(counts) == MOST_NAMES + 1
    assert (counts["OK", "query", "Made3"], counts["OK", "query", "genres"]) == (2, 7)


def test_an_operation_without_a_name_goes_by_its_root_field() -> None:
    metrics = Metrics()
    for text in ("{ genres { name } }", "{ a: genres { name } }", "{ genres { name } viewer { id } }", "{ ... { genres { name } } }"):
        metrics.answered(operation(text), "OK", 0.01)

    counts = labelled(samples_of(metrics.text().decode()), "operation_seconds_count")
    assert counts == {("OK", "query", "genres"): 2, ("OK", "query", "several"): 2}


async def test_times_fall_into_buckets() -> None:
    metrics = Metrics()
    for seconds in (0.0004, 0.02, 0.02, 40):
        metrics.answered(operation("{ genres { name } }"), "OK", seconds)
    families = {family.name: family for family in text_string_to_metric_families(metrics.text().decode())}
    buckets = [each for each in families["cinegraph_operation_seconds"].samples if each.name.endswith("_bucket")]

    assert {each.labels["le"]: each.value for each in buckets if each.labels["le"] in ("0.0005", "0.01", "0.025", "30.0", "+Inf")} == {
        "0.0005": 1,
        "0.01": 1,
        "0.025": 3,
        "30.0": 3,
        "+Inf": 4,
    }


@pytest.mark.parametrize("sent", [{}, {"Authorization": "Bearer another"}, {"Authorization": "a-token"}, {"Authorization": "Bearer "}])
async def test_without_their_token_metrics_are_shown_to_nobody(services: Services, sent: dict[str, str]) -> None:
    async with serving(services, METRICS_TOKEN="a-token") as client:
        refused = await client.http.get("/metrics", headers=sent)
        shown = await client.http.get("/metrics", headers={"Authorization": "Bearer a-token"})

    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert refused.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "cinegraph" not in refused.text
    assert (shown.status_code, "cinegraph_cost_points_total" in shown.text) == (200, True)
