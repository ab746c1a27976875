"""The skipping clock skips waiting, never work."""

import asyncio
from collections.abc import Coroutine
import time
from typing import Any

import pytest

from dev.house.clock import SkippingLoop


def run[T](main: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        return runner.run(main)


def loop() -> SkippingLoop:
    running = asyncio.get_running_loop()
    assert isinstance(running, SkippingLoop)
    return running


def test_an_hour_of_waiting_takes_no_time() -> None:
    async def main() -> float:
        loop().skipping = True
        began = loop().time()
        await asyncio.sleep(3600)
        return loop().time() - began

    real = time.monotonic()
    assert run(main()) == pytest.approx(3600, abs=1)
    assert time.monotonic() - real < 5


def test_timers_keep_their_order() -> None:
    async def main() -> list[int]:
        loop().skipping = True
        order: list[int] = []
        for delay in (30, 10, 20):
            loop().call_later(delay, order.append, delay)
        await asyncio.sleep(40)
        return order

    assert run(main()) == [10, 20, 30]


def test_work_in_a_thread_is_waited_for() -> None:
    async def main() -> float:
        loop().skipping = True
        began = loop().time()
        async with asyncio.timeout(60):
            await asyncio.to_thread(time.sleep, 0.3)
        return loop().time() - began

    assert run(main()) < 5


@pytest.mark.usefixtures("socket_enabled")
def test_the_network_is_waited_for() -> None:
    async def main() -> bytes:
        loop().skipping = True

        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.readline())
            writer.close()

        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        async with server, asyncio.timeout(1):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(b"hello\n")
            answer = await reader.readline()
            writer.close()
            return answer

    assert run(main()) == b"hello\n"


def test_without_skipping_time_is_real() -> None:
    async def main() -> float:
        began = time.monotonic()
        await asyncio.sleep(0.2)
        return time.monotonic() - began

    assert run(main()) >= 0.19
