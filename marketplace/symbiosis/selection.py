"""What a visitor asked to see, and what this visitor may see of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from marketplace.security.actor import Actor
from marketplace.symbiosis import totals
from marketplace.symbiosis.flows import PLAN, TRADES, VIEWS, Book, Chain, End, Flow, LeftOver, Place
from marketplace.symbiosis.rules import sees_everything, sees_place, sees_somewhere
from marketplace.symbiosis.totals import NO_SECRETS, Arc, ArcKey, Secrets

PARKS, ENTERPRISES = "parks", "enterprises"
_MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The switches of the page; a blank filter takes everything."""

    view: str = PLAN
    waste: str = ""
    first: str = ""
    last: str = ""
    level: str = PARKS
    compare: str = ""
    through: str = ""
    rank: int = 0

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> Wanted:
        """The switches in a query string; what is not understood is as if it were not there.

        ``month`` is an older way to ask for a period of one month.
        """
        view, level = arguments.get("view", PLAN), arguments.get("level", PARKS)
        view = view if view in VIEWS else PLAN
        compare, rank = arguments.get("compare", ""), arguments.get("rank", "")
        first, last = (_month(arguments.get(name, "") or arguments.get("month", "")) for name in ("from", "to"))
        if first and last and first > last:
            first, last = last, first
        return cls(
            view,
            arguments.get("waste", "")[:60],
            first,
            last,
            level if level in (PARKS, ENTERPRISES) else PARKS,
            compare if compare in VIEWS and compare != view else "",
            arguments.get("through", "")[:80],
            int(rank) if rank.isascii() and rank.isdigit() and len(rank) < 6 else 0,
        )

    @property
    def period(self) -> bool:
        """Whether less than all months are asked for."""
        return bool(self.first or self.last)

    def holds(self, month: str) -> bool:
        """Whether the period includes ``month``."""
        return (not self.first or self.first <= month) and (not self.last or month <= self.last)

    def query(self, **changes: str) -> dict[str, str]:
        """The switches as they stand in an address, those of their own accord left out."""
        kept = {
            "view": "" if self.view == PLAN else self.view,
            "waste": self.waste,
            "from": self.first,
            "to": self.last,
            "level": "" if self.level == PARKS else self.level,
            "compare": self.compare,
            **changes,
        }
        return {name: value for name, value in kept.items() if value}


def _month(text: str) -> str:
    return text if _MONTH.fullmatch(text) else ""


