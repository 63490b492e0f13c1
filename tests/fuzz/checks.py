"""What schemathesis holds every answer to; it loads this file itself."""

import datetime
from typing import Any

import schemathesis
from hypothesis import strategies
from schemathesis.graphql import nodes

# Refusals are what most of these operations deserve; what the server did not expect is told apart by its status and code alone.
UNEXPECTED = "INTERNAL_SERVER_ERROR"

schemathesis.graphql.scalar("Date", strategies.dates().map(datetime.date.isoformat).map(nodes.String))
schemathesis.graphql.scalar("DateTime", strategies.datetimes().map(lambda time: nodes.String(f"{time.isoformat()}Z")))


@schemathesis.check
def nothing_unexpected(
    _context: schemathesis.CheckContext, response: schemathesis.Response, _case: schemathesis.Case[Any]
) -> None:  # Any: whichever operation it is of
    """The answer is GraphQL's, and the server knew what to say."""
    assert response.status_code < 500, response.text
    body = response.json()
    assert set(body) <= {"data", "errors", "extensions"}, body
    for error in body.get("errors", []):
        assert error["extensions"]["code"] != UNEXPECTED, error
