"""What the scanner graphql-cop looks for in a server, each check as it makes it: whether the weakness is there."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

Http = httpx.AsyncClient
CHECKS: dict[str, Callable[[Http], Awaitable[bool]]] = {}

CIRCULAR = "query { __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }"
CIRCULAR_FRAGMENT = "{ __schema { ...A } } fragment A on __Schema { __typename ...B } fragment B on __Schema { ...A }"
IDE_MARKS = ("graphiql.min.css", "GraphQL Playground", "GraphiQL", "graphql-playground")
IDE_PATHS = ("/graphiql", "/playground", "/console", "/graphql")


def check(name: str) -> Callable[[Callable[[Http], Awaitable[bool]]], None]:
    def add(function: Callable[[Http], Awaitable[bool]]) -> None:
        CHECKS[name] = function

    return add


async def findings(http: Http) -> set[str]:
    """The names of the weaknesses that a server has."""
    return {name for name, found in CHECKS.items() if await found(http)}


async def _post(http: Http, query: str) -> Any:  # Any: JSON
    return (await http.post("/graphql", json={"query": query})).json()


def _data(answer: Any) -> Mapping[str, Any]:  # Any: JSON
    data = answer.get("data") if isinstance(answer, dict) else None
    return data or {}


@check("alias overloading")
async def _aliases(http: Http) -> bool:
    aliases = " ".join(f"alias{number}: __typename" for number in range(101))
    return "alias100" in _data(await _post(http, f"query {{ {aliases} }}"))


@check("field duplication")
async def _duplicates(http: Http) -> bool:
    return "__typename" in _data(await _post(http, f"query {{ {'__typename ' * 500} }}"))


@check("array batching")
async def _batch(http: Http) -> bool:
    answer = (await http.post("/graphql", json=[{"query": "query { __typename }"}] * 11)).json()
    return isinstance(answer, list) and len(answer) >= 10


@check("directive overloading")
async def _directives(http: Http) -> bool:
    return len((await _post(http, f"query {{ __typename {'@aa' * 10} }}"))["errors"]) == 10


@check("circular introspection")
async def _circular(http: Http) -> bool:
    return "__schema" in _data(await _post(http, CIRCULAR))


@check("circular fragments")
async def _circular_fragment(http: Http) -> bool:
    return "errors" not in await _post(http, CIRCULAR_FRAGMENT)


@check("introspection")
async def _introspection(http: Http) -> bool:
    return "__schema" in _data(await _post(http, "query { __schema { types { name fields { name } } } }"))


@check("field suggestions")
async def _suggestions(http: Http) -> bool:
    return "Did you mean" in (await _post(http, "query { __schema { directive } }"))["errors"][0]["message"]


@check("GraphiQL")
async def _ide(http: Http) -> bool:
    pages = [(await http.get(path, headers={"Accept": accept})).text for path in IDE_PATHS for accept in ("*/*", "text/html")]
    return any(mark in page for page in pages for mark in IDE_MARKS)


@check("trace mode")
async def _trace(http: Http) -> bool:
    right, wrong = await _post(http, "query { __typename }"), await _post(http, "query { nothing }")
    return any(mark in f"{right} {wrong}".lower() for mark in ("tracing", "stacktrace", "traceback", "exception"))


@check("queries by GET")
async def _get_queries(http: Http) -> bool:
    return "__typename" in _data((await http.get("/graphql", params={"query": "{ __typename }"})).json())


@check("mutations by GET")
async def _get_mutations(http: Http) -> bool:
    return "__typename" in _data((await http.get("/graphql", params={"query": "mutation { __typename }"})).json())


@check("urlencoded mutations by POST")
async def _urlencoded(http: Http) -> bool:
    form, query = {"query": "mutation { __typename }"}, {"query": "query { __typename }"}
    answers = [await http.post("/graphql", data=form), await http.post("/graphql", data=query), await http.post("/graphql", params=query)]
    return any("__typename" in _data(answer.json()) for answer in answers)


@check("unhandled errors")
async def _unhandled(http: Http) -> bool:
    answer = await http.post("/graphql", json={"query": "qwerty cop { abc }"})
    return answer.status_code >= 500 or "exception" in answer.text.lower()
