"""Fixed colours of waste types and sides, the same on every page and picture.

Twelve families in an Okabe-Ito-like set that stays apart under the common kinds of colour blindness; types of
one family share its hue in lighter and darker steps.  Colour is never the only sign: names always stand beside.
"""

from __future__ import annotations

FALLBACK = "#8b8f94"
SUPPLY_COLOUR, DEMAND_COLOUR = "#1f7a5c", "#b8560f"
# Arcs of more than one waste type, and what is no waste: a use, an enterprise.
FLOW_COLOUR, NEUTRAL_COLOUR = "#2b5c8a", "#5b6672"

WASTE_COLOURS: dict[str, str] = {
    "gangue": "#5b4636",
    "coal_slime": "#8a6f5a",
    "fly_ash_pc": "#0072b2",
    "fly_ash_cfb": "#56b4e9",
    "fly_ash_high_al": "#004c7a",
    "bottom_ash": "#7f8fa6",
    "desulf_ash": "#a9b7c9",
    "fgd_gypsum": "#cc79a7",
    "gasif_slag_coarse": "#009e73",
    "gasif_slag_fine": "#00664b",
    "gasif_tailing": "#66c9ad",
    "carbide_slag": "#e69f00",
    "si_ca_residue": "#b37a00",
    "bf_slag": "#d55e00",
    "steel_slag": "#943f00",
    "ferroalloy_slag": "#e88a4a",
    "magnesium_slag": "#f2b38a",
    "tailings": "#9a8f5c",
    "drill_cuttings_wb": "#b5a300",
    "drill_cuttings_ob": "#756a00",
    "crystallised_salt": "#a4262c",
    "coal_tar_residue": "#6a1519",
    "coal_tar": "#8c4a4d",
    "sludge_municipal": "#7a5aa6",
    "sludge_industrial": "#57407a",
    "construction_waste": "#6d7278",
}


def waste_colour(waste_type: str) -> str:
    """The hex colour of a waste type; grey for one that has none."""
    return WASTE_COLOURS.get(waste_type, FALLBACK)
