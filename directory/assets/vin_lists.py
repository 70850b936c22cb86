"""A typed list of VINs: which lines are a VIN at all, and which vehicles are nobody's here."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from directory.assets.models import Asset, Ownership
from directory.assets.vin import read_vin
from directory.clients.models import ClientUnit
from directory.units.tree import units_below

_AT_ONCE = 5_000
"""So many values a statement names."""


@dataclass(frozen=True, kw_only=True)
class VinList:
    """What a list says. Each text and each VIN counts once, in the order of the list."""

    understood: int
    """Different VINs."""
    repeated: int
    """Lines that said one of them again."""
    wrong: list[str]
    """Texts that are no VIN, as they were typed."""
    unknown: list[str]
    """VINs of vehicles that no client of the unit, or of one below it, owns now."""


def read_vin_list(session: Session, texts: Iterable[str], *, unit_id: int) -> VinList:
    """Read the texts as ``read_vin`` does; empty ones are left out (A9, kind «recall»)."""
    found: dict[str, None] = {}
    wrong: dict[str, None] = {}
    repeated = 0
    for text in texts:
        vin = read_vin(text).vin
        if vin is not None:
            repeated += vin in found
            found[vin] = None
        elif text.strip():
            wrong[text.strip()] = None
    known = _known(session, found, unit_id)
    return VinList(
        understood=len(found), repeated=repeated, wrong=list(wrong),
        unknown=[vin for vin in found if vin not in known],
    )  # fmt: skip


def _known(session: Session, vins: Iterable[str], unit_id: int) -> set[str]:
    """Those that a client of the unit owns now."""
    is_owned = exists().where(
        Ownership.asset_id == Asset.id,
        Ownership.until_on.is_(None),
        ClientUnit.client_id == Ownership.client_id,
        ClientUnit.unit_id.in_(units_below([unit_id])),
    )
    known: set[str] = set()
    wanted = list(vins)
    for start in range(0, len(wanted), _AT_ONCE):
        owned = select(Asset.vin).where(Asset.vin.in_(wanted[start : start + _AT_ONCE]), is_owned)
        known.update(vin for vin in session.scalars(owned) if vin is not None)
    return known
