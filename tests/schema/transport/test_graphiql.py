"""GraphiQL as it is served: the page, its policy, its files, and the worked examples that it opens with."""

import hashlib
import json
import logging
import re
import shutil
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from graphql import build_schema, parse, validate
from graphql.execution.values import get_variable_values
from graphql.language import OperationDefinitionNode
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from schema.transport.graphiql import BUNDLE, GraphiQL, load_examples, load_graphiql, wants_graphiql

ROOT = Path(__file__).parents[3]
LISTING = BUNDLE.with_suffix(".sha256").read_text().splitlines()
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def application(graphiql: GraphiQL) -> Starlette:
    async def endpoint(request: Request) -> Response:
        return graphiql.response() if wants_graphiql(request) else PlainTextResponse("an operation")

    return Starlette(routes=[Route("/graphql", endpoint, methods=["GET", "POST"]), *graphiql.routes])


@pytest.fixture
async def client(graphiql: GraphiQL) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(graphiql) as client:
        yield client


def client_of(graphiql: GraphiQL) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(application(graphiql)), base_url="http://cinegraph.test")


class Elements(HTMLParser):
    """What a page loads, and the texts of its own script elements by their id."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.texts: dict[str, str] = {}
        self._id: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.loads += [address for name in ("src", "href") if (address := attributes.get(name))]
        self._id = attributes.get("id") if tag == "script" else None

    def handle_data(self, data: str) -> None:
        if self._id is not None:
            self.texts[self._id] = data
            self._id = None


async def test_the_page_may_load_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphql", headers=BROWSER)

    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["content-security-policy"].split("; ") == [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
    assert page.headers["vary"] == "Accept"
    assert "http" not in page.text


@pytest.mark.parametrize(
    ("method", "address", "accept", "expected"),
    [
        ("GET", "/graphql", "text/html,application/xhtml+xml,*/*;q=0.8", True),
        ("GET", "/graphql?from=a-link", "text/html", True),
        ("GET", "/graphql", "application/json", False),
        ("GET", "/graphql", "*/*", False),
        ("GET", "/graphql?query={__typename}", "text/html", False),
        ("GET", '/graphql?extensions={"persistedQuery":{}}', "text/html", False),
        ("GET", "/graphql?documentId=sha256:0", "text/html", False),
        ("POST", "/graphql", "text/html", False),
    ],
)
async def test_only_somebody_who_opens_the_address_in_a_browser_gets_it(
    client: httpx.AsyncClient, method: str, address: str, accept: str, expected: bool
) -> None:
    answer = await client.request(method, address, headers={"Accept": accept})

    assert answer.headers["content-type"].startswith("text/html") is expected


async def test_the_page_loads_files_of_the_bundle(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphql", headers=BROWSER)
    loads = Elements(page.text).loads

    assert [Path(address).name for address in loads] == ["icon.svg", "app.css", "app.js"]
    for address in loads:
        asset = await client.get(str(page.url.join(address)))
        digest = hashlib.sha256(asset.content).hexdigest()
        assert f"{digest}  {Path(address).name}" in LISTING
        assert asset.headers["content-encoding"] == "gzip"
        assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_a_file_comes_plain_to_who_cannot_unpack_it(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphql", headers=BROWSER)
    address = page.url.join(Elements(page.text).loads[-1])
    packed = await client.get(str(address))
    plain = await client.get(str(address), headers={"Accept-Encoding": "identity"})

    assert "content-encoding" not in plain.headers
    assert int(plain.headers["content-length"]) == len(packed.content) > 3 * int(packed.headers["content-length"])
    assert (plain.content, plain.headers["content-type"]) == (packed.content, "text/javascript; charset=utf-8")


async def test_files_of_another_build_are_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get("/graphql/assets/0123456789abcdef/app.js")).status_code == 404


def test_the_page_finds_its_files_behind_a_proxy_that_adds_a_prefix(graphiql: GraphiQL) -> None:
    [_icon, _style, script] = Elements(graphiql.html).loads
    [path] = [route.path for route in graphiql.routes if route.path.endswith("/app.js")]

    assert httpx.URL("https://example.com/films/graphql").join(script) == f"https://example.com/films{path}"


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("app.js", None, "app.js has not been built"),
        ("app.js", b"alert(document.cookie)", "app.js is not the file that dist.sha256 lists"),
        ("json.worker.js", b"", "json.worker.js is not the file that dist.sha256 lists"),
    ],
)
@pytest.mark.usefixtures("graphiql")
async def test_a_bundle_that_is_not_whole_is_not_served(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, content: bytes | None, fault: str
) -> None:
    bundle = shutil.copytree(BUNDLE, tmp_path / "dist")
    if content is None:
        (bundle / name).unlink()
    else:
        (bundle / name).write_bytes(content)

    graphiql = load_graphiql("/graphql", bundle)

    assert graphiql.routes == ()
    assert caplog.record_tuples == [
        (
            "schema.transport.graphiql",
            logging.WARNING,
            f"GraphiQL is served as the stock page, whose scripts come from a CDN: {fault} ('make graphiql' builds it, and needs npm)",
        )
    ]


async def test_the_stock_page_may_load_from_its_cdn_alone(tmp_path: Path) -> None:
    async with client_of(load_graphiql("/graphql", tmp_path)) as client:
        page = await client.get("/graphql", headers=BROWSER)

    origins = {address[: address.index("/", 8)] for address in Elements(page.text).loads if address.startswith("https:")}
    [cdn] = origins
    directives = dict(directive.split(" ", 1) for directive in page.headers["content-security-policy"].split("; "))
    assert directives["script-src"] == f"'unsafe-inline' {cdn}"
    assert directives["style-src"] == f"{cdn} 'unsafe-inline'"
    assert directives["connect-src"] == "'self'"
    # Whatever the CDN sends is held against a hash in the page.
    assert len(re.findall(r'\bintegrity="sha384-', page.text)) == page.text.count(f'"{cdn}/')


async def test_it_opens_with_one_worked_example_a_theme(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphql", headers=BROWSER)
    opened = json.loads(Elements(page.text).texts["examples"])

    examples = load_examples()
    assert list(examples) == ["browse", "sign_in", "rate", "import", "live"]
    assert opened["tabs"] == [{"query": each.query, "variables": each.variables} for each in examples.values()]
    assert '// "Authorization": "Bearer ACCESS-TOKEN"' in opened["headers"]


@pytest.mark.parametrize("theme", load_examples())
def test_an_example_fits_the_schema(theme: str) -> None:
    schema = build_schema((ROOT / "schema.graphql").read_text())
    example = load_examples()[theme]
    document = parse(example.query)

    assert validate(schema, document) == []
    for operation in document.definitions:
        assert isinstance(operation, OperationDefinitionNode)
        definitions = list(operation.variable_definitions or ())
        variables = json.loads(example.variables)
        assert set(variables) == {definition.variable.name.value for definition in definitions}
        # A list would hold the errors.
        assert not isinstance(get_variable_values(schema, definitions, variables), list)


@pytest.mark.parametrize("theme", load_examples())
def test_an_example_is_seen_without_scrolling_sideways(theme: str) -> None:
    example = load_examples()[theme]

    assert [line for line in f"{example.query}\n{example.variables}".splitlines() if len(line) > 49] == []
