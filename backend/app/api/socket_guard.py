"""SocketGuard: says when an open socket's token runs out, and ends the socket when it has or was taken back.

One look a second for all sockets; nothing of it stands in the way of a frame.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from app.auth.sign_in import AccountPass, SignIn
from app.clock import VIETNAM, Clock
from app.publish.client_connection import ClientConnection
from app.publish.close_codes import CloseCode
from app.publish.messages import encode_token_expiring

LOOK_INTERVAL_S = 1.0
WARNING_S = 60


class GuardedSocket:
    """An open socket and the pass it stands on."""

    __slots__ = ("_guard", "account_pass", "client", "due_s")

    def __init__(self, client: ClientConnection, account_pass: AccountPass, guard: SocketGuard) -> None:
        self.client = client
        self.account_pass = account_pass
        self.due_s = 0  # when something is to be said or done, seconds since the epoch
        self._guard = guard

    def renew(self, account_pass: AccountPass) -> None:
        """Stand on another pass of the same account from now on."""
        self.account_pass = account_pass
        self._guard.schedule(self)

    def release(self) -> None:
        """The socket is gone."""
        self._guard.forget(self)


class SocketGuard:
    """Watches the sockets of accounts. Runs on the event loop."""

    def __init__(self, sign_in: SignIn, clock: Clock) -> None:
        self._sign_in = sign_in
        self._clock = clock
        self._due: defaultdict[int, set[GuardedSocket]] = defaultdict(set)  # by the second
        self._seen_change = sign_in.look()

    @property
    def watched_count(self) -> int:
        return sum(map(len, self._due.values()))

    def watch(self, client: ClientConnection, account_pass: AccountPass) -> GuardedSocket:
        """Begin to watch a socket that was let in with this pass."""
        socket = GuardedSocket(client, account_pass, self)
        self.schedule(socket)
        return socket

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await self._clock.sleep(LOOK_INTERVAL_S)
            self.look()

    def look(self) -> None:
        """Warn and close whoever is due; after a change of the accounts, close whoever is good no longer."""
        change = self._sign_in.look()
        if change != self._seen_change:
            self._seen_change = change
            self._close_ended()
        now_s = self._clock.time_s()
        for second in [second for second in self._due if second <= now_s]:
            for socket in self._due.pop(second):
                self._serve(socket, now_s)

    def schedule(self, socket: GuardedSocket) -> None:
        """Put a socket where its pass says it is due."""
        self.forget(socket)
        self._put(socket, socket.account_pass.claims.expires_s - WARNING_S)

    def forget(self, socket: GuardedSocket) -> None:
        """Watch a socket no longer."""
        if socket.due_s in self._due:
            sockets = self._due[socket.due_s]
            sockets.discard(socket)
            if not sockets:
                del self._due[socket.due_s]

    def _put(self, socket: GuardedSocket, due_s: int) -> None:
        socket.due_s = due_s
        self._due[due_s].add(socket)

    def _serve(self, socket: GuardedSocket, now_s: float) -> None:
        expires_s = socket.account_pass.claims.expires_s
        if expires_s <= now_s:
            socket.client.close(CloseCode.TOKEN_EXPIRED)
        else:
            socket.client.offer_event(encode_token_expiring(datetime.fromtimestamp(expires_s, VIETNAM)))
            self._put(socket, expires_s)

    def _close_ended(self) -> None:
        ended = [
            socket
            for sockets in self._due.values()
            for socket in sockets
            if not self._sign_in.holds(socket.account_pass)
        ]
        for socket in ended:
            self.forget(socket)
            socket.client.close(CloseCode.TOKEN_INVALID)
