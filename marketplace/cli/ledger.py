"""``gongsheng ledger``: prove that no tonne was lost, doubled or tampered with."""

from __future__ import annotations

import time

import click


@click.group()
def ledger() -> None:
    """The ledger of tonnes in the database of DATABASE_URL."""


@ledger.command()
def verify() -> None:
    """Prove the chain, every balance, and that nothing was promised twice; exit 1 where anything is wrong."""
    from marketplace.config import Settings
    from marketplace.ledger.verify import verify
    from models.engine import make_engine

    engine = make_engine(Settings.from_environment().database_url)
    started = time.perf_counter()
    try:
        report = verify(engine)
    finally:
        engine.dispose()
    seconds = time.perf_counter() - started
    click.echo(
        f"{report.entries:,} entries, {report.postings:,} postings, {report.accounts:,} accounts,"
        f" {report.contracts:,} contracts, {report.listings:,} listings read in {seconds:.1f} s"
    )
    for fault in report.faults:
        click.echo(str(fault))
    if report.faults:
        click.echo(f"{len(report.faults):,} faults", err=True)
        raise SystemExit(1)
    click.echo("The chain is whole, every entry sums to zero, every balance is the sum of its postings, nothing is")
    click.echo("below zero and nothing was promised twice.")
