"""AccountStore: the accounts and the log-ins that are alive, in a SQLite file of their own.

Not in the history's database: people must be able to log in while that is down (docs/decisions/0005). Several processes
of one machine may share the file, the command line among them.
Threads: every call opens a connection of its own; none of them belongs on the event loop.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.auth.accounts import Account, Role
from app.auth.errors import AccountError, AccountsUnavailableError, InvalidTokenError
from app.auth.tokens import Claims, new_id
from app.clock import Clock

FILE_NAME = "accounts.sqlite"
BUSY_TIMEOUT_S = 5.0
FAMILIES_PER_ACCOUNT_MAX = 50  # log-ins alive at once; the oldest goes first
# Two tabs, or an answer lost on its way: the token before the last is no theft for so long.
ROTATION_GRACE_S = 10.0
FORMAT = 1

# `changes` lets a reader see with one number whether accounts or endings differ from what it knows.
_SCHEMA = """
CREATE TABLE accounts (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL, password_hash TEXT NOT NULL,
    is_disabled INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 1, created_s REAL NOT NULL
) STRICT;
CREATE TABLE families (
    id TEXT PRIMARY KEY, account_id TEXT NOT NULL, token_id TEXT NOT NULL, previous_id TEXT NOT NULL DEFAULT '',
    rotated_s REAL NOT NULL, expires_s INTEGER NOT NULL
) STRICT;
CREATE INDEX families_of_account ON families (account_id, rotated_s);
CREATE TABLE ended_families (id TEXT PRIMARY KEY, until_s REAL NOT NULL) STRICT;
CREATE TABLE changes (number INTEGER NOT NULL) STRICT;
INSERT INTO changes VALUES (1);
"""


@dataclass(frozen=True, slots=True)
class Rotation:
    """The refresh token that is good now."""

    token_id: str
    expires_s: int


@dataclass(frozen=True, slots=True)
class StoredAccounts:
    """Everything a check of an access token needs. `ended`: log-ins that ended while their tokens may still be young."""

    accounts: dict[str, Account]  # by id
    ended: frozenset[str]


class AccountStore:
    """Reads and writes the file; makes it, for its owner alone, when it is not there."""

    def __init__(self, path: Path, access_ttl_s: int, clock: Clock) -> None:
        self.path = path
        self._access_ttl_s = access_ttl_s
        self._clock = clock
        try:
            _ensure_file(path)
            with self._writing() as database:
                if _format_of(database) == 0:
                    for statement in filter(str.strip, _SCHEMA.split(";")):
                        database.execute(statement)
                    database.execute(f"PRAGMA user_version = {FORMAT}")
                elif _format_of(database) != FORMAT:
                    raise AccountsUnavailableError(f"{path} was written by another version of this program")
        except OSError as error:
            raise AccountsUnavailableError(f"{path} can't be used: {error.strerror}") from None

    # -- accounts -------------------------------------------------------------------------------------------------

    def add(self, name: str, role: Role, password_hash: str) -> None:
        """Keep a new account. Raise AccountError if the name is taken."""
        with self._writing() as database:
            if database.execute("SELECT 1 FROM accounts WHERE name = ?", (name,)).fetchone():
                raise AccountError(f"there is an account {name} already")
            database.execute(
                "INSERT INTO accounts (id, name, role, password_hash, created_s) VALUES (?, ?, ?, ?, ?)",
                (new_id(), name, role.value, password_hash, self._clock.time_s()),
            )
            _note_change(database)

    def find(self, name: str) -> Account | None:
        """Return the account of a name."""
        return next((account for account in self.accounts() if account.name == name), None)

    def accounts(self) -> list[Account]:
        """Return every account, by name."""
        with self._reading() as database:
            return _read_accounts(database)

    def set_password(self, name: str, password_hash: str) -> None:
        """Change a password; what was handed out before is good no longer."""
        self._change(name, "password_hash = ?, version = version + 1", password_hash, ends_log_ins=True)

    def set_role(self, name: str, role: Role) -> None:
        """Change what an account may do, from its next request on."""
        self._change(name, "role = ?", role.value)

    def set_disabled(self, name: str, *, is_disabled: bool) -> None:
        """Shut an account out, or let it in again: with a new log-in."""
        self._change(name, "is_disabled = ?, version = version + 1", int(is_disabled), ends_log_ins=True)

    def remove(self, name: str) -> None:
        """Forget an account."""
        with self._writing() as database:
            account_id = _id_of(database, name)
            database.execute("DELETE FROM families WHERE account_id = ?", (account_id,))
            database.execute("DELETE FROM accounts WHERE id = ?", (account_id,))
            _note_change(database)

    def _change(self, name: str, assignment: str, value: str | int, *, ends_log_ins: bool = False) -> None:
        with self._writing() as database:
            account_id = _id_of(database, name)
            if ends_log_ins:
                database.execute("DELETE FROM families WHERE account_id = ?", (account_id,))
            database.execute(f"UPDATE accounts SET {assignment} WHERE id = ?", (value, account_id))  # noqa: S608 - ours
            _note_change(database)

    # -- log-ins --------------------------------------------------------------------------------------------------

    def begin_family(self, account_id: str, refresh_ttl_s: int) -> tuple[str, Rotation]:
        """Begin a log-in; return its id and its first refresh token."""
        now_s = self._clock.time_s()
        family, rotation = new_id(), Rotation(new_id(), int(now_s) + refresh_ttl_s)
        with self._writing() as database:
            database.execute("DELETE FROM families WHERE expires_s <= ?", (now_s,))
            database.execute("DELETE FROM ended_families WHERE until_s <= ?", (now_s,))
            database.execute(
                "DELETE FROM families WHERE id IN (SELECT id FROM families WHERE account_id = ?"
                " ORDER BY rotated_s DESC LIMIT -1 OFFSET ?)",
                (account_id, FAMILIES_PER_ACCOUNT_MAX - 1),
            )
            database.execute(
                "INSERT INTO families (id, account_id, token_id, rotated_s, expires_s) VALUES (?, ?, ?, ?, ?)",
                (family, account_id, rotation.token_id, now_s, rotation.expires_s),
            )
        return family, rotation

    def rotate(self, claims: Claims, refresh_ttl_s: int) -> Rotation:
        """Replace a refresh token by its successor.

        A token that was replaced already ends its log-in: one of two who hold it is a thief. Raise InvalidTokenError.
        """
        now_s = self._clock.time_s()
        with self._writing() as database:
            row = database.execute(
                "SELECT token_id, previous_id, rotated_s, expires_s FROM families WHERE id = ? AND account_id = ?",
                (claims.family, claims.account_id),
            ).fetchone()
            if row is None:
                raise InvalidTokenError("this log-in has ended")
            token_id, previous_id, rotated_s, expires_s = row
            if claims.token_id == token_id:
                rotation = Rotation(new_id(), int(now_s) + refresh_ttl_s)
                database.execute(
                    "UPDATE families SET token_id = ?, previous_id = ?, rotated_s = ?, expires_s = ? WHERE id = ?",
                    (rotation.token_id, token_id, now_s, rotation.expires_s, claims.family),
                )
                return rotation
            if claims.token_id == previous_id and 0 <= now_s - rotated_s <= ROTATION_GRACE_S:
                return Rotation(token_id, expires_s)
            self._end(database, claims.family)
        raise InvalidTokenError("this log-in has ended: its refresh token was used twice")

    def end_family(self, family: str) -> None:
        """End a log-in: its refresh token now, its access tokens too."""
        with self._writing() as database:
            self._end(database, family)

    def _end(self, database: sqlite3.Connection, family: str) -> None:
        if database.execute("DELETE FROM families WHERE id = ?", (family,)).rowcount:
            until_s = self._clock.time_s() + self._access_ttl_s
            database.execute("INSERT OR REPLACE INTO ended_families VALUES (?, ?)", (family, until_s))
            _note_change(database)

    # -- connections ----------------------------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(open_connection(self.path)) as database:
                yield database
        except sqlite3.Error as error:
            raise AccountsUnavailableError(f"{self.path} can't be used: {error}") from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction. It is kept unless something of SQLite, of us or of the caller breaks inside."""
        with self._reading() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")


