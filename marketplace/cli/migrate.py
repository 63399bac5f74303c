"""``gongsheng migrate``: the release step."""

from __future__ import annotations

import click


@click.command()
def migrate() -> None:
    """Bring the database of DATABASE_URL to the shape this version expects."""
    from marketplace.config import Settings
    from models.migrate import current, upgrade

    url = Settings.from_environment().database_url
    upgrade(url)
    click.echo(f"database at revision {current(url)}")
