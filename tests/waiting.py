"""Waiting for what happens in its own time."""

import asyncio
from collections.abc import Callable

SECONDS_TO_WAIT = 10.0


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS_TO_WAIT):
        while not condition():  # noqa: ASYNC110  # nothing tells when
            await asyncio.sleep(0.01)
