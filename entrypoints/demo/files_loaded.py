"""Importer's files of the last weeks: the runs they made and the leads found in them."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from entrypoints.demo.book import by
from entrypoints.demo.company import Centre
from entrypoints.demo.facts import Purpose
from entrypoints.demo.subjects import Subject
from selections.models import RunSource


class LoadedFiles:
    """One run per unit, campaign and day of loading."""

    def __init__(self) -> None:
        self._runs: dict[tuple[int, int, date], tuple[Any, ...]] = {}
        self.leads: list[tuple[Any, ...]] = []

    @property
    def runs(self) -> list[tuple[Any, ...]]:
        """Rows of ``selection_runs``: id, source, unit, title, parameters, by whom, when."""
        return list(self._runs.values())

    def lead(
        self, centre: Centre, unit_id: int, campaign: Purpose, subject: Subject,
        asset_id: int | None, at: datetime,
    ) -> tuple[int, int]:  # fmt: skip
        """The keys of a new lead and of its run."""
        day = at.astimezone(ZoneInfo(centre.zone)).date()
        run = self._runs.get((unit_id, campaign.id, day))
        if run is None:
            title = f"{campaign.name}, {centre.city}, {day:%d.%m.%Y}.xlsx"
            run = (len(self._runs) + 1, RunSource.FILE, unit_id, title,
                   {"format": campaign.code}, by(centre.supervisor), at)  # fmt: skip
            self._runs[unit_id, campaign.id, day] = run
        key = len(self.leads) + 1
        self.leads.append(
            (key, run[0], subject.client.id, asset_id, asset_id or 0, _why(subject, asset_id), None)
        )
        return key, int(run[0])


def _why(subject: Subject, asset_id: int | None) -> dict[str, Any]:
    seen = subject.last_visits.get(asset_id or 0)
    if seen is None:
        return {}
    return {"last_visit_on": seen[0].isoformat(), "mileage_km": seen[1]}
