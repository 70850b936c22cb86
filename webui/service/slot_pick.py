"""Times of a workshop to choose from: what the outcome form and the page of a booking show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from flask import g
from flask_babel import gettext as _

from campaigns.result_codes import wording
from core.errors import Refused
from directory.workshops.capacity import WorkshopPlan, plan_of
from webui.i18n import locale_code
from webui.labels.words import sentence
from webui.requests import session
from worklists.bookings.free_times import NOTHING, DayTimes, Except, free_times, nearest_days
from worklists.models.attempt import ServiceRequest
from worklists.service_requests import workshop_day


@dataclass(frozen=True, kw_only=True)
class SlotPick:
    """What is offered for what was chosen so far."""

    plan: WorkshopPlan | None = None
    work_kind_id: int | None = None
    day_on: date | None = None
    minute: int | None = None
    times: DayTimes | None = None
    """Of the chosen day; None until the kind of work and the day are chosen."""
    nearest: Sequence[DayTimes] = ()
    """Free days to choose instead of a full one, or before any is chosen."""
    held_until: datetime | None = None
    problem: str = ""

    @property
    def kinds(self) -> list[tuple[int, str]]:
        """Kinds of work that the workshop does: id and words with the duration."""
        works = self.plan.works if self.plan else ()
        return [
            (one.work_kind_id, f"{kind_words(one.names)}, {duration(one.minutes)}") for one in works
        ]

    @property
    def note(self) -> str:
        """Why there is nothing to choose from, if there is nothing."""
        if self.plan is None:
            return ""
        if self.work_kind_id is None:
            return str(_("Выберите вид работ: покажем свободное время."))
        if self.times is None:
            return "" if self.day_on else str(_("Выберите день."))
        if self.times.free:
            return ""
        if not self.times.is_worked:
            return str(_("В этот день цех не работает."))
        return str(_("На этот день свободного времени нет."))


def slot_pick(
    workshop_id: int | None,
    work_kind_id: int | None,
    day_on: date | None,
    minute: int | None = None,
    *,
    but: Except = NOTHING,
    held_until: datetime | None = None,
    problem: str = "",
) -> SlotPick:
    """What the workshop offers for the choice; nothing for one without a capacity."""
    plan = plan_of(session(), workshop_id) if workshop_id is not None else None
    if plan is None:
        return SlotPick(problem=problem)
    works = [one.work_kind_id for one in plan.works]
    if work_kind_id not in works:
        work_kind_id = works[0] if len(works) == 1 else None
    times, nearest = None, list[DayTimes]()
    if work_kind_id is not None:
        try:
            times, nearest = _times(plan, work_kind_id, day_on, but)
        except Refused as error:
            problem = sentence(error)
    return SlotPick(
        plan=plan,
        work_kind_id=work_kind_id,
        day_on=day_on,
        minute=minute if times is not None and minute in times.free else None,
        times=times,
        nearest=nearest,
        held_until=held_until,
        problem=problem,
    )


def kind_words(names: Mapping[str, str] | None) -> str:
    """The kind of work in the person's language; empty for none."""
    return wording(names, locale_code()) if names else ""


class _Booked(Protocol):
    @property
    def request(self) -> ServiceRequest: ...
    @property
    def kind(self) -> Mapping[str, str] | None: ...


def booked_work(line: _Booked) -> str:
    """The kind of work, then what was written beside it."""
    return ". ".join(part for part in (kind_words(line.kind), line.request.work) if part)


def duration(minutes: int) -> str:
    """«1 ч 30 мин»."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return str(_("%(n)s мин", n=rest))
    return str(_("%(h)s ч %(n)s мин", h=hours, n=rest) if rest else _("%(h)s ч", h=hours))


def _times(
    plan: WorkshopPlan, work_kind_id: int, day_on: date | None, but: Except
) -> tuple[DayTimes | None, list[DayTimes]]:
    if day_on is not None:
        (found,) = free_times(
            session(), plan, work_kind_id, first_on=day_on, but=but, actor=g.actor, now=g.now
        )
        if found.free:
            return found, []
    else:
        found = None
    its_today = workshop_day(session(), plan.workshop_id, actor=g.actor, now=g.now)
    near = nearest_days(
        session(), plan, work_kind_id, from_on=max(day_on or its_today, its_today), but=but,
        actor=g.actor, now=g.now,
    )  # fmt: skip
    return found, near
