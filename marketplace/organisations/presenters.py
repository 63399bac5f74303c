"""Words of the enterprise's own page."""

from flask_babel import lazy_gettext as _l

from marketplace.reasons import declare

declare(
    {
        "enterprise:name_checked": _l(
            "Your permits were checked under this name. Only the administrator can change it."
        ),
        "enterprise:changed": _l(
            "Somebody else changed these names meanwhile. The page below keeps what you typed; save again to put"
            " yours in their place."
        ),
    }
)
