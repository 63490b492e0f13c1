"""One process that serves the test's own database."""

from collections.abc import AsyncIterator

import pytest

from db.database import Database
from tests.accounts import serving
from tests.clients import Client
from tests.services import services_on


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    """A client without a token."""
    async with serving(services_on(database)) as client:
        yield client
