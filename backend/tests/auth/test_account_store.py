from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from app.auth.account_directory import AccountDirectory
from app.auth.account_store import (
    FAMILIES_PER_ACCOUNT_MAX,
    FILE_NAME,
    ROTATION_GRACE_S,
    AccountStore,
    Rotation,
)
from app.auth.accounts import Role, check_password, parse_name
from app.auth.errors import AccountError, AccountsUnavailableError, InvalidTokenError
from app.auth.tokens import Claims
from tests.auth.accounts import ACCESS_S, REFRESH_S, Accounts


def claims_of(accounts: Accounts, family: str, rotation: Rotation, name: str = "an") -> Claims:
    account = accounts.store.find(name)
    assert account is not None
    return Claims(account.id, account.version, family, rotation.token_id, rotation.expires_s)


def begin(accounts: Accounts, name: str = "an") -> Claims:
    account = accounts.store.find(name)
    assert account is not None
    return claims_of(accounts, *accounts.store.begin_family(account.id, REFRESH_S), name)


def rotated(accounts: Accounts, claims: Claims) -> Claims:
    return claims_of(accounts, claims.family, accounts.store.rotate(claims, REFRESH_S))


def test_file_is_its_owners_alone_from_its_first_moment(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        accounts = Accounts(tmp_path / "deep" / "data")
    finally:
        os.umask(before)
    begin(accounts)
    accounts.sign_in.look()
    names = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "deep" / "data").iterdir()}
    assert names == {FILE_NAME: 0o600, f"{FILE_NAME}-wal": 0o600, f"{FILE_NAME}-shm": 0o600}
    accounts.sign_in.close()


def test_file_opened_again_has_what_was_kept(accounts: Accounts) -> None:
    again = AccountStore(accounts.store.path, ACCESS_S, accounts.clock)
    assert [(account.name, account.role) for account in again.accounts()] == [
        ("an", Role.TRADER),
        ("binh", Role.TRADER),
        ("root", Role.ADMIN),
    ]
    assert "argon2" not in repr(again.accounts())


def test_file_that_is_no_database_is_one_clear_error(tmp_path: Path, accounts: Accounts) -> None:
    path = tmp_path / "other.sqlite"
    path.write_text("not a database" * 100)
    with pytest.raises(
        AccountsUnavailableError, match=r"other\.sqlite can't be used: file is not a database"
    ):
        AccountStore(path, ACCESS_S, accounts.clock)


def test_file_of_another_format_is_refused(accounts: Accounts) -> None:
    with closing(sqlite3.connect(accounts.store.path)) as database:
        database.execute("PRAGMA user_version = 9")
    with pytest.raises(AccountsUnavailableError, match="another version"):
        AccountStore(accounts.store.path, ACCESS_S, accounts.clock)


def test_names_that_are_taken_or_missing_are_said(accounts: Accounts) -> None:
    with pytest.raises(AccountError, match="there is an account an already"):
        accounts.store.add("an", Role.TRADER, "h")
    for change in (
        lambda: accounts.store.remove("nobody"),
        lambda: accounts.store.set_role("nobody", Role.ADMIN),
        lambda: accounts.store.set_disabled("nobody", is_disabled=True),
        lambda: accounts.store.set_password("nobody", "h"),
    ):
        with pytest.raises(AccountError, match="there is no account nobody"):
            change()


@pytest.mark.parametrize("name", ["", " ", "-x", "a b", "a'b", "é", "x" * 65, "a\nb", "../x"])
def test_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(AccountError):
        parse_name(name)


def test_name_has_one_spelling() -> None:
    assert parse_name(" An.Nguyen@Desk-1 ") == "an.nguyen@desk-1"


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaa", "x" * 257, "someperson"])
def test_password_that_would_be_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(AccountError):
        check_password(password, "someperson")
    check_password("một câu dài hơn", "someperson")


# -- refresh tokens -----------------------------------------------------------------------------------------------


def test_rotation_gives_a_new_token_and_a_later_end(accounts: Accounts) -> None:
    first = begin(accounts)
    accounts.clock.added_s += 100
    second = rotated(accounts, first)
    assert second.token_id != first.token_id
    assert second.expires_s - first.expires_s in {99, 100, 101}
    assert rotated(accounts, second).token_id not in {first.token_id, second.token_id}


