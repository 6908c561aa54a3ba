"""What everybody does: one `websocket.send_text` per client and frame, on Starlette and uvicorn without compression.

Speaks as native/ws_writer.c does, with the same arguments, and serves in the same slots.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import socket
import sys
import time

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

SLOT_S = 0.005
CALM_S = 1.0  # the last handshakes finish first


class TextServer:
    """Holds the clients and writes to them in turn."""

    def __init__(self, clients: int, period_s: float, sizes: list[int]) -> None:
        self._texts = ["x" * size for size in sizes]
        self._clients_max = clients
        self._period_s = period_s
        self._clients: list[WebSocket] = []
        self._frames = 0
        self._since = (time.perf_counter(), time.process_time())
        self._all_in = asyncio.Event()

    async def serve_client(self, websocket: WebSocket) -> None:
        """Keep a client for as long as it stays."""
        await websocket.accept()
        self._clients.append(websocket)
        if len(self._clients) == self._clients_max:
            self._all_in.set()
        try:
            while True:
                await websocket.receive_text()
        except WebSocketDisconnect:
            self._clients.remove(websocket)

    async def write(self) -> None:
        """Give each client its frame once a period."""
        await self._all_in.wait()
        await asyncio.sleep(CALM_S)
        gc.freeze()
        began_s, served, count = time.perf_counter(), 0, self._clients_max
        while len(self._clients) == count:
            due = int((time.perf_counter() - began_s) / self._period_s * count)
            served = max(served, due - count)
            for number in range(served, due):
                await self._clients[number % count].send_text(self._texts[number // count % len(self._texts)])
                self._frames += 1
            served = due
            await asyncio.sleep(SLOT_S)

    def report(self) -> dict[str, float]:
        """Return what was written since the last report."""
        before, self._since = self._since, (time.perf_counter(), time.process_time())
        frames, self._frames = self._frames, 0
        return {
            "frames": frames,
            "seconds": self._since[0] - before[0],
            "cpu_s": self._since[1] - before[1],
        }


async def _run(options: argparse.Namespace) -> None:
    server = TextServer(options.clients, options.period_ms / 1000, options.size)
    app = Starlette(routes=[WebSocketRoute("/", server.serve_client)])
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        lifespan="off",
        backlog=2048,
    )
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(2048)
    tasks = [
        asyncio.create_task(uvicorn.Server(config).serve(sockets=[listener])),
        asyncio.create_task(server.write()),
    ]
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
    )
    async for _ in orders:
        print(json.dumps(server.report()), flush=True)
    for task in tasks:
        task.cancel()


def main() -> None:
    """Run until stdin ends."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ws_text_server", description=__doc__)
    parser.add_argument("-n", dest="clients", type=int, required=True)
    parser.add_argument("-t", dest="period_ms", type=float, default=250.0)
    parser.add_argument("-s", dest="size", type=int, action="append", required=True)
    uvloop.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
