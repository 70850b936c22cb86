"""Maintenance intervals: of a model, else of its make, else of the company."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from directory.assets.forecast_models import MaintenancePlan, MileageNews
from directory.assets.forecasting import Interval
from directory.assets.models import Asset

USUAL_INTERVAL = Interval(km=15_000, months=12)
"""Where not even the company has said anything."""


@dataclass(frozen=True, slots=True)
class MaintenancePlans:
    """All intervals, looked up without regard to case and blanks."""

    by_name: Mapping[tuple[str, str], Interval]

    def interval_of(self, make: str, model: str) -> Interval:
        """The interval of the model, else of its make, else the company's."""
        make, model = _folded(make), _folded(model)
        for name in ((make, model), (make, ""), ("", "")):
            if name in self.by_name:
                return self.by_name[name]
        return USUAL_INTERVAL


def load_plans(session: Session) -> MaintenancePlans:
    """Read all intervals in one statement; there are few."""
    plans = session.scalars(select(MaintenancePlan))
    return MaintenancePlans(
        {(_folded(one.make), _folded(one.model)): Interval(one.km, one.months) for one in plans}
    )


def reforecast_make(session: Session, make: str) -> None:
    """Have the forecasts of a make counted anew, as after a change of its plan; '' is all."""
    vehicles = select(Asset.id)
    if make:
        vehicles = vehicles.where(Asset.make == make)
    session.execute(insert(MileageNews).from_select(["asset_id"], vehicles))


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
