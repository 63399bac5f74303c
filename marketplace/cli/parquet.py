"""``gongsheng to-parquet SCENARIO OUT``: the same scenario with Parquet files in place of CSV files."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import click

from marketplace.cli.options import clear_endings
from matching.catalogue import read_catalogue
from matching.scenario.parquet import write_table
from matching.scenario.reader import checked_scenario
from matching.scenario.schema import TABLES
from matching.scenario.settings import FILE as SETTINGS_FILE
from matching.scenario.tables import parquet_of
from models.catalogue import DATA_FOLDER


@click.command("to-parquet")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@clear_endings
def to_parquet_command(scenario: Path, out: Path) -> None:
    """Write SCENARIO as Parquet into the new folder OUT, in one step."""
    if out.exists():
        raise click.UsageError(f"{out} is there already; name a new folder")
    _settings, tables = checked_scenario(scenario, read_catalogue(DATA_FOLDER))
    fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        for table in TABLES:
            if len(tables[table.file]) or table.needed:
                write_table(fresh / parquet_of(Path(table.file)).name, table, tables[table.file])
        if (scenario / SETTINGS_FILE).is_file():
            shutil.copyfile(scenario / SETTINGS_FILE, fresh / SETTINGS_FILE)
        fresh.chmod(0o755)
        fresh.rename(out)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    click.echo(f"{sum(map(len, tables.values())):,} rows written to {out}")
