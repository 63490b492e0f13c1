"""grafana-dashboard.json shows what /metrics tells, under the names by which it tells it."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.cinegraph import Cinegraph
from tests.clients import Client, over_http
from tests.upstream import Upstream

Panel = Mapping[str, Any]  # Any: JSON
Exposed = Mapping[str, Set[str]]
"""Names of metrics, each with the names of its labels."""

DASHBOARD = json.loads((Path(__file__).parents[1] / "grafana-dashboard.json").read_text())
PANELS: list[Panel] = DASHBOARD["panels"]
EXPRESSIONS: list[str] = [target["expr"] for panel in PANELS for target in panel["targets"]]

SELECTOR = re.compile(r"(\w+)\{([^}]*)\}")
MATCHER = re.compile(r'(\w+)="[^"]*"')
GROUPING = re.compile(r"\bby \(([^)]*)\)")
INTERVAL = "[$__rate_interval]"
FUNCTIONS = {"sum", "rate", "topk", "histogram_quantile"}
ADDED_BY_PROMETHEUS = {"job", "instance"}

GRAFANAS_UNITS = {"bytes", "cpm", "cps", "ops", "percentunit", "reqps", "s", "short"}
COLUMNS = 24

TOO_DEEP = "{ movies { nodes { ratings { nodes { movie { ratings { nodes { movie { ratings { totalCount } } } } } } } } } }"


def metrics_in(expression: str) -> set[str]:
    return {metric for metric, _ in SELECTOR.findall(expression)}


def labels_in(expression: str) -> set[str]:
    matched = {label for _, matchers in SELECTOR.findall(expression) for label in MATCHER.findall(matchers)}
    return matched | {label for labels in GROUPING.findall(expression) for label in labels.split(", ")}


def exposed_in(text: str) -> Exposed:
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {
        name: {label for sample in samples if sample.name == name for label in sample.labels} for name in {each.name for each in samples}
    }


async def traffic(client: Client) -> None:
    """Something of everything that is counted by a label only once it happens."""
    await client.ask("{ movies { totalCount } }")
    await client.ask("{ tmdbGenres { name } }")
    assert [error["extensions"]["code"] for error in await client.errors(TOO_DEEP)] == ["QUERY_TOO_COMPLEX"]


async def exposed_by(server: Cinegraph, wanted: set[str]) -> Exposed:
    """What /metrics tells as soon as all of `wanted` is there: processes that serve together tell each other once a second."""
    async with over_http(server.address) as client:
        await traffic(client)
        exposed: Exposed = {}
        with suppress(TimeoutError):
            async with asyncio.timeout(60):
                while not wanted <= exposed.keys():
                    exposed = exposed_in((await client.http.get("/metrics")).text)
                    await asyncio.sleep(0.1)
    assert wanted - exposed.keys() == set()
    return exposed


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_metric_and_label_is_one_that_a_server_exposes(
    tmp_path: Path, migrated_url: str, upstream: Upstream, workers: int
) -> None:
    shown = [each for each in EXPRESSIONS if workers == 1 or not each.startswith(("process_", "rate(process_"))]
    with Cinegraph(tmp_path, migrated_url, workers=workers, TMPDIR=str(tmp_path), **upstream.settings) as server:
        exposed = await exposed_by(server, set().union(*map(metrics_in, shown)))

    unknown = {(metric, label) for each in shown for metric in metrics_in(each) for label in labels_in(each) - exposed[metric]}
    assert {label for _, label in unknown} <= ADDED_BY_PROMETHEUS
    assert [name for name in exposed if name.startswith("process_")] == [] or workers == 1


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_holds_nothing_that_is_not_checked(expression: str) -> None:
    rest = GROUPING.sub("", SELECTOR.sub("", expression).replace(INTERVAL, ""))

    assert metrics_in(expression)
    assert set(re.findall(r"[a-zA-Z_]\w*", rest)) <= FUNCTIONS
    assert all(MATCHER.sub("", matchers).strip(", ") == "" for _, matchers in SELECTOR.findall(expression))


def test_legends_name_labels_that_their_expressions_leave() -> None:
    for panel in PANELS:
        for target in panel["targets"]:
            named = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            aggregated = GROUPING.search(target["expr"]) or "sum(" in target["expr"]
            assert named <= (labels_in(target["expr"]) if aggregated else ADDED_BY_PROMETHEUS), panel["title"]


def test_every_panel_says_what_it_shows_and_in_which_unit() -> None:
    assert len({panel["title"] for panel in PANELS}) == len({panel["id"] for panel in PANELS}) == len(PANELS)
    for panel in PANELS:
        assert panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"] in GRAFANAS_UNITS, panel["title"]


def cells(panel: Panel) -> Iterator[tuple[int, int]]:
    place = panel["gridPos"]
    for x in range(place["x"], place["x"] + place["w"]):
        for y in range(place["y"], place["y"] + place["h"]):
            yield x, y


def test_no_two_panels_overlap() -> None:
    taken = Counter(cell for panel in PANELS for cell in cells(panel))

    assert max(taken.values()) == 1
    assert max(x for x, _ in taken) < COLUMNS


def test_it_asks_the_prometheus_and_the_job_that_are_chosen_in_it() -> None:
    variables = {each["name"]: each for each in DASHBOARD["templating"]["list"]}

    assert (variables["datasource"]["type"], variables["datasource"]["query"]) == ("datasource", "prometheus")
    assert variables["job"]["query"]["query"] == "label_values(cinegraph_cost_points_total, job)"
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    for panel in PANELS:
        assert [panel["datasource"], *(target["datasource"] for target in panel["targets"])] == [chosen] * (1 + len(panel["targets"]))
    for expression in EXPRESSIONS:
        assert all('job="$job"' in matchers for _, matchers in SELECTOR.findall(expression))
