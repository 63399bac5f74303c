"""``--min-lots``, ``--max-suppliers`` and ``--single-source`` of ``gongsheng allocate``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from matching.allocation.choices import Choices
from matching.allocation.whole import WholePlan


def choice_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of whole choices, which make the plan a mixed-integer program."""
    options = [
        click.option("--min-lots", is_flag=True,
                     help="Minimum lots as either-or: a month's tonnes of an arc are nothing or at least the lot."),
        click.option("--max-suppliers", type=click.IntRange(min=1), default=None,
                     help="At most so many suppliers per demand over the whole horizon."),
        click.option("--single-source", is_flag=True, help="One supplier per demand: --max-suppliers 1."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def chosen(*, min_lots: bool, max_suppliers: int | None, single_source: bool) -> Choices:
    """The choices that the options make; ``click.UsageError`` where two contradict each other."""
    if single_source and max_suppliers not in (None, 1):
        raise click.UsageError(f"--single-source is one supplier, --max-suppliers says {max_suppliers}; give one")
    return Choices(min_lots, 1 if single_source else max_suppliers)


def choice_summary(whole: WholePlan) -> dict[str, object]:
    """What summary.json says of the choices."""
    return {
        "min_lots": whole.choices.min_lots,
        "max_suppliers": whole.choices.max_suppliers,
        "objective_without": whole.relaxed,
        "cost_share_at_least": whole.cost_of_choices,
    }
