"""``gongsheng worker``: do the work that requests leave behind."""

from __future__ import annotations

import logging
import signal
from types import FrameType

import click


@click.command()
@click.option("--once", is_flag=True, help="Do what is due and end.")
def worker(once: bool) -> None:
    """Drain the outbox of the database in DATABASE_URL until told to stop."""
    from marketplace.config import Settings
    from marketplace.worker import drain, work
    from models.engine import make_engine, make_sessions

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    engine = make_engine(Settings.from_environment().database_url)
    sessions = make_sessions(engine)
    try:
        if once:
            click.echo(f"{drain(sessions)} jobs done")
            return
        asked: list[int] = []

        def stop(number: int, _frame: FrameType | None) -> None:
            asked.append(number)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        work(sessions, stop=lambda: bool(asked))
    finally:
        engine.dispose()
