"""GraphiQL in a real browser that can reach nothing but the server, on a schema small enough to read here."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
import strawberry
import uvicorn
from playwright.async_api import Locator, Page, async_playwright, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL
from strawberry.types import Info

from schema.transport.graphiql import GraphiQL, load_examples, wants_graphiql
from tests.servers import find_program

ALONE = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
SIGNED_IN = '{ "Authorization": "Bearer an-access-token" }'
# A machine that is busy with other tests takes its time to draw.
expect.set_options(timeout=30_000)


@strawberry.type(description="A film that people rate.")
class Movie:
    title: str
    rating_count: int


@strawberry.type
class Query:
    @strawberry.field(description="One movie by its IMDb id.")
    def movie(self, imdb_id: strawberry.ID) -> Movie | None:
        return Movie(title="The Matrix", rating_count=278) if imdb_id == "tt0133093" else None

    @strawberry.field
    def authorization(self, info: Info) -> str | None:
        header: str | None = info.context["request"].headers.get("Authorization")
        return header


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def rating_changed(self, info: Info) -> AsyncGenerator[str, None]:
        for rating_count in (279, 280):
            yield f"{rating_count} for {info.context['connection_params'].get('Authorization')}"
            await asyncio.sleep(0.5)


@asynccontextmanager
async def serving(graphiql: GraphiQL) -> AsyncIterator[str]:
    """The address of a server that answers GraphQL, and browsers with GraphiQL."""
    graphql = GraphQL[object, None](strawberry.Schema(Query, subscription=Subscription))

    async def endpoint(request: Request) -> Response:
        return graphiql.response() if wants_graphiql(request) else await graphql.run(request)

    routes = [Route("/graphql", endpoint, methods=["GET", "POST"]), WebSocketRoute("/graphql", graphql)]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=[*routes, *graphiql.routes]), log_level="warning"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/graphql"
        finally:
            server.should_exit = True
            await running


@dataclass(frozen=True, slots=True)
class Visit:
    """A page of GraphiQL, with the addresses that it asked for and what the browser complained of."""

    page: Page
    addresses: list[str]
    complaints: list[str]

    async def write(self, editor: str, text: str) -> None:
        """Put `text` in the place of all that stands in the editor of this class."""
        await self.page.locator(f".{editor} .monaco-editor").click()
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.press("Delete")
        await self.page.keyboard.insert_text(text)

    async def run(self, operation: str) -> Locator:
        """Run an operation that has a name; what comes is where the answer will appear."""
        await self.write("graphiql-query-editor", operation)
        # The tab takes the operation's name when GraphiQL has read it, a little after the last key.
        await expect(self.page.get_by_role("tab", selected=True)).to_contain_text(operation.split()[1])
        await self.page.locator(".graphiql-execute-button").click()
        return self.page.locator(".graphiql-response")


@asynccontextmanager
async def visiting(address: str, scheme: Literal["light", "dark"] = "light") -> AsyncIterator[Visit]:
    async with async_playwright() as playwright:
        program = find_program("chromium", "chromium")
        browser = await playwright.chromium.launch(executable_path=program, args=ALONE)
        page = await browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 800})
        visit = Visit(page, addresses=[], complaints=[])
        page.context.on("request", lambda request: visit.addresses.append(request.url))
        page.on("console", lambda message: visit.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        await page.goto(address)
        await expect(page.locator(".graphiql-query-editor .monaco-editor")).to_be_visible()
        yield visit
        await browser.close()


@pytest.fixture
async def address(graphiql: GraphiQL) -> AsyncIterator[str]:
    async with serving(graphiql) as address:
        yield address


async def test_runs_a_query_and_explains_the_schema_with_all_else_out_of_reach(address: str) -> None:
    async with visiting(address) as visit:
        answer = await visit.run('query Title { movie(imdbId: "tt0133093") { title ratingCount } }')
        await expect(answer).to_contain_text('"title": "The Matrix"')
        await expect(answer).to_contain_text('"ratingCount": 278')

        await visit.page.get_by_role("button", name="Show Documentation Explorer").click()
        explorer = visit.page.locator(".graphiql-doc-explorer")
        await explorer.get_by_text("Movie", exact=True).click()
        await expect(explorer).to_contain_text("A film that people rate.")

        server = address.removesuffix("/graphql")
        assert [each for each in visit.addresses if not each.startswith((f"{server}/", "data:"))] == []
        loaded = {Path(each).name for each in visit.addresses}
        assert loaded >= {"app.css", "app.js", "editor.worker.js", "graphql.worker.js", "json.worker.js", "codicon.ttf"}
        assert visit.complaints == []


async def test_the_policy_refuses_what_is_not_ours(address: str) -> None:
    async with visiting(address) as visit:
        await visit.page.evaluate(
            """async () => {
                const script = document.createElement("script");
                script.textContent = "document.title = 'overrun'";
                document.head.append(script);
                const image = new Image();
                image.src = "https://example.com/pixel.png";
                document.body.append(image);
                await fetch("https://example.com/collect").catch(() => null);
            }"""
        )

        assert await visit.page.title() == "Cinegraph GraphiQL"
        directives = ("script-src 'self'", "img-src 'self' data:", "connect-src 'self'")
        assert [any(each in complaint for complaint in visit.complaints) for each in directives] == [True] * 3


async def test_opens_on_the_worked_examples_with_their_variables(address: str) -> None:
    async with visiting(address) as visit:
        tabs = visit.page.get_by_role("tab")
        titles = ["BrowseMovies", "SignIn", "RateMovie", "ImportMovie", "LiveRatings"]
        await expect(tabs).to_contain_text(titles)

        variables = visit.page.locator(".graphiql-editor-tool")
        for title, example in zip(titles, load_examples().values(), strict=True):
            await tabs.get_by_text(title).click()
            await expect(variables).to_contain_text(example.variables.splitlines()[1].strip())


async def test_the_headers_tab_signs_in_requests_and_subscriptions(address: str) -> None:
    async with visiting(address) as visit:
        await visit.page.get_by_role("button", name="Headers").click()
        headers = visit.page.locator(".graphiql-editor-tool")
        await expect(headers).to_contain_text('// "Authorization": "Bearer ACCESS-TOKEN"')
        await expect(await visit.run("query SignedOut { authorization }")).to_contain_text('"authorization": null')

        await visit.write("graphiql-editor-tool .graphiql-editor:not(.hidden)", SIGNED_IN)
        await expect(await visit.run("query SignedIn { authorization }")).to_contain_text('"Bearer an-access-token"')
        live = await visit.run("subscription Live { ratingChanged }")
        await expect(live).to_contain_text('"279 for Bearer an-access-token"')
        await expect(live).to_contain_text('"280 for Bearer an-access-token"')

        stored = json.loads(await visit.page.evaluate("JSON.stringify(localStorage)"))
        assert "ratingChanged" in stored["graphiql:queries"]
        assert [key for key, value in stored.items() if "an-access-token" in value] == []
        assert visit.complaints == []


@pytest.mark.parametrize(("scheme", "background"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(33, 42, 59)")])
async def test_follows_the_system_into_light_and_dark(
    address: str, tmp_path: Path, scheme: Literal["light", "dark"], background: str
) -> None:
    async with visiting(address, scheme) as visit:
        await expect(visit.page.locator(".graphiql-container")).to_have_css("background-color", background)
        await visit.page.screenshot(path=tmp_path / f"{scheme}.png")
        assert visit.complaints == []
