"""``gongsheng accounts``: the first administrator of a market; everybody else is added on the pages."""

from __future__ import annotations

import click


@click.group()
def accounts() -> None:
    """Accounts in the database of DATABASE_URL."""


@accounts.command("add-administrator")
@click.argument("email")
@click.option("--name", required=True, help="The name other people see.")
@click.password_option(envvar="GONGSHENG_PASSWORD", help="At least 10 characters; asked for where not given.")
def add_administrator(email: str, name: str, password: str) -> None:
    """Add an administrator who signs in with EMAIL."""
    from marketplace.accounts.forms import SHORTEST_PASSWORD
    from marketplace.admin.service import NewAccount, create_account
    from marketplace.config import Settings
    from marketplace.errors import NotPossible
    from marketplace.security.actor import ADMIN, Actor
    from marketplace.unit_of_work import UnitOfWork
    from models.engine import make_engine, make_sessions

    if "@" not in email.strip("@ "):
        raise click.BadParameter("write it like name@example.com", param_hint="EMAIL")
    if len(password) < SHORTEST_PASSWORD:
        raise click.BadParameter(f"at least {SHORTEST_PASSWORD} characters", param_hint="--password")
    # Whoever may run commands on the database may do this; no account can vouch for the first one.
    keeper = Actor(role=ADMIN)
    engine = make_engine(Settings.from_environment().database_url)
    try:
        with make_sessions(engine)() as session, UnitOfWork(session) as uow:
            create_account(uow=uow, actor=keeper, account=NewAccount(email, name, ADMIN, password))
    except NotPossible as refused:
        raise click.ClickException(f"there is an account with the address {email} already") from refused
    finally:
        engine.dispose()
    click.echo(f"{email} may sign in as administrator")
