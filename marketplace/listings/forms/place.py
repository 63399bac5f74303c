"""Where a listing is: a site of the enterprise, or a new one whose coordinates are checked and converted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import Length

from marketplace.geo.china import in_china, look_swapped
from marketplace.geo.doubt import likely_system, metres_between
from marketplace.geo.systems import BD09, GCJ02, WGS84, Place, to_wgs84
from marketplace.listings.changes import SitePick
from marketplace.listings.forms.fields import Needed, PickField, StepForm, TextBlock, TextLine, degrees
from models.organisations import Site

NEW_PLACE = "new"
SYSTEM_NAMES = {
    WGS84: _l("Telephone or GPS receiver (WGS-84)"),
    GCJ02: _l("Amap or Tencent map (GCJ-02)"),
    BD09: _l("Baidu map (BD-09)"),
}


@dataclass(frozen=True, slots=True)
class Conversion:
    """A point that was converted: from which system, and how many metres it moved."""

    system: str
    place: Place
    metres: float


class PlaceForm(StepForm):
    """The fields of a place, for the first step of both kinds of listing."""

    site = PickField(_l("Site"), [Needed()], choices=[])
    place_name = TextLine(_l("Name of the new place"))
    lat = degrees(_l("Latitude"))
    lon = degrees(_l("Longitude"))
    system = PickField(_l("Where the coordinates come from"), choices=[], default=WGS84)
    note = TextBlock(_l("Note"))
    place_confirmed = HiddenField(validators=[Length(max=120)])

    # Set by the check, for the page: which remedy to offer, and what was converted.
    offers: tuple[str, ...] = ()
    conversion: Conversion | None = None
    place: Place | None = None
    known: Sequence[Site] = ()

    def offer_sites(self, sites: Sequence[Site], names: Sequence[str]) -> None:
        """Let ``sites`` be picked under ``names``, or a new place be entered."""
        self.known = sites
        self.site.choices = [(str(site.id), name) for site, name in zip(sites, names, strict=True)]
        self.site.choices.append((NEW_PLACE, _("A new place …")))
        self.system.choices = [(key, str(name)) for key, name in SYSTEM_NAMES.items()]
        if not self.site.data:
            self.site.data = self.site.choices[0][0]

    def validate(self, extra_validators: object = None) -> bool:
        sound = super().validate(extra_validators)
        return self._place_is_sound() and sound

    def pick(self) -> SitePick:
        """The chosen site or the new one in WGS-84; only after the form has validated."""
        if self.place is None:
            return SitePick(int(self.site.data))
        return SitePick(None, self.place_name.data or "", self.place.lat, self.place.lon)

    def _place_is_sound(self) -> bool:
        if self.lat.errors or self.lon.errors:
            return False
        typed = self.lat.data is not None or self.lon.data is not None
        if self.site.data != NEW_PLACE:
            if typed:
                return self._refuse_site()
            return True
        if self.lat.data is None or self.lon.data is None:
            empty = self.lat if self.lat.data is None else self.lon
            return self._refuse(empty, _("A new place needs both latitude and longitude."))
        return self._point_is_sound(Place(float(self.lat.data), float(self.lon.data)))

    def _point_is_sound(self, typed: Place) -> bool:
        if look_swapped(typed):
            self.offers = ("swap",)
            return self._refuse(self.lat, _(
                "Latitude %(lat)s and longitude %(lon)s lie outside China; the other way round they lie "
                "inside. They are probably swapped.", lat=f"{typed.lat:g}", lon=f"{typed.lon:g}",
            ))
        if abs(typed.lat) > 90:
            return self._refuse(self.lat, _(
                "A latitude lies between −90 and 90 degrees; you wrote %(found)s.", found=f"{typed.lat:g}"
            ))
        if abs(typed.lon) > 180:
            return self._refuse(self.lon, _(
                "A longitude lies between −180 and 180 degrees; you wrote %(found)s.", found=f"{typed.lon:g}"
            ))
        if not in_china(typed):
            return self._refuse(self.lat, _(
                "The point %(lat)s, %(lon)s lies outside China. Check both numbers.",
                lat=f"{typed.lat:g}", lon=f"{typed.lon:g}",
            ))
        return self._system_is_sound(typed)

    def _system_is_sound(self, typed: Place) -> bool:
        system = self.system.data
        if system not in SYSTEM_NAMES:
            return False
        self.place = to_wgs84(typed, system)
        if system != WGS84:
            self.conversion = Conversion(system, self.place, metres_between(typed, self.place))
            return True
        if self.place_confirmed.data == f"{self.lat.typed},{self.lon.typed}":
            return True
        likely = likely_system(typed, [Place(site.lat, site.lon) for site in self.known])
        if likely is None:
            return True
        self.offers = (likely, WGS84)
        return self._refuse(self.system, _(
            "This point looks as if it came from this source: %(map)s. Converted, it lies beside a site of "
            "yours. Convert it, or confirm that it is WGS-84.", map=SYSTEM_NAMES[likely],
        ))

    def _refuse_site(self) -> bool:
        return self._refuse(self.site, _(
            "You entered coordinates but picked a site that exists. Pick “A new place …”, or empty the "
            "coordinates."
        ))

    @staticmethod
    def _refuse(field: object, message: str) -> bool:
        field.errors = [*field.errors, message]  # type: ignore[attr-defined]
        return False
