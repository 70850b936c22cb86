"""A plan by the clock in words: «по средам в 18:36, до 10 в день, контрольная группа 10 %»."""

from typing import Any

from flask_babel import lazy_gettext as _l

from selections.models import Cadence, SelectionPlan
from webui.labels.spoken import gettext as _
from webui.wording import moment, whole
from worklists.plan_reading import PlanLine

_WEEKLY: tuple[Any, ...] = (
    _l("по понедельникам"),
    _l("по вторникам"),
    _l("по средам"),
    _l("по четвергам"),
    _l("по пятницам"),
    _l("по субботам"),
    _l("по воскресеньям"),
)


def plan_words(plan: SelectionPlan) -> str:
    """When it runs, how much it makes, whom it leaves out; the time is on the unit's wall."""
    parts = [_when(plan)]
    if plan.per_day is not None:
        parts.append(_("до %(most)s в день", most=whole(plan.per_day)))
    if plan.hold_out_share:
        parts.append(_("контрольная группа %(share)s %%", share=plan.hold_out_share // 100))
    words = ", ".join(parts)
    return words[:1].upper() + words[1:]


def later_words(line: PlanLine) -> str:
    """What of the last run is still to come, and when; empty: nothing is."""
    if not line.later or line.plan.per_day is None:
        return ""
    told = {"later": whole(line.later), "most": whole(line.plan.per_day)}
    if line.feeds_at is None:
        return _("Ещё %(later)s: до %(most)s в день, в следующие дни", **told)
    return _("Ещё %(later)s: до %(most)s в день, %(at)s", at=moment(line.feeds_at), **told)


def _when(plan: SelectionPlan) -> str:
    if plan.cadence is Cadence.ON_DATA or plan.at is None:
        return _("когда загружен файл")
    at = f"{plan.at:%H:%M}"
    if plan.cadence is Cadence.WEEKLY and plan.weekday is not None:
        return _("%(day)s в %(at)s", day=str(_WEEKLY[plan.weekday]), at=at)
    return _("каждый день в %(at)s", at=at)
