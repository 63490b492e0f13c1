"""OpenTelemetry: a span for each operation, where the extra `otel` is installed and something has set up its SDK.

    opentelemetry-instrument python server.py serve

sets it up from the environment (OTEL_EXPORTER_OTLP_ENDPOINT and others), and adds a span for each HTTP request.
"""

import time
from collections.abc import Callable
from hashlib import sha256

from graphql import OperationDefinitionNode

from schema.execution.documents import Document

try:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Status, StatusCode, get_tracer_provider
except ImportError:
    TracerProvider = None  # type: ignore[assignment, misc]  # without the extra

Trace = Callable[[Document, OperationDefinitionNode, str, float], None]
"""Records an operation that has just ended, with its code (or OK) and its seconds."""


def find_trace() -> Trace | None:
    """None where nobody asks for traces, so that operations pay nothing for them."""
    if TracerProvider is None:
        return None
    provider = get_tracer_provider()
    return trace_with(provider) if isinstance(provider, TracerProvider) else None


def trace_with(provider: "TracerProvider") -> Trace:
    tracer = provider.get_tracer("cinegraph")

    def trace(document: Document, operation: OperationDefinitionNode, code: str, seconds: float) -> None:
        kind, name = operation.operation.value, operation.name.value if operation.name else None
        attributes = {
            "graphql.operation.type": kind,
            "graphql.document.sha256": sha256(document.text.encode()).hexdigest(),
            **({"graphql.operation.name": name} if name else {}),
        }
        now = time.time_ns()
        span = tracer.start_span(f"{kind} {name}" if name else kind, start_time=now - int(seconds * 1e9), attributes=attributes)
        if code != "OK":
            span.set_attribute("error.type", code)
            span.set_status(Status(StatusCode.ERROR))
        span.end(now)

    return trace