def test_token_used_again_at_once_gives_the_same_successor(accounts: Accounts) -> None:
    first = begin(accounts)
    second = rotated(accounts, first)
    accounts.clock.added_s += ROTATION_GRACE_S - 2
    assert rotated(accounts, first) == second
    assert rotated(accounts, second).token_id != second.token_id


def test_token_used_again_later_ends_its_log_in_and_no_other(accounts: Accounts) -> None:
    first, other = begin(accounts), begin(accounts)
    second = rotated(accounts, first)
    accounts.clock.added_s += ROTATION_GRACE_S + 1
    with pytest.raises(InvalidTokenError, match="used twice"):
        rotated(accounts, first)
    with pytest.raises(InvalidTokenError, match="has ended"):
        rotated(accounts, second)
    rotated(accounts, other)


def test_token_before_the_last_two_ends_its_log_in_even_at_once(accounts: Accounts) -> None:
    first = begin(accounts)
    second = rotated(accounts, first)
    rotated(accounts, second)
    with pytest.raises(InvalidTokenError, match="used twice"):
        rotated(accounts, first)


def test_family_of_another_account_is_not_found(accounts: Accounts) -> None:
    mine = begin(accounts)
    theirs = begin(accounts, "binh")
    with pytest.raises(InvalidTokenError):
        accounts.store.rotate(
            Claims(theirs.account_id, 1, mine.family, mine.token_id, mine.expires_s), REFRESH_S
        )
    rotated(accounts, mine)


def test_log_ins_of_an_account_are_bounded_and_the_oldest_goes(accounts: Accounts) -> None:
    theirs = begin(accounts, "binh")
    mine = []
    for _ in range(FAMILIES_PER_ACCOUNT_MAX + 2):
        accounts.clock.added_s += 1
        mine.append(begin(accounts))
    for gone in mine[:2]:
        with pytest.raises(InvalidTokenError):
            rotated(accounts, gone)
    for kept in (mine[2], mine[-1], theirs):
        rotated(accounts, kept)


def test_log_ins_that_ran_out_leave_the_file(accounts: Accounts) -> None:
    for _ in range(3):
        accounts.store.end_family(begin(accounts).family)
        begin(accounts)
    accounts.clock.added_s += REFRESH_S + 1
    begin(accounts)
    with closing(sqlite3.connect(accounts.store.path)) as database:
        counts = [
            database.execute(f"SELECT count(*) FROM {t}").fetchone()[0]
            for t in ("families", "ended_families")
        ]
    assert counts == [1, 0]


# -- the directory ------------------------------------------------------------------------------------------------


def test_directory_sees_each_change_and_reads_the_tables_only_then(accounts: Accounts) -> None:
    directory = AccountDirectory(accounts.store.path)
    claims = begin(accounts)
    first = directory.refresh()
    assert directory.holder_of(claims) is not None
    rotated(accounts, claims)
    assert directory.refresh() == first  # a rotation concerns nobody's access token
    accounts.store.set_role("an", Role.ADMIN)
    assert directory.refresh() == first + 1
    holder = directory.holder_of(claims)
    assert holder is not None
    assert holder.role is Role.ADMIN
    accounts.store.set_disabled("an", is_disabled=True)
    directory.refresh()
    assert directory.holder_of(claims) is None
    accounts.store.set_disabled("an", is_disabled=False)
    directory.refresh()
    assert directory.holder_of(claims) is None  # what was handed out before stays ended
    directory.close()


def test_directory_of_a_file_that_breaks_goes_by_what_it_knew(
    accounts: Accounts, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    directory = AccountDirectory(accounts.store.path)
    claims = begin(accounts)
    number = directory.refresh()
    with closing(sqlite3.connect(accounts.store.path)) as database:
        database.execute("ALTER TABLE changes RENAME TO lost")
    for _ in range(3):
        assert directory.refresh() == number
    assert directory.holder_of(claims) is not None
    assert caplog.text.count("can't be read") == 1
    with closing(sqlite3.connect(accounts.store.path)) as database:
        database.execute("ALTER TABLE lost RENAME TO changes")
    directory.refresh()
    assert caplog.text.count("can be read again") == 1
    directory.close()
