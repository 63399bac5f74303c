"""``gongsheng demo``: a whole market on this machine, from an empty folder to an address to open."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

# Listening everywhere is not an address one can open.
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


@click.command()
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--scenario", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="Scenario folder to load where the database is empty; default: Ordos.")
def demo(host: str, port: int, scenario: Path | None) -> None:
    """Create the demo database, load a scenario into it, match, and serve."""
    from marketplace.cli.processes import port_is_free
    from marketplace.config import ROOT

    try:
        free = port_is_free(host, port)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}: {error.strerror or error}") from error
    if not free:
        raise click.ClickException(
            f"port {port} on {host} is taken: stop what uses it, or choose another as in PORT=8001 make demo"
        )
    environment = _environment(host, port)
    os.environ.update(environment)
    _prepare(environment["DATABASE_URL"], scenario or ROOT / "scenarios" / "ordos")
    _serve(host, port, environment)


def _environment(host: str, port: int) -> dict[str, str]:
    """The processes' environment: cookies that work over plain HTTP, and the demo's own database.

    A DATABASE_URL that stands in the environment is not the demo's to fill.
    """
    from marketplace.config import VAR_FOLDER

    VAR_FOLDER.mkdir(exist_ok=True)
    return {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{VAR_FOLDER / 'demo.sqlite3'}",
        "GONGSHENG_DEMO": "1",
        "GONGSHENG_HTTPS": "0",
        "HOST": host,
        "PORT": str(port),
    }


def _prepare(url: str, scenario: Path) -> None:
    from marketplace.demo import load
    from matching.scenario import ScenarioError
    from models.migrate import upgrade

    start = time.perf_counter()
    upgrade(url)
    click.echo(f"Database ready in {time.perf_counter() - start:.1f} s.")
    start = time.perf_counter()
    try:
        loaded = load(url, scenario)
    except ScenarioError as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from error
    if loaded:
        click.echo(f"Scenario {scenario.name} loaded and matched in {time.perf_counter() - start:.1f} s.")
    else:
        click.echo("The database holds a market already; it is kept as it is.")


def _serve(host: str, port: int, environment: dict[str, str]) -> None:
    from marketplace.cli.processes import ProcessFailed, Supervisor, commands

    reachable = _LOOPBACK.get(host, host)
    try:
        with Supervisor(commands(), environment) as processes:
            if processes.wait_until_ready(reachable, port):
                _welcome(reachable, port)
                processes.wait()
    except ProcessFailed as error:
        raise click.ClickException(str(error)) from error
    click.echo("Stopped. 已停止。")


def _welcome(host: str, port: int) -> None:
    from marketplace.demo import SIGN_INS

    address = f"[{host}]" if ":" in host else host
    click.echo(f"\n共生 Gongsheng: http://{address}:{port}\n")
    click.echo("One sign-in per role 每种角色一个账号:")
    for role, email, password in SIGN_INS:
        click.echo(f"  {role}: {email}  {password}")
    click.echo("\nCtrl-C stops it; the data stays in var/. 按 Ctrl-C 停止，数据保留在 var/。")
