"""The accounts of one instance, from the settings."""

from __future__ import annotations

from pathlib import Path

from app.auth.account_store import FILE_NAME, AccountStore
from app.auth.errors import AccountsUnavailableError
from app.auth.sign_in import SignIn, TokenLifetimes
from app.auth.tokens import TokenCodec
from app.clock import Clock
from app.config import REPOSITORY_DIR, Settings, SettingsError
from app.history.postgres_cluster import default_data_dir


def account_store_of(settings: Settings, clock: Clock) -> AccountStore:
    """Open the accounts of DATA_DIR. Raise AccountsUnavailableError."""
    data_dir: Path = settings.data_dir or default_data_dir(REPOSITORY_DIR)
    return AccountStore(data_dir.expanduser().absolute() / FILE_NAME, settings.auth_access_ttl_s, clock)


def sign_in_of(settings: Settings, clock: Clock) -> SignIn | None:
    """Return what hands out tokens; None without AUTH_JWT_SECRET. Raise SettingsError when the file can't be used."""
    secret = settings.auth_jwt_secret.get_secret_value()
    if not secret:
        return None
    try:
        store = account_store_of(settings, clock)
    except AccountsUnavailableError as error:
        raise SettingsError(f"DATA_DIR: {error}") from None
    lifetimes = TokenLifetimes(settings.auth_access_ttl_s, settings.auth_refresh_ttl_s)
    return SignIn(store, TokenCodec(secret, clock), clock, lifetimes)
