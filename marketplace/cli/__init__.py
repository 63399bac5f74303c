"""The ``gongsheng`` command.  A subcommand is imported when called: matching need not wait for the web."""

from __future__ import annotations

from importlib import import_module

import click

# Subcommand to "module:attribute" and the line that `gongsheng --help` shows.
COMMANDS: dict[str, tuple[str, str]] = {
    "match": ("marketplace.cli.match:match_command", "Rank the partners of every supply of a scenario."),
    "allocate": ("marketplace.cli.allocate:allocate_command", "The region-wide best plan of tonnes."),
    "siting": ("marketplace.cli.siting:siting_command", "Which candidate plants to open, and why."),
    "what-if": ("marketplace.cli.what_if:what_if_command", "What changes would do to the best plan."),
    "symbiosis": ("marketplace.cli.symbiosis:symbiosis_command", "Flows, chains and measures of the plan."),
    "to-parquet": ("marketplace.cli.parquet:to_parquet_command", "A scenario with Parquet files for CSV files."),
    "accounts": ("marketplace.cli.accounts:accounts", "The first administrator."),
    "assets": ("marketplace.cli.assets:assets", "Map data and front-end libraries."),
    "db": ("marketplace.cli.db:db", "Migrations, import and export."),
    "ledger": ("marketplace.cli.ledger:ledger", "Prove the ledger of tonnes."),
    "demo": ("marketplace.cli.demo:demo", "Run the market with the Ordos scenario."),
    "worker": ("marketplace.cli.worker:worker", "Do the work left for after a request."),
}


class LazyGroup(click.Group):
    """A group whose commands are looked up in ``COMMANDS`` and imported one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        return getattr(import_module(module), attribute)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gongsheng")
def main() -> None:
    """Gongsheng: a market and matching engine for bulk industrial solid waste."""
