"""``gongsheng db``: migrations, and the market as a scenario folder in and out."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def db() -> None:
    """The database of DATABASE_URL."""


@db.command()
def upgrade() -> None:
    """Migrate to the newest shape and renew the catalogue."""
    from models.migrate import current, upgrade

    upgrade(_url())
    click.echo(f"database at revision {current(_url())}")


@db.command()
def current() -> None:
    """Show the revision the database is at."""
    from models.migrate import current

    click.echo(current(_url()) or "empty")


@db.command("import-scenario")
@click.argument("folder", type=click.Path(path_type=Path))
def import_scenario(folder: Path) -> None:
    """Import the scenario FOLDER into an empty market."""
    from marketplace.market.changed import market_changed
    from marketplace.market.importing import MarketNotEmpty, import_scenario
    from marketplace.unit_of_work import UnitOfWork
    from matching.scenario import ScenarioError
    from models.engine import make_engine, make_sessions

    engine = make_engine(_url())
    try:
        with make_sessions(engine)() as session, UnitOfWork(session) as uow:
            done = import_scenario(uow=uow, folder=folder)
            market_changed(uow)
    except ScenarioError as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from error
    except MarketNotEmpty as error:
        raise click.ClickException(f"{error}; a scenario is imported into an empty market only") from error
    finally:
        engine.dispose()
    click.echo(
        f"{done.supplies} supplies and {done.demands} demands of {done.enterprises} enterprises imported"
    )


@db.command("export-scenario")
@click.argument("folder", type=click.Path(path_type=Path))
def export_scenario(folder: Path) -> None:
    """Write the published market to FOLDER, which must be new or empty."""
    from marketplace.market.exporting import export_scenario
    from models.engine import make_engine, make_sessions

    engine = make_engine(_url())
    try:
        with make_sessions(engine)() as session:
            written = export_scenario(session, folder)
    except FileExistsError as error:
        raise click.ClickException(str(error)) from error
    finally:
        engine.dispose()
    for file, rows in written.items():
        click.echo(f"{file}: {rows} rows")


def _url() -> str:
    from marketplace.config import Settings

    return Settings.from_environment().database_url
