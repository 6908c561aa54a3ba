"""{"action":"refresh"}: a socket goes on beyond its token's end without being opened again."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

from app.api.socket_guard import GuardedSocket
from app.auth.errors import AuthError, ExpiredTokenError, InvalidTokenError
from app.auth.sign_in import AccountPass, SignIn
from app.clock import VIETNAM
from app.publish.messages import TokenRefreshedMessage, encode_error, encode_message
from app.publish.wire_frame import WireFrame


class RefreshRequest(Struct):
    """One of the two: programs have a refresh token, a browser's page only ever sees access tokens."""

    action: str
    refresh_token: str | None = None
    access_token: str | None = None


decode_refresh = msgspec.json.Decoder(RefreshRequest).decode


async def answer_refresh(
    request: RefreshRequest, socket: GuardedSocket | None, sign_in: SignIn | None
) -> WireFrame:
    """Put the socket on a new token; return what to say. Whatever goes wrong, the socket stays as it was."""
    if sign_in is None or socket is None:
        return _refusal("TOKEN_REFRESH_ERROR", "this socket was opened without an account's token")
    try:
        if request.refresh_token:
            return await _with_refresh_token(request.refresh_token, socket, sign_in)
        if request.access_token:
            return _with_access_token(request.access_token, socket, sign_in)
    except (InvalidTokenError, ExpiredTokenError) as error:
        return _refusal("INVALID_REFRESH_TOKEN", str(error))
    except AuthError:
        return _refusal("TOKEN_REFRESH_ERROR", "the token can't be renewed right now; try again")
    return _refusal("INVALID_REFRESH_TOKEN", "expected refresh_token or access_token")


async def _with_refresh_token(token: str, socket: GuardedSocket, sign_in: SignIn) -> WireFrame:
    _check_owner(sign_in.holder_of_refresh(token), socket)  # before it is used up
    grant = await sign_in.refresh(token)
    socket.renew(AccountPass(grant.account, grant.claims))
    return _answer(grant.access_expires_s, grant.access_token, grant.refresh_token)


def _with_access_token(token: str, socket: GuardedSocket, sign_in: SignIn) -> WireFrame:
    found = sign_in.read_access(token)
    _check_owner(found.account.id, socket)
    socket.renew(found)
    return _answer(found.claims.expires_s, None, None)


def _check_owner(account_id: str, socket: GuardedSocket) -> None:
    if account_id != socket.account_pass.account.id:
        raise InvalidTokenError("that token is somebody else's")


def _answer(expires_s: int, access_token: str | None, refresh_token: str | None) -> WireFrame:
    return encode_message(
        TokenRefreshedMessage(
            expires_at=datetime.fromtimestamp(expires_s, VIETNAM),
            access_token=access_token,
            refresh_token=refresh_token,
        )
    )


def _refusal(code: str, text: str) -> WireFrame:
    return encode_error(code, text)
