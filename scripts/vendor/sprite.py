"""One SVG sprite out of the pinned Tabler icons; every name a template may use is listed here."""

from __future__ import annotations

import re
from pathlib import Path

OUTLINE = """
    activity adjustments alert-circle alert-triangle arrow-back-up arrow-down arrow-left arrow-right
    arrow-up arrows-split bell bolt bookmark brackets building building-warehouse calendar
    calendar-check calendar-plus calendar-time car cash chart-bar chart-line check checklist
    chevron-down chevron-left chevron-right chevron-up circle circle-check circle-dot circle-x
    clipboard-check clipboard-list clock coffee copy database device-desktop device-floppy dots
    download edit eye eye-check file-alert file-invoice file-spreadsheet file-x filter filter-cog
    flag git-branch git-merge grip-vertical headset help-circle history home hourglass id
    id-badge-2 info-circle key keyboard language layout-grid layout-kanban layout-sidebar link list
    list-check list-details lock login logout mail map-pin menu-2 message-circle microphone-off moon
    note phone phone-call phone-incoming phone-off phone-pause phone-x player-pause player-play
    player-skip-forward player-stop plus point printer refresh search settings shield-lock
    shopping-cart star sun table-import target-arrow tool trash trending-down trending-up upload
    user-check user-plus user-share users users-group wifi-off x
""".split()  # noqa: SIM905 - a list of 120 strings would be a page long
FILLED = ("flag-2", "phone", "point", "star")

_OUTLINE_STYLE = (
    'fill="none" stroke="currentColor" stroke-width="1.75"'
    ' stroke-linecap="round" stroke-linejoin="round"'
)


def build_sprite(icons: Path) -> str:
    """Return the sprite; `icons` is the folder that holds `outline/` and `filled/`.

    Raises FileNotFoundError when the pinned release lost an icon.
    """
    symbols = [_symbol(icons / "outline" / f"{n}.svg", n, _OUTLINE_STYLE) for n in OUTLINE]
    symbols += [
        _symbol(icons / "filled" / f"{n}.svg", f"{n}-fill", 'fill="currentColor"') for n in FILLED
    ]
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""])


def _symbol(source: Path, name: str, style: str) -> str:
    drawing = re.search(r"<svg[^>]*>(.*)</svg>", source.read_text(encoding="utf-8"), re.DOTALL)
    if drawing is None:
        raise ValueError(f"not a drawing: {source.name}")
    # Every Tabler icon starts with an invisible frame; it only costs bytes.
    body = re.sub(r'\s*<path stroke="none"[^>]*/>', "", drawing.group(1))
    body = re.sub(r"\s+", " ", body).strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24" {style}>{body}</symbol>'