class Sight:
    """One book as one actor sees it.  A figure is None where it is hidden."""

    def __init__(self, actor: Actor, book: Book, wanted: Wanted) -> None:
        self.book, self.actor = book, actor
        self.everything = sees_everything(actor)
        # Figures by month would have to be protected month by month; the public sees the whole period only.
        self.wanted = wanted if self.detailed else replace(wanted, first="", last="", level=PARKS)
        self.secrets: Secrets = NO_SECRETS if self.everything else totals.secrets(book)
        # Months are kept apart only where they are asked for: a year of them is a dozen times as much to add up.
        chosen = self._chosen(book.flows if self.wanted.period else totals.over_months(book))
        self.agreed_t = sum(flow.tonnes for flow in chosen)
        self.flows = totals.as_weighed(chosen) if book.view == TRADES else chosen

    @property
    def key(self) -> tuple[object, ...]:
        """All that what is shown depends on, for keeping what is worked out from it."""
        wanted = self.wanted
        own = (self.actor.park_id, self.actor.region_id) if self.detailed else "public"
        seen = "everything" if self.everything else own
        return self.book, seen, wanted.waste, wanted.first, wanted.last, wanted.level

    def _chosen(self, flows: Iterable[Flow]) -> list[Flow]:
        chosen = [flow for flow in flows if self._wanted(flow)]
        return [flow for flow in chosen if self._mine(flow)] if self.only_mine else chosen

    def monthly(self) -> list[Flow]:
        """What is seen enterprise by enterprise, month by month; trades by what each month agreed or weighed."""
        mine, _others = self.split(self._chosen(self.book.flows))
        return totals.as_weighed(mine) if self.book.view == TRADES else mine

    @property
    def only_mine(self) -> bool:
        """Whether the page is narrowed to one's own park: a committee that asks for some of the months."""
        return self.wanted.period and not self.everything

    def _wanted(self, flow: Flow) -> bool:
        wanted = self.wanted
        return (not wanted.waste or flow.waste_type == wanted.waste) and (
            not wanted.period or wanted.holds(flow.month)
        )

    def sees(self, place: Place) -> bool:
        """Whether the enterprises of ``place`` are shown one by one."""
        # As sees_enterprises says, with what holds of every place asked once.
        return self.everything or sees_place(self.actor, place)

    @property
    def detailed(self) -> bool:
        """Whether there is any place this actor sees enterprise by enterprise."""
        return sees_somewhere(self.actor)

    def place_of(self, end: End) -> Place:
        """Where a flow begins or ends on this page: the enterprise where it may be shown and is asked for."""
        return end.enterprise if self.wanted.level == ENTERPRISES and self.sees(end.place) else end.place

    def arcs(self, flows: Iterable[Flow] | None = None) -> list[tuple[Arc, bool]]:
        """Arcs, the largest first, each with whether its figures may be shown."""
        chosen = list(self.flows if flows is None else flows)
        mine, others = self.split(chosen)
        found = [(arc, True) for arc in totals.arcs(mine, self.place_of).values()]
        summed = totals.arcs(others, by_waste=bool(self.wanted.waste))
        found += [(arc, not self.secrets.hides_arc(key)) for key, arc in summed.items()]
        # Hidden arcs go by name: their order must not tell which is larger.
        return sorted(
            found, key=lambda pair: (not pair[1], -pair[0].tonnes if pair[1] else 0, arc_key(pair[0]))
        )

    def split(self, flows: Iterable[Flow]) -> tuple[list[Flow], list[Flow]]:
        """Those seen enterprise by enterprise, and the others."""
        mine: list[Flow] = []
        others: list[Flow] = []
        for flow in flows:
            (mine if self._mine(flow) else others).append(flow)
        return mine, others

    def _mine(self, flow: Flow) -> bool:
        return self.sees(flow.sender.place) or self.sees(flow.taker.place)

    @property
    def hidden_whole(self) -> bool:
        """Whether even the page's total has too few enterprises behind it."""
        if self.only_mine:
            return False
        return self.secrets.hides_waste(self.wanted.waste) if self.wanted.waste else self.secrets.everything

    def uses(self) -> list[tuple[str, str, totals.Sum, bool]]:
        """Waste type, use, sum, and whether it may be shown."""
        sums = totals.sums_by(self.flows, lambda flow: (flow.waste_type, flow.use))
        rows = [
            (waste, use, one, self.only_mine or not self.secrets.hides_use((waste, use)))
            for (waste, use), one in sums.items()
        ]
        return sorted(rows, key=lambda row: (not row[3], -row[2].tonnes if row[3] else 0, row[0], row[1]))

    @property
    def discloses_sums(self) -> bool:
        """Whether sums weighted by waste type and use may be shown: tax, tonnes without a factor, intervals.

        With a hidden line among them a second sum over the same lines could tell it; with none they are sums of
        figures that stand on the page.
        """
        return not self.hidden_whole and all(shown for _waste, _use, _sum, shown in self.uses())

    def left_over(self) -> list[tuple[str, float, bool]]:
        """Waste type, tonnes without a taker over the whole horizon, and whether they may be shown."""
        sums: dict[str, float] = {}
        for rest in self.left_over_rows():
            sums[rest.waste_type] = sums.get(rest.waste_type, 0.0) + rest.tonnes
        rows = [
            (waste, tonnes, self.only_mine or not self.secrets.hides_waste(waste))
            for waste, tonnes in sums.items()
        ]
        return sorted(rows, key=lambda row: (not row[2], -row[1] if row[2] else 0, row[0]))

    def left_over_rows(self) -> list[LeftOver]:
        return [
            rest
            for rest in self.book.left_over
            if (not self.wanted.waste or rest.waste_type == self.wanted.waste)
            and (not self.only_mine or self.sees(rest.end.place))
        ]

    def chains(self) -> list[Chain]:
        waste = self.wanted.waste
        return [
            chain
            for chain in self.book.chains
            if not waste or any(hop.waste_type == waste for hop in chain.hops)
        ]


def arc_key(arc: Arc) -> ArcKey:
    """What an arc is sorted and found by: source, target, waste type."""
    source, target = arc.source, arc.target
    return (source.key if source else "", target.key if target else "", arc.waste_type)
