"""What an enterprise may say of itself."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FieldList, FormField, HiddenField
from wtforms import Form as SubForm

from marketplace.fields import text_field


class SiteForm(SubForm):
    site_id = HiddenField()
    name = text_field(_l("Name of the site"), longest=160)


class EnterpriseForm(FlaskForm):
    """``version`` is what the reader saw; a later save of a stale page is told so."""

    version = HiddenField()
    name = text_field(_l("Name"), longest=160, required=True)
    name_en = text_field(_l("English name"), longest=200)
    sites = FieldList(FormField(SiteForm))
