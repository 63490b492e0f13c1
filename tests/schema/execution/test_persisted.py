"""Documents that clients name: Apollo's persisted queries, and manifests of trusted documents."""

from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from integrations.shared_state import InProcessState
from schema.execution import persisted
from schema.execution.execute import Executor, GraphQLRequest
from schema.execution.limits import Limits
from schema.execution.persisted import NoDocument, Persisted, PersistedQueries, TrustedDocuments, load_trusted_documents
from settings import SettingsError

QUERY = "query Films { movies { nodes { title } } }"


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def named(digest: object, query: str = "", version: object = 1) -> GraphQLRequest:
    return GraphQLRequest(query, extensions={"persistedQuery": {"version": version, "sha256Hash": digest}})


async def refused(documents: Persisted, request: GraphQLRequest, state: InProcessState) -> tuple[str, str]:
    with pytest.raises(NoDocument) as error:
        await documents.completed(request, state)
    return error.value.code, str(error.value)


@pytest.fixture
def state() -> InProcessState:
    return InProcessState()


@pytest.fixture
def queries() -> PersistedQueries:
    return PersistedQueries(Executor(Limits()))


async def test_a_document_is_known_by_its_hash_once_it_was_sent(queries: PersistedQueries, state: InProcessState) -> None:
    digest = hash_of(QUERY)
    assert await refused(queries, named(digest), state) == ("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
    assert (await queries.completed(named(digest, QUERY), state)).query == QUERY
    assert (await queries.completed(named(digest), state)).query == QUERY


async def test_other_processes_know_it_too(queries: PersistedQueries, state: InProcessState) -> None:
    await queries.completed(named(hash_of(QUERY), QUERY), state)
    another = PersistedQueries(Executor(Limits()))
    assert (await another.completed(named(hash_of(QUERY)), state)).query == QUERY
    # And from then on by itself.
    assert (await another.completed(named(hash_of(QUERY)), InProcessState())).query == QUERY


async def test_a_request_that_names_nothing_is_left_as_it_is(queries: PersistedQueries, state: InProcessState) -> None:
    for request in (GraphQLRequest(QUERY), GraphQLRequest(QUERY, extensions={"trace": True})):
        assert await queries.completed(request, state) is request


@pytest.mark.parametrize(
    ("request_sent", "message"),
    [
        (named(hash_of("{ __typename }"), QUERY), "`sha256Hash` is not the SHA-256 of `query`."),
        (named(hash_of(QUERY).upper(), QUERY), "`sha256Hash` must be 64 hexadecimal digits in lower case."),
        (named("abc"), "`sha256Hash` must be 64 hexadecimal digits in lower case."),
        (named("x" * 100_000), "`sha256Hash` must be 64 hexadecimal digits in lower case."),
        (named(5), "`persistedQuery.sha256Hash` must be a text."),
        (named(None), "`persistedQuery.sha256Hash` must be a text."),
        (named(hash_of(QUERY), version=2), "`persistedQuery` must be an object with the version 1."),
        (GraphQLRequest("", extensions={"persistedQuery": "abc"}), "`persistedQuery` must be an object with the version 1."),
        (GraphQLRequest("", document_id="abc"), "This server has no documents by `documentId`: send `query`."),
    ],
)
async def test_what_cannot_be_right_is_refused(
    queries: PersistedQueries, state: InProcessState, request_sent: GraphQLRequest, message: str
) -> None:
    assert await refused(queries, request_sent, state) == ("BAD_REQUEST", message)


@pytest.mark.parametrize("text", ["{ nope }", "{", "", "{ a " * 200, "#" * 100_001 + "\n{ __typename }"])
async def test_only_what_can_run_is_kept(queries: PersistedQueries, state: InProcessState, text: str) -> None:
    if text:
        assert (await queries.completed(named(hash_of(text), text), state)).query == text
    assert await refused(queries, named(hash_of(text)), state) == ("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")


async def test_nobody_can_fill_the_state_that_processes_share(
    queries: PersistedQueries, state: InProcessState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(persisted, "MOST_BYTES_A_WINDOW", 120)
    texts = [f"query Number{number} {{ __typename }} # {'x' * 20}" for number in range(5)]
    for text in texts:
        await queries.completed(named(hash_of(text), text), state)
    another = PersistedQueries(Executor(Limits()))
    known = [await is_known(another, text, state) for text in texts]
    assert known == [True, True, False, False, False]
    # The process that was sent them goes on to know them.
    assert [await is_known(queries, text, state) for text in texts] == [True] * 5


async def is_known(queries: PersistedQueries, text: str, state: InProcessState) -> bool:
    try:
        return (await queries.completed(named(hash_of(text)), state)).query == text
    except NoDocument:
        return False


async def test_trusted_documents_run_and_nothing_else(state: InProcessState) -> None:
    documents = TrustedDocuments({"5bd1": QUERY})
    for request in (
        GraphQLRequest("", document_id="5bd1"),
        GraphQLRequest("", document_id="sha256:5bd1"),
        named("5bd1"),
        named("5bd1", "{ genres { name } }"),  # the hash decides
        GraphQLRequest(QUERY),
        named("unknown", QUERY),
    ):
        assert (await documents.completed(request, state)).query == QUERY

    nowhere = ("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
    not_there = ("BAD_REQUEST", "This server runs the documents of its manifest alone, and this is none of them.")
    assert await refused(documents, GraphQLRequest("", document_id="other"), state) == nowhere
    assert await refused(documents, named("other"), state) == nowhere
    assert await refused(documents, GraphQLRequest("{ __typename }"), state) == not_there
    assert await refused(documents, GraphQLRequest(QUERY + " "), state) == not_there
    assert await refused(documents, named(hash_of("{ __typename }"), "{ __typename }"), state) == not_there


def test_a_manifest_is_read_as_code_generators_write_it(tmp_path: Path) -> None:
    manifest = tmp_path / "persisted-documents.json"
    several = "query A { __typename } query B { __typename }"
    manifest.write_bytes(orjson.dumps({"5bd1": QUERY, "77aa": several}))
    assert isinstance(load_trusted_documents(manifest, Executor(Limits())), TrustedDocuments)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is not JSON that can be read"),
        (b'{"5bd1": ', "is not JSON that can be read"),
        (b"\xff", "is not JSON that can be read"),
        (b'["query"]', "must hold a JSON object of texts by their hashes."),
        (b'{"5bd1": 5}', "must hold a JSON object of texts by their hashes."),
        (b'{"5bd1": "{ nope }"}', "the document 5bd1 cannot be run: Cannot query field 'nope' on type 'Query'."),
        (b'{"5bd1": "{"}', "the document 5bd1 cannot be run: Syntax Error: Expected Name, found <EOF>."),
    ],
)
def test_a_wrong_manifest_stops_the_start_with_one_sentence(tmp_path: Path, content: bytes, reason: str) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_bytes(content)
    with pytest.raises(SettingsError) as wrong:
        load_trusted_documents(manifest, Executor(Limits()))
    text = str(wrong.value)
    assert text.startswith("TRUSTED_DOCUMENTS is wrong: ")
    assert reason in text
    assert "\n" not in text
