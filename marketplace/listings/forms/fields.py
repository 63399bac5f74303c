"""Fields and pieces shared by the posting forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from marketplace.fields import NumberField
from marketplace.geo.china import in_china
from marketplace.geo.systems import Place

MOST_TONNES = 100_000_000
HIGHEST_PRICE = 100_000
LONGEST_NOTE = 2_000
LONGEST_NAME = 120
# Characters that no keyboard types and PostgreSQL will not keep; tabs and line breaks are text.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TWO_NUMBERS = re.compile(r"^\s*([+-]?\d{1,3}(?:\.\d+)?)\s*[,，;；\s]\s*([+-]?\d{1,3}(?:\.\d+)?)\s*$")


class _Limited:
    """Keeps what was typed up to the limit and says how much too long it was."""

    longest = LONGEST_NAME
    typed_length = 0

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        typed = _UNPRINTABLE.sub("", valuelist[0].replace("\r\n", "\n")).strip()
        self.typed_length = len(typed)
        self.data = typed[: self.longest]

    def pre_validate(self, form: Any) -> None:
        if self.typed_length > self.longest:
            raise ValidationError(_(
                "The text has %(found)s characters; at most %(most)s fit. It was kept up to there: "
                "shorten it and save again.", found=f"{self.typed_length:,}", most=f"{self.longest:,}",
            ))


class TextLine(_Limited, StringField):
    """One line of text, cut at ``longest`` with a message."""

    def __init__(self, label: Any = None, *, longest: int = LONGEST_NAME, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.longest = longest

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([" ".join(valuelist[0].split())] if valuelist else [])


class TextBlock(_Limited, TextAreaField):
    """Some lines of text, cut at ``longest`` with a message."""

    def __init__(self, label: Any = None, *, longest: int = LONGEST_NOTE, **kwargs: Any) -> None:
        super().__init__(label, **{"render_kw": {"rows": 3}, **kwargs})
        self.longest = longest


class PickField(SelectField):
    """A select whose refusal is a sentence of ours."""

    def pre_validate(self, form: Any) -> None:
        if self.data not in {str(value) for value, *_label in self.iter_choices()}:
            raise ValidationError(_("Pick one from the list."))


class Needed:
    """The field must be filled in; unlike the library's own check it takes a zero for an answer."""

    field_flags: Mapping[str, bool] = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        if field.errors or field.process_errors:
            return
        if field.data is None or field.data == "":
            raise ValidationError(_("This is needed."))


class StepForm(FlaskForm):
    """What every step carries: the version it was read at and the one-time key of a new listing."""

    version = HiddenField(default="0", validators=[Length(max=12)])
    submission_key = HiddenField(validators=[Length(max=64)])

    def seen_version(self) -> int:
        """The version the form was opened at; 0 where it is not a number."""
        digits = str(self.version.data or "")
        return int(digits) if digits.isascii() and digits.isdigit() else 0


def degrees(label: Any) -> NumberField:
    """A latitude or longitude; its range is judged with the other half, since the two may be swapped."""
    return NumberField(label, unit=_l("degrees"), decimals=9)


def read_place_fields(typed: MultiDict[str, str]) -> MultiDict[str, str]:
    """The form's data with a pasted pair split over both fields and the chosen remedy applied.

    Amap and Baidu copy "longitude,latitude", other maps the reverse: the order that lies in China is taken.
    """
    data = typed.copy()
    for name, other in (("lat", "lon"), ("lon", "lat")):
        pair = _TWO_NUMBERS.match(data.get(name, "")[:80])
        if pair and not data.get(other, "").strip():
            one, two = float(pair[1]), float(pair[2])
            first, second = (pair[1], pair[2]) if in_china(Place(one, two)) else (pair[2], pair[1])
            if not in_china(Place(float(first), float(second))):
                first, second = pair[1], pair[2]
            data["lat"], data["lon"] = first, second
            break
    remedy = data.get("place_fix", "")
    if remedy == "swap":
        data["lat"], data["lon"] = data.get("lon", ""), data.get("lat", "")
    elif remedy in ("gcj02", "bd09"):
        data["system"] = remedy
    elif remedy == "wgs84":
        data["place_confirmed"] = f"{data.get('lat', '')},{data.get('lon', '')}"
    return data
