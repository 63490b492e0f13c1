"""What is logged and counted of requests that end in an unusual way."""

import asyncio
from urllib.parse import urlsplit

import httpx
import pytest

from db.database import Database
from tests.live import served_at
from tests.services import services_on

HALF = b'POST /graphql HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"query": '


async def test_a_client_that_leaves_in_the_middle_of_its_request_is_no_error_of_ours(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with served_at(services_on(database)) as address, httpx.AsyncClient(base_url=address) as operator:
        _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(address).port)
        writer.write(HALF)
        await writer.drain()
        writer.close()

        async with asyncio.timeout(10):
            while 'http_responses_total{status="499"} 1.0' not in (await operator.get("/metrics")).text:  # noqa: ASYNC110  # nothing tells when
                await asyncio.sleep(0.02)
    assert "unexpected error" not in caplog.text
