"""A tiny SSI: AccessToken, negotiate and one SignalR WebSocket, on a loopback port, with faults on demand."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

CONSUMER_ID, CONSUMER_SECRET = "the-consumer-id", "the-consumer-secret"
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def make_token(expires_s: float, serial: int = 0) -> str:
    def part(claims: dict[str, Any]) -> str:
        return base64.b64encode(json.dumps(claims).encode()).decode().rstrip("=")

    return f"{part({'alg': 'RS256'})}.{part({'exp': expires_s, 'n': serial})}.c2lnbmF0dXJl{serial}"


class Connection:
    """One WebSocket of the server's side."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.invocations: list[dict[str, Any]] = []

    def send(self, text: str | bytes, opcode: int = 1) -> None:
        data = text.encode() if isinstance(text, str) else text
        if len(data) < 126:
            head = bytes([0x80 | opcode, len(data)])
        elif len(data) < 65_536:
            head = bytes([0x80 | opcode, 126]) + struct.pack("!H", len(data))
        else:
            head = bytes([0x80 | opcode, 127]) + struct.pack("!Q", len(data))
        self.writer.write(head + data)

    def drop(self) -> None:
        self.writer.transport.abort()


class SignalRServer:
    """Counts what it sees; every public attribute above `url` is a switch."""

    def __init__(self) -> None:
        self.login_status: int | None = 200
        self.login_delay_s = 0.0
        self.login_answer: object = None  # replaces the whole answer
        self.negotiate_status = 200
        self.negotiate_body: object = None
        self.negotiate_delay_s = 0.0
        self.handshake_status = 101
        self.rejects_tokens = False  # negotiate answers 401 to every token handed out so far
        self.token_expires_s = 4e9
        self.url = ""
        self.connections: list[Connection] = []
        self.connections_max = 0
        self.connections_made = 0
        self.logins = 0
        self.negotiations = 0
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.tokens: list[str] = []
        self.good_tokens: set[str] = set()
        self.gets: dict[str, Any] = {}  # path -> answer of our own REST reads, a list is served page by page
        self.subscribed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def broadcast(self, *frames: str) -> None:
        for connection in self.connections:
            for frame in frames:
                connection.send(frame)

    def drop_all(self) -> None:
        for connection in tuple(self.connections):
            connection.drop()

    async def wait_subscribed(self) -> Connection:
        async with asyncio.timeout(10):
            await self.subscribed.wait()
        self.subscribed.clear()
        return self.connections[-1]

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        self.url = f"http://{host}:{port}/"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        self.drop_all()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._serve_request(reader, writer):
                pass
        self._tasks.discard(task)
        writer.close()

    async def _serve_request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        start, *lines = head.split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        method, target, _ = start.split(" ")
        path = target.partition("?")[0]
        self.requests.append((f"{method} {target}", headers))
        if path.endswith("/AccessToken"):
            await self._log_in(writer, json.loads(body))
        elif path.endswith("/negotiate"):
            await self._negotiate(writer, headers)
        elif path.endswith("/connect"):
            return await self._connect(reader, writer, headers)
        else:
            self._get(writer, path)
        await writer.drain()
        return True

    def _answer(self, writer: asyncio.StreamWriter, status: int, answer: object) -> None:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)

    def _get(self, writer: asyncio.StreamWriter, path: str) -> None:
        answer = self.gets.get(path.rpartition("/")[2])
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        status, answer = answer if isinstance(answer, tuple) else (200, answer)
        if answer is None:
            status = 404
        self._answer(writer, status, answer)

    async def _log_in(self, writer: asyncio.StreamWriter, keys: dict[str, str]) -> None:
        self.logins += 1
        await asyncio.sleep(self.login_delay_s)
        if self.login_answer is not None:
            self._answer(writer, self.login_status or 200, self.login_answer)
        elif self.login_status != 200:
            self._answer(writer, self.login_status or 500, b"<html>no</html>")
        elif keys != {"consumerID": CONSUMER_ID, "consumerSecret": CONSUMER_SECRET}:
            self._answer(writer, 200, {"message": "The connection is invalid", "status": 400, "data": None})
        else:
            token = make_token(self.token_expires_s, self.logins)
            self.tokens.append(token)
            self.good_tokens.add(token)
            self._answer(writer, 200, {"message": "Success", "status": 200, "data": {"accessToken": token}})

    async def _negotiate(self, writer: asyncio.StreamWriter, headers: dict[str, str]) -> None:
        self.negotiations += 1
        await asyncio.sleep(self.negotiate_delay_s)
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.good_tokens or self.rejects_tokens:
            self._answer(writer, 401, {"Message": "Unauthorized"})
        elif self.negotiate_status != 200 or self.negotiate_body is not None:
            self._answer(writer, self.negotiate_status, self.negotiate_body or b"<html>bad gateway</html>")
        else:
            self._answer(writer, 200, {"ConnectionToken": "ab+/c=", "ProtocolVersion": "1.5"})

    async def _connect(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, headers: dict[str, str]
    ) -> bool:
        if self.handshake_status != 101:
            self._answer(writer, self.handshake_status, {})
            return False
        accept = base64.b64encode(
            hashlib.sha1(headers["sec-websocket-key"].encode() + _GUID).digest()
        ).decode()
        writer.write(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        connection = Connection(writer)
        self.connections.append(connection)
        self.connections_made += 1
        self.connections_max = max(self.connections_max, len(self.connections))
        connection.send('{"C":"d-1A2B,0|x,0","S":1,"M":[]}')
        try:
            while True:
                opcode, data = await self._read_frame(reader)
                if opcode == 8:
                    return False
                if opcode == 1:
                    call = json.loads(data)
                    connection.invocations.append(call)
                    connection.send(json.dumps({"I": str(call["I"])}))
                    self.subscribed.set()
        finally:
            self.connections.remove(connection)

    @staticmethod
    async def _read_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
        first, second = await reader.readexactly(2)
        length = second & 0x7F
        if length == 126:
            length = struct.unpack("!H", await reader.readexactly(2))[0]
        mask = await reader.readexactly(4)
        data = await reader.readexactly(length)
        return first & 0x0F, bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))


@asynccontextmanager
async def running_server() -> AsyncIterator[SignalRServer]:
    server = SignalRServer()
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