def open_connection(path: Path) -> sqlite3.Connection:
    """Return a connection in autocommit, usable by one thread at a time. Raise sqlite3.Error."""
    database = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")  # a log-out that a power cut undoes is none
    except BaseException:
        database.close()
        raise
    return database


def read_change_number(database: sqlite3.Connection) -> int:
    """Return the number of the last change that matters to access tokens."""
    number: int = database.execute("SELECT number FROM changes").fetchone()[0]
    return number


def read_stored(database: sqlite3.Connection) -> StoredAccounts:
    """Return what access tokens are checked against."""
    ended = frozenset(row[0] for row in database.execute("SELECT id FROM ended_families"))
    return StoredAccounts({account.id: account for account in _read_accounts(database)}, ended)


def _read_accounts(database: sqlite3.Connection) -> list[Account]:
    rows = database.execute(
        "SELECT id, name, role, password_hash, is_disabled, version FROM accounts ORDER BY name"
    )
    return [
        Account(account_id, name, Role(role), password_hash, bool(is_disabled), version)
        for account_id, name, role, password_hash, is_disabled, version in rows
    ]


def _ensure_file(path: Path) -> None:
    """Make the file, for its owner alone. Root leaves it to whom the folder belongs: the server is not root."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "wb"):
        if os.geteuid() == 0:
            folder = path.parent.stat()
            os.fchown(descriptor, folder.st_uid, folder.st_gid)


def _format_of(database: sqlite3.Connection) -> int:
    number: int = database.execute("PRAGMA user_version").fetchone()[0]
    return number


def _id_of(database: sqlite3.Connection, name: str) -> str:
    row = database.execute("SELECT id FROM accounts WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise AccountError(f"there is no account {name}")
    account_id: str = row[0]
    return account_id


def _note_change(database: sqlite3.Connection) -> None:
    database.execute("UPDATE changes SET number = number + 1")
