"""Documents that clients name in place of sending them: Apollo's automatic persisted queries, and trusted documents.

A client that sends `extensions.persistedQuery.sha256Hash` without a text is answered with the document that was sent with this hash
before, or with PERSISTED_QUERY_NOT_FOUND: then it sends both, once. With trusted documents nothing runs but what stands in a
manifest that was made with the client, whether it is named by `documentId`, by `sha256Hash`, or sent as it stands there.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import orjson
from cachetools import LRUCache

from integrations.shared_state import SharedState
from schema.execution.documents import InvalidDocument
from schema.execution.execute import Executor, GraphQLRequest
from settings import SettingsError

NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
BAD_REQUEST = "BAD_REQUEST"
SHA256 = re.compile("[0-9a-f]{64}")

SECONDS_KEPT = 24 * 60 * 60
WINDOW_SECONDS = 60 * 60
MOST_BYTES_A_WINDOW = 4 * 1024 * 1024
"""How much of new texts is kept in an hour, so that no client can fill the state that processes share."""

MOST_BYTES_AT_HAND = 8 * 1024 * 1024


class NoDocument(Exception):
    """What a request names or sends is no document that may run; `code` is what the error says to programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Persisted(Protocol):
    """Where requests find their documents."""

    async def completed(self, request: GraphQLRequest, state: SharedState) -> GraphQLRequest:
        """The request with its document's text; raises NoDocument."""


class PersistedQueries:
    """Documents that clients have sent, by their hash: kept with all processes together, and lately used ones at hand."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._at_hand: LRUCache[str, str] = LRUCache(MOST_BYTES_AT_HAND, getsizeof=len)

    async def completed(self, request: GraphQLRequest, state: SharedState) -> GraphQLRequest:
        digest = _sha256(request)
        if digest is None:
            if request.document_id is not None:
                raise NoDocument(BAD_REQUEST, "This server has no documents by `documentId`: send `query`.")
            return request
        if not SHA256.fullmatch(digest):
            raise NoDocument(BAD_REQUEST, "`sha256Hash` must be 64 hexadecimal digits in lower case.")
        if not request.query:
            return request._replace(query=await self._get(digest, state))
        if sha256(request.query.encode("utf-8", "surrogatepass")).hexdigest() != digest:
            raise NoDocument(BAD_REQUEST, "`sha256Hash` is not the SHA-256 of `query`.")
        await self._keep(digest, request.query, state)
        return request

    async def _get(self, digest: str, state: SharedState) -> str:
        text = self._at_hand.get(digest)
        if text is None:
            kept = await state.get(_key(digest))
            if kept is None:
                raise NoDocument(NOT_FOUND, "PersistedQueryNotFound")  # the very word that clients look for
            text = self._at_hand[digest] = kept.decode()
        return text

    async def _keep(self, digest: str, text: str, state: SharedState) -> None:
        """Keep a document that is valid, and so no longer than one may be."""
        if digest in self._at_hand:
            return
        try:
            self._executor.check(text)
        except InvalidDocument:
            return
        self._at_hand[digest] = text
        if await state.add("persisted_query_bytes", len(text), WINDOW_SECONDS) <= MOST_BYTES_A_WINDOW:
            await state.set(_key(digest), text.encode(), SECONDS_KEPT)


class TrustedDocuments:
    """The documents of a manifest, by their hash, and nothing else."""

    def __init__(self, documents: Mapping[str, str]) -> None:
        self._documents = documents
        self._texts = frozenset(documents.values())

    async def completed(self, request: GraphQLRequest, state: SharedState) -> GraphQLRequest:
        name = request.document_id or _sha256(request)
        if name is not None and (text := self._documents.get(name.removeprefix("sha256:"))) is not None:
            return request._replace(query=text)
        if request.query in self._texts:
            return request
        if not request.query:
            raise NoDocument(NOT_FOUND, "PersistedQueryNotFound")
        raise NoDocument(BAD_REQUEST, "This server runs the documents of its manifest alone, and this is none of them.")


def load_trusted_documents(manifest: Path, executor: Executor) -> TrustedDocuments:
    """The documents in a file as graphql-codegen writes it, `{hash: text}`; raises SettingsError where it is no such file."""
    try:
        documents = orjson.loads(manifest.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise SettingsError(f"TRUSTED_DOCUMENTS is wrong: {manifest} is not JSON that can be read ({error}).") from None
    if not isinstance(documents, dict) or not all(isinstance(text, str) for text in documents.values()):
        raise SettingsError(f"TRUSTED_DOCUMENTS is wrong: {manifest} must hold a JSON object of texts by their hashes.")
    for name, text in documents.items():
        try:
            executor.check(text)
        except InvalidDocument as invalid:
            raise SettingsError(f"TRUSTED_DOCUMENTS is wrong: the document {name} cannot be run: {invalid}") from None
    # graphql-codegen names the algorithm before each hash, and clients need not.
    return TrustedDocuments({name.removeprefix("sha256:"): text for name, text in documents.items()})


def _sha256(request: GraphQLRequest) -> str | None:
    """The hash in a request's extensions, None where there is none."""
    persisted = (request.extensions or {}).get("persistedQuery")
    if persisted is None:
        return None
    if not isinstance(persisted, dict) or persisted.get("version") != 1:
        raise NoDocument(BAD_REQUEST, "`persistedQuery` must be an object with the version 1.")
    digest = persisted.get("sha256Hash")
    if not isinstance(digest, str) or not digest:
        raise NoDocument(BAD_REQUEST, "`persistedQuery.sha256Hash` must be a text.")
    return digest


def _key(digest: str) -> str:
    return f"persisted_query:{digest}"
