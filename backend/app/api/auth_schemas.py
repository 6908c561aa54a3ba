"""The shapes of /api/auth for OpenAPI."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.auth.accounts import PASSWORD_CHARS_MAX, Role

type _Token = Annotated[str, Field(max_length=4096)]


class LoginRequest(BaseModel):
    username: str = Field(max_length=256, examples=["an"])
    password: str = Field(max_length=PASSWORD_CHARS_MAX, examples=["a long phrase of your own"])


class RefreshTokenRequest(BaseModel):
    """Without a refresh token the cookie's is taken."""

    refresh_token: _Token | None = None


class User(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(examples=["an"])
    role: Role


class TokenAnswer(BaseModel):
    """`refresh_token` null: the new one is in the cookie, where the old one was."""

    model_config = ConfigDict(extra="forbid")
    access_token: str
    token_type: Literal["bearer"]
    expires_at: datetime = Field(description="Of the access token.")
    refresh_token: str | None
    user: User


class WhoAmI(BaseModel):
    """`kind` open: nobody has to log in here; `user` null: not an account."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["open", "anonymous", "token", "account"]
    user: User | None
    expires_at: datetime | None
