"""Bad rows of value added, the scorecard's weights and the register of stockpiles."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import ScorecardWeight
from tests import factories as make
from tests.models.bad_rows_trade import Row, twice, with_bad


def _weight(**bad: object) -> list[Row]:
    def add(session: Session) -> None:
        row = session.get_one(ScorecardWeight, "within")
        for name, value in bad.items():
            setattr(row, name, value)

    return [add]


BAD: dict[str, list[Row]] = {
    "ck_scorecard_weights_criterion": [lambda s: s.add(ScorecardWeight(criterion="beauty", weight=1))],
    "ck_scorecard_weights_weight": [*_weight(weight=-1), *_weight(weight=1001)],
    "ck_stockpiles_both_coordinates": [
        lambda s: make.stockpile(s, park_id=make.park(s).id, lat=40), *with_bad(make.stockpile, lon=None),
    ],
    "ck_stockpiles_name": with_bad(make.stockpile, name=""),
    "ck_stockpiles_on_earth": [*with_bad(make.stockpile, lat=91), *with_bad(make.stockpile, lon=-181)],
    "ck_stockpiles_place": [*with_bad(make.stockpile, lat=None, lon=None), *with_bad(make.stockpile, region_id=None)],
    "ck_stockpiles_quality": with_bad(make.stockpile, quality="guess"),
    "ck_stockpiles_remediation": with_bad(make.stockpile, remediation="soon"),
    "ck_stockpiles_source": with_bad(make.stockpile, source=""),
    "ck_stockpiles_storage_class": with_bad(make.stockpile, storage_class="III"),
    "ck_stockpiles_tonnes": with_bad(make.stockpile, tonnes=-1),
    "uq_stockpiles_submission_key": [lambda s: [make.stockpile(s, submission_key="k") for _ in range(2)]],
    "ck_value_added_amount": with_bad(make.value_added, amount=0),
    "ck_value_added_city": with_bad(make.value_added, city="hohhot", region_id=None),
    "ck_value_added_one_place": [
        *with_bad(make.value_added, region_id=None), *with_bad(make.value_added, city="ordos"),
        lambda s: make.value_added(s, park_id=make.park(s).id),
    ],
    "ck_value_added_period": [
        bad for period in ("2027-Q5", "2027-13", "2027-1", "27", "202", "3000", "2027Q1", "20a7", "2027-00")
        for bad in with_bad(make.value_added, period=period)
    ],
    "ck_value_added_quality": with_bad(make.value_added, quality="guess"),
    "ck_value_added_source_note": with_bad(make.value_added, source_note=""),
    "uq_value_added_city_period": twice(lambda s: make.value_added(s, city="ordos", region_id=None), "city", "period"),
    "uq_value_added_park_id_period": twice(
        lambda s: make.value_added(s, park_id=make.park(s).id, region_id=None), "park_id", "period"
    ),
    "uq_value_added_region_id_period": twice(make.value_added, "region_id", "period"),
}
