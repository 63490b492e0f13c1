"""What is written in one turn of the event loop leaves together, in its order, and before the connection is closed."""

import asyncio
from typing import Any

import pytest

from schema.transport.corking import CorkedTransport


class Written(asyncio.Transport):
    """A transport that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[bytes | str] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.told.append(bytes(data))

    def close(self) -> None:
        self.told.append("close")

    def is_closing(self) -> bool:
        return "close" in self.told

    def pause_reading(self) -> None:
        self.told.append("pause")

    def resume_reading(self) -> None:
        self.told.append("resume")

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # Any: as asyncio has it
        return ("127.0.0.1", 8000) if name == "sockname" else default


@pytest.fixture
async def corked() -> CorkedTransport:
    return CorkedTransport(Written(), asyncio.get_running_loop())


def told(corked: CorkedTransport) -> list[bytes | str]:
    assert isinstance(corked.uncorked, Written)
    return corked.uncorked.told


async def test_a_head_and_its_body_are_one_write(corked: CorkedTransport) -> None:
    corked.write(b"HTTP/1.1 200 OK\r\n\r\n")
    corked.write(b"{}")
    assert told(corked) == []

    await asyncio.sleep(0)
    assert told(corked) == [b"HTTP/1.1 200 OK\r\n\r\n{}"]


async def test_each_turn_has_its_own(corked: CorkedTransport) -> None:
    corked.write(b"one")
    await asyncio.sleep(0)
    corked.write(b"two")
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert told(corked) == [b"one", b"two"]


async def test_what_waits_is_sent_before_the_connection_is_closed(corked: CorkedTransport) -> None:
    corked.write(b"goodbye")
    corked.close()
    corked.write(b"too late")
    await asyncio.sleep(0)

    assert told(corked) == [b"goodbye", "close"]
    assert corked.is_closing()


async def test_the_rest_is_the_transports_own(corked: CorkedTransport) -> None:
    corked.pause_reading()
    corked.resume_reading()

    assert told(corked) == ["pause", "resume"]
    assert corked.get_extra_info("sockname") == ("127.0.0.1", 8000)
    assert not corked.is_closing()
