"""GraphiQL: the page that a browser gets at the API's address, and the files that it loads.

`make graphiql` bundles it with npm into graphiql/dist, once. graphiql/dist.sha256 lists what that gives, and no other byte is served:
the page then runs under a policy that lets it load nothing from elsewhere and run no script of its own text. Without the bundle
Strawberry's stock page is served, which loads its scripts from a CDN and so needs a looser policy.
"""

import gzip
import hashlib
import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route
from strawberry.http.ides import get_graphql_ide_html

logger = logging.getLogger(__name__)

SOURCE = Path(__file__).with_suffix("")
BUNDLE = SOURCE / "dist"
THEMES = ("browse", "sign_in", "rate", "import", "live")

MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".ttf": "font/ttf"}
ASSET_HEADERS = {
    # The address holds the bundle's hash, so what it answers never changes.
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}
# The editor writes style elements and attributes as it goes, and has small images and fonts in its style sheet.
POLICY = (
    "default-src 'none'; script-src {scripts}; style-src {styles} 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A GET that carries one of these is an operation to run, whatever else it accepts.
OPERATION_PARAMETERS = frozenset({"query", "extensions", "documentId"})


@dataclass(frozen=True, slots=True)
class Example:
    """A tab that GraphiQL opens with: a GraphQL document, and its variables as JSON text."""

    query: str
    variables: str


def load_examples() -> dict[str, Example]:
    """The worked examples by theme, in the order of their tabs."""
    folder = SOURCE / "examples"
    return {
        theme: Example(
            query=(folder / f"{theme}.graphql").read_text("utf-8").rstrip(),
            variables=(folder / f"{theme}.variables.json").read_text("utf-8").rstrip(),
        )
        for theme in THEMES
    }


@dataclass(frozen=True, slots=True)
class GraphiQL:
    """The page, ready to serve, and the routes of the files that it loads (none for the stock page)."""

    html: str
    policy: str
    routes: Sequence[Route] = ()

    def response(self) -> Response:
        """The page, with the policy that it runs under."""
        return HTMLResponse(
            self.html,
            headers={
                "Cache-Control": "no-cache",
                "Content-Security-Policy": self.policy,
                "Referrer-Policy": "no-referrer",
                "Vary": "Accept",
                "X-Content-Type-Options": "nosniff",
            },
        )


def wants_graphiql(request: Request) -> bool:
    """Whether somebody opened the API's address in a browser: a request for HTML that carries no operation."""
    return (
        request.method in {"GET", "HEAD"}
        and "text/html" in request.headers.get("accept", "")
        and OPERATION_PARAMETERS.isdisjoint(request.query_params)
    )


def load_graphiql(path: str, bundle: Path = BUNDLE) -> GraphiQL:
    """GraphiQL for the API at `path`, from the files of `bundle` if all of them are there and as they should be."""
    listing = (SOURCE / "dist.sha256").read_bytes()
    files = {bundle / name: digest for digest, name in map(str.split, listing.decode().splitlines())}
    if fault := find_fault(files):
        logger.warning(
            "GraphiQL is served as the stock page, whose scripts come from a CDN: %s ('make graphiql' builds it, and needs npm)",
            fault,
        )
        return stock_graphiql()
    version = hashlib.sha256(listing).hexdigest()[:16]
    # Relative to the page, so that it also works behind a proxy that adds a prefix.
    assets = f"{path.rpartition('/')[2]}/assets/{version}"
    return GraphiQL(
        html=Template((SOURCE / "page.html").read_text("utf-8")).substitute(assets=assets, examples=examples_json()),
        policy=POLICY.format(scripts="'self'", styles="'self'"),
        routes=[asset_route(f"{path}/assets/{version}/{file.name}", file) for file in files],
    )


def find_fault(files: dict[Path, str]) -> str | None:
    """What keeps these files, each with the SHA-256 that it should have, from being served; None if nothing does."""
    for file, digest in files.items():
        if not file.is_file():
            return f"{file.name} has not been built"
        if hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            return f"{file.name} is not the file that dist.sha256 lists"
    return None


def stock_graphiql() -> GraphiQL:
    """Strawberry's page. It names its scripts with their hashes, and holds one in its own text."""
    html = get_graphql_ide_html(graphql_ide="graphiql")
    cdn = " ".join(sorted(set(re.findall(r'(?:src|href)="(https://[^/"]+)/', html))))
    return GraphiQL(html=html, policy=POLICY.format(scripts=f"'unsafe-inline' {cdn}", styles=cdn))


def examples_json() -> str:
    """The examples as GraphiQL's default tabs, in JSON that may stand inside a script element."""
    tabs = [{"query": example.query, "variables": example.variables} for example in load_examples().values()]
    headers = (SOURCE / "examples" / "headers.jsonc").read_text("utf-8").rstrip()
    return json.dumps({"tabs": tabs, "headers": headers}).replace("<", r"\u003c")


def asset_route(path: str, file: Path) -> Route:
    """Serves a file of the bundle, compressed once for everybody who takes it so."""
    media_type = MEDIA_TYPES[file.suffix]

    @cache
    def compressed() -> bytes:
        return gzip.compress(file.read_bytes(), mtime=0)

    async def asset(request: Request) -> Response:
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return FileResponse(file, headers=ASSET_HEADERS, media_type=media_type)
        body = await run_in_threadpool(compressed)
        return Response(body, headers=ASSET_HEADERS | {"Content-Encoding": "gzip"}, media_type=media_type)

    return Route(path, asset, methods=["GET"])
