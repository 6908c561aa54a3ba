"""The verb users: who may log in. A server that runs takes each change at once."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.commands.history_verbs import Verbs
from app.config import Settings

if TYPE_CHECKING:
    from app.auth.account_store import AccountStore

ROLES = ("trader", "admin")  # as auth/accounts.py has them; spelled out, so that --help loads nothing

type Action = Callable[[AccountStore, argparse.Namespace], str]


def add_users_verb(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    text = "make, list, change and remove the accounts that may log in"
    parser = verbs.add_parser(
        "users",
        help=text,
        description=f"{text[0].upper() + text[1:]}. A server that runs takes each change at once: who is disabled, "
        "removed or given a new password is logged out.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    add = _add_action(actions, "add", "make an account; asks for its password", _add)
    role = add.add_mutually_exclusive_group()
    role.add_argument(
        "--role", choices=ROLES, default="trader", help="admin also sees who is connected (trader)"
    )
    role.add_argument(
        "--admin", dest="role", action="store_const", const="admin", help="the same as --role admin"
    )
    _add_password_source(add)
    _add_password_source(_add_action(actions, "passwd", "give an account a new password", _set_password))
    _add_action(actions, "disable", "shut an account out", _disable)
    _add_action(actions, "enable", "let a disabled account log in again", _enable)
    _add_action(actions, "remove", "forget an account", _remove)
    change = _add_action(actions, "role", "make somebody a trader or an admin", _set_role)
    change.add_argument("role", choices=ROLES)
    listing = actions.add_parser("list", help="list the accounts", description="List the accounts.")
    _set_action(listing, _list)


def _add_action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str, action: Action
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=text, description=f"{text[0].upper() + text[1:]}.")
    parser.add_argument("name", metavar="NAME", help="a-z 0-9 . _ @ -, at most 64")
    _set_action(parser, action)
    return parser


def _set_action(parser: argparse.ArgumentParser, action: Action) -> None:
    parser.set_defaults(
        overrides=lambda _options: {}, run=lambda settings, options: _run(settings, options, action)
    )


def _add_password_source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from the first line of standard input",
    )


def _run(settings: Settings, options: argparse.Namespace, action: Action) -> int:
    from app.auth.errors import AccountError, AccountsUnavailableError  # noqa: PLC0415 - --help need not load it
    from app.auth_wiring import account_store_of  # noqa: PLC0415 - the same
    from app.clock import SystemClock  # noqa: PLC0415 - the same

    try:
        sys.stdout.write(action(account_store_of(settings, SystemClock()), options))
    except (AccountError, AccountsUnavailableError) as error:
        sys.stderr.write(f"users: {error}\n")
        return 1
    except (KeyboardInterrupt, EOFError):
        sys.stderr.write("\nusers: nothing was changed\n")
        return 130
    if not settings.auth_jwt_secret.get_secret_value():
        sys.stderr.write("note: nobody has to log in as long as AUTH_JWT_SECRET is not set\n")
    return 0


def _add(store: AccountStore, options: argparse.Namespace) -> str:
    from app.auth.accounts import Role, parse_name  # noqa: PLC0415 - as above
    from app.auth.errors import AccountError  # noqa: PLC0415 - as above

    name = parse_name(options.name)
    if store.find(name) is not None:  # before somebody thinks of a password
        raise AccountError(f"there is an account {name} already; users passwd {name} changes its password")
    store.add(name, Role(options.role), _ask_password_hash(name, options))
    return f"{name} may log in as {options.role}\n"


def _set_password(store: AccountStore, options: argparse.Namespace) -> str:
    from app.auth.accounts import parse_name  # noqa: PLC0415 - as above

    name = parse_name(options.name)
    if store.find(name) is not None:  # else set_password says so, before a password is asked for
        store.set_password(name, _ask_password_hash(name, options))
    else:
        store.set_password(name, "")
    return f"{name} has a new password and is logged out everywhere\n"


def _disable(store: AccountStore, options: argparse.Namespace) -> str:
    from app.auth.accounts import parse_name  # noqa: PLC0415 - as above

    name = parse_name(options.name)
    store.set_disabled(name, is_disabled=True)
    return f"{name} is shut out and logged out everywhere\n"


def _enable(store: AccountStore, options: argparse.Namespace) -> str:
    from app.auth.accounts import parse_name  # noqa: PLC0415 - as above

    name = parse_name(options.name)
    store.set_disabled(name, is_disabled=False)
    return f"{name} may log in again\n"


def _remove(store: AccountStore, options: argparse.Namespace) -> str:
    from app.auth.accounts import parse_name  # noqa: PLC0415 - as above

    name = parse_name(options.name)
    store.remove(name)
    return f"{name} is gone\n"


def _set_role(store: AccountStore, options: argparse.Namespace) -> str:
    from app.auth.accounts import Role, parse_name  # noqa: PLC0415 - as above

    name = parse_name(options.name)
    store.set_role(name, Role(options.role))
    return f"{name} is {options.role} from now on\n"


def _list(store: AccountStore, _options: argparse.Namespace) -> str:
    accounts = store.accounts()
    if not accounts:
        return "no accounts yet: users add NAME\n"
    width = max(len(account.name) for account in accounts)
    return "".join(
        f"{account.name.ljust(width)}  {account.role.value:<6}{'  disabled' if account.is_disabled else ''}\n"
        for account in accounts
    )


def _ask_password_hash(name: str, options: argparse.Namespace) -> str:
    from app.auth.accounts import check_password  # noqa: PLC0415 - as above
    from app.auth.errors import AccountError  # noqa: PLC0415 - as above
    from app.auth.passwords import hash_password  # noqa: PLC0415 - as above

    if options.password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        check_password(password, name)
    elif sys.stdin.isatty():
        password = getpass.getpass(f"Password for {name}: ")
        check_password(password, name)
        if getpass.getpass("Again: ") != password:
            raise AccountError("the two differ; nothing was changed")
    else:
        raise AccountError(
            "no terminal to ask for the password: --password-stdin reads it from standard input"
        )
    return hash_password(password)
