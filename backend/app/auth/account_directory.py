"""AccountDirectory: the accounts in memory, as they are in the file at this moment.

Whoever changes the file, the command line too, is seen by the next look: SQLite's data_version tells without a read of
the tables whether anybody committed.
Threads: the event loop's alone; a look takes some microseconds.
"""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

from app.auth.account_store import StoredAccounts, open_connection, read_change_number, read_stored
from app.auth.accounts import Account
from app.auth.tokens import Claims

logger = logging.getLogger(__name__)


class AccountDirectory:
    """Answers whether what a token says still holds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database: sqlite3.Connection | None = None
        self._data_version = -1
        self._change_number = -1
        self._stored = StoredAccounts({}, frozenset())
        self._is_failing = False

    def refresh(self) -> int:
        """Look whether the file changed; return the number of the newest change seen.

        A file that can't be read leaves what was known: nobody is shut out, and nobody let in, by a full disk.
        """
        try:
            self._look()
        except sqlite3.Error as error:
            if not self._is_failing:
                logger.warning("the accounts' file can't be read, going by what is known: %s", error)
            self._is_failing = True
        else:
            if self._is_failing:
                logger.info("the accounts' file can be read again")
            self._is_failing = False
        return self._change_number

    def find(self, name: str) -> Account | None:
        """Return the account of a name, as the file has it now."""
        self.refresh()
        return next((account for account in self._stored.accounts.values() if account.name == name), None)

    def holder_of(self, claims: Claims) -> Account | None:
        """Return whose token it is; None once the account is gone, disabled or changed, or the log-in has ended.

        Goes by the last `refresh`.
        """
        account = self._stored.accounts.get(claims.account_id)
        if account is None or account.is_disabled or account.version != claims.version:
            return None
        return None if claims.family in self._stored.ended else account

    def close(self) -> None:
        """Let the file go."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _look(self) -> None:
        if self._database is None:
            self._database = open_connection(self._path)
        data_version = self._database.execute("PRAGMA data_version").fetchone()[0]
        if data_version == self._data_version:
            return
        change_number = read_change_number(self._database)
        if change_number != self._change_number:
            # the number first: what commits in between is read again, never missed
            self._stored = read_stored(self._database)
            self._change_number = change_number
        self._data_version = data_version
