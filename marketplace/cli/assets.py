"""``gongsheng assets``: map data and front-end libraries."""

from __future__ import annotations

import time

import click


@click.group()
def assets() -> None:
    """Map data and front-end libraries, made at set-up."""


@assets.command()
@click.option("--force", is_flag=True, help="Build again what is up to date.")
@click.option("--quiet", is_flag=True, help="Do not name what is up to date.")
def build(force: bool, quiet: bool) -> None:
    """Make boundaries, roads, rail and front-end libraries where they are missing or out of date."""
    from marketplace.assets.build import build_assets
    from marketplace.assets.files import AssetError

    start = time.perf_counter()
    try:
        for name, built in build_assets(force=force):
            seconds = time.perf_counter() - start
            if built:
                click.echo(f"{name}: built in {seconds:.1f} s")
            elif not quiet:
                click.echo(f"{name}: up to date")
            start = time.perf_counter()
    except AssetError as error:
        raise click.ClickException(str(error)) from error
