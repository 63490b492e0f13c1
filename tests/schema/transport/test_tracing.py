"""Traces: a span for each operation where OpenTelemetry is set up, and nothing where it is not."""

import json
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from graphql import OperationDefinitionNode, parse
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from schema.execution.documents import Document
from schema.execution.limits import DEFAULT_LIMITS
from schema.transport.tracing import find_trace, trace_with
from tests.cinegraph import Cinegraph
from tests.clients import over_http
from tests.databases import sqlite_url
from tests.waiting import until

TITLES = "query Titles { movies { nodes { title } } }"
TRACE_ID, PARENT_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Traced(Cinegraph):
    """A server that writes its spans as JSON along with its log."""

    def command(self) -> Sequence[str]:
        *settings, python, server, serve, port_option, port, workers_option, workers = super().command()
        exporters = ["OTEL_TRACES_EXPORTER=console", "OTEL_METRICS_EXPORTER=none", "OTEL_LOGS_EXPORTER=none", "OTEL_BSP_SCHEDULE_DELAY=50"]
        instrument = str(Path(sys.executable).with_name("opentelemetry-instrument"))
        return [*settings, *exporters, instrument, python, server, serve, port_option, port, workers_option, workers]


def operation(text: str) -> tuple[Document, OperationDefinitionNode]:
    document = Document(text, parse(text), DEFAULT_LIMITS)
    return document, document.operation()


def spans_of(log: str) -> list[dict[str, Any]]:  # Any: JSON
    """The spans that are written between lines of other things."""
    decoder, spans, position = json.JSONDecoder(), [], 0
    while (position := log.find('{\n    "name"', position)) >= 0:
        span, position = decoder.raw_decode(log, position)
        spans.append(span)
    return spans


def test_an_operation_is_a_span_with_its_name_its_documents_hash_and_its_time() -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace = trace_with(provider)
    trace(*operation(TITLES), "OK", 0.25)
    trace(*operation("mutation { logoutEverywhere { errors { code } } }"), "UNAUTHENTICATED", 0.5)

    right, wrong = exporter.get_finished_spans()
    assert (right.name, right.status.status_code) == ("query Titles", StatusCode.UNSET)
    assert dict(right.attributes or {}) == {
        "graphql.operation.type": "query",
        "graphql.operation.name": "Titles",
        "graphql.document.sha256": sha256(TITLES.encode()).hexdigest(),
    }
    assert right.end_time is not None
    assert right.start_time is not None
    assert right.end_time - right.start_time == 250_000_000
    assert (wrong.name, wrong.status.status_code) == ("mutation", StatusCode.ERROR)
    assert (wrong.attributes or {})["error.type"] == "UNAUTHENTICATED"


def test_where_nothing_is_set_up_nothing_is_traced() -> None:
    assert find_trace() is None


async def test_a_server_under_opentelemetry_takes_part_in_its_clients_trace(tmp_path: Path) -> None:
    with Traced(tmp_path, sqlite_url(tmp_path / "cinegraph.db")) as server:
        async with over_http(server.address) as client:
            await client.post(TITLES, traceparent=f"00-{TRACE_ID}-{PARENT_ID}-01")
        log = tmp_path / "server.log"
        await until(lambda: '"POST /graphql"' in log.read_text())

    spans = {span["name"]: span for span in spans_of(log.read_text())}
    request, operation = spans["POST /graphql"], spans["query Titles"]
    assert request["parent_id"] == f"0x{PARENT_ID}"
    assert operation["parent_id"] == request["context"]["span_id"]
    assert operation["context"]["trace_id"] == request["context"]["trace_id"] == f"0x{TRACE_ID}"
