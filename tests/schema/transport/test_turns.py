"""Turns: how many operations of a client run at once, and how long each may take."""

import asyncio
import time

import pytest

from schema.execution.gate import OutOfTime
from schema.transport.turns import Turns
from tests.waiting import until


class Running:
    """Counts who runs at the same time, and lets a test end them."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.order: list[str] = []
        self.now = self.most = 0
        self.may_end = asyncio.Event()

    async def operate(self, client: str, name: str = "") -> None:
        async with self.turns.take(client):
            self.order.append(name)
            self.now += 1
            self.most = max(self.most, self.now)
            await self.may_end.wait()
            self.now -= 1


async def test_a_client_runs_so_many_at_once_and_the_others_in_their_order() -> None:
    running = Running(Turns(most=2, seconds=60))
    operations = [asyncio.create_task(running.operate("ada", name)) for name in "abcde"]
    await asyncio.sleep(0.01)
    assert running.order == ["a", "b"]

    running.may_end.set()
    await asyncio.gather(*operations)
    assert (running.order, running.most) == (["a", "b", "c", "d", "e"], 2)


async def test_who_waits_for_others_of_the_same_client_is_not_under_way() -> None:
    turns = Turns(most=2, seconds=60)
    running = Running(turns)
    operations = [asyncio.create_task(running.operate(client)) for client in ("ada", "ada", "ada", "ada", "grace")]
    await until(lambda: len(running.order) == 3)
    assert turns.under_way == 3

    for at_work_or_waiting in (operations[0], operations[3]):
        at_work_or_waiting.cancel()
    await until(lambda: len(running.order) == 4)
    assert turns.under_way == 3

    running.may_end.set()
    await asyncio.wait(operations)
    assert turns.under_way == 0


async def test_one_client_is_in_no_other_ones_way() -> None:
    running = Running(Turns(most=1, seconds=60))
    operations = [asyncio.create_task(running.operate(client, client)) for client in ("ada", "ada", "grace")]
    await asyncio.sleep(0.01)
    assert running.order == ["ada", "grace"]

    running.may_end.set()
    await asyncio.gather(*operations)
    assert running.order == ["ada", "grace", "ada"]


async def test_an_operation_that_takes_too_long_is_cancelled_and_said_to_be() -> None:
    ended = list[str]()
    running = Running(Turns(most=1, seconds=0.2, on_end=lambda: ended.append("ended")))
    began = time.monotonic()

    with pytest.raises(OutOfTime, match=r"^This took longer than 0\.2 seconds and was ended: "):
        await running.operate("ada")

    assert 0.2 <= time.monotonic() - began < 0.5
    assert (running.now, ended) == (1, ["ended"])


async def test_waiting_for_a_turn_is_part_of_the_time() -> None:
    turns = Turns(most=1, seconds=0.3)
    running = Running(turns)
    holding = asyncio.create_task(running.operate("ada", "holding"))
    await asyncio.sleep(0.15)
    began = time.monotonic()
    with pytest.raises(OutOfTime):
        await running.operate("ada", "waiting")

    assert 0.3 <= time.monotonic() - began < 0.6
    with pytest.raises(OutOfTime):
        await holding
    running.may_end.set()
    await running.operate("ada", "next")
    assert running.order == ["holding", "waiting", "next"]


async def test_what_is_in_time_is_left_alone_however_much_comes_after() -> None:
    turns = Turns(most=5, seconds=0.25)
    for _ in range(3):
        async with turns.take("ada"):
            await asyncio.sleep(0.15)


async def test_whoever_else_cancels_an_operation_is_heard() -> None:
    turns = Turns(most=1, seconds=60)
    operation = asyncio.create_task(Running(turns).operate("ada"))
    await asyncio.sleep(0.01)
    operation.cancel()

    with pytest.raises(asyncio.CancelledError):
        await operation
    async with turns.take("ada"):
        pass


async def test_an_error_of_the_operation_is_its_own() -> None:
    turns = Turns(most=1, seconds=60)
    with pytest.raises(ValueError, match="of its own"):
        async with turns.take("ada"):
            raise ValueError("of its own")
    async with turns.take("ada"):
        pass


async def test_a_client_without_operations_takes_up_no_room() -> None:
    turns = Turns(most=1, seconds=60)
    for number in range(100):
        async with turns.take(f"address:{number}"):
            pass

    assert len(turns._clients) == 0
