"""The mileage forecast in words: what is expected, and what that rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from directory.assets.card import KnownForecast
from directory.assets.forecast_models import BORROWED, DueBy, ForecastBasis, MileageForecast
from directory.assets.trends import DropReason
from webui.labels.words import label
from webui.wording import whole

_IN_MONTH = (
    _l("в январе %(year)s"), _l("в феврале %(year)s"), _l("в марте %(year)s"),
    _l("в апреле %(year)s"), _l("в мае %(year)s"), _l("в июне %(year)s"),
    _l("в июле %(year)s"), _l("в августе %(year)s"), _l("в сентябре %(year)s"),
    _l("в октябре %(year)s"), _l("в ноябре %(year)s"), _l("в декабре %(year)s"),
)  # fmt: skip
_ROUND_KM = 100


@dataclass(frozen=True, slots=True)
class ForecastView:
    """What the template shows; ``because`` are sentences, the weightiest first."""

    headline: str
    basis: ForecastBasis | None
    is_overdue: bool
    is_behind: bool
    dropped: int
    """How many readings are not believed."""
    because: Sequence[str]


def forecast_view(expected: KnownForecast, today: date) -> ForecastView:
    """Put the forecast into words, as of this day."""
    kept = expected.forecast
    if kept is None:
        soon = _("Прогноз пробега появится через несколько минут.")
        return ForecastView(soon, None, False, False, 0, ())
    is_overdue = kept.next_maintenance_on < today
    km = kept.expected_km(today)
    words = {
        "km": whole(round(km, -2) if km is not None and km >= _ROUND_KM else km),
        "when": str(_IN_MONTH[kept.next_maintenance_on.month - 1])
        % {"year": kept.next_maintenance_on.year},
    }
    if km is None:
        headline = (
            _("Пробег неизвестен, срок ТО прошёл %(when)s", **words)
            if is_overdue
            else _("Пробег неизвестен, ТО ожидается %(when)s", **words)
        )
    else:
        headline = (
            _("Ожидаемый пробег ~%(km)s км, срок ТО прошёл %(when)s", **words)
            if is_overdue
            else _("Ожидаемый пробег ~%(km)s км, ТО ожидается %(when)s", **words)
        )
    because = (*_pace(kept), *_dropped(kept), *_maintenance(kept))
    return ForecastView(
        headline, kept.basis, is_overdue, expected.is_behind, kept.readings_dropped, because
    )


def _pace(kept: MileageForecast) -> list[str]:
    a_day = whole(max(1, (kept.metres_per_day + 500) // 1_000) if kept.metres_per_day else 0)
    said = []
    if kept.basis not in BORROWED and kept.used_since_on is not None:
        said.append(
            ngettext(
                "По %(num)s показанию с %(year)s года, в среднем %(a_day)s км в день.",
                "По %(num)s показаниям с %(year)s года, в среднем %(a_day)s км в день.",
                kept.readings_used,
                year=kept.used_since_on.year,
                a_day=a_day,
            )
        )
    if kept.basis is ForecastBasis.FEW:
        said.append(_("Показаний мало или они близко друг к другу: прогноз приблизительный."))
    if kept.basis is ForecastBasis.MODEL:
        said.append(
            _("Своих показаний мало. Взято среднее для модели: %(a_day)s км в день.", a_day=a_day)
        )
    if kept.basis is ForecastBasis.COMPANY:
        words = _("Своих показаний мало. Взято среднее по всем автомобилям: %(a_day)s км в день.",
                  a_day=a_day)  # fmt: skip
        said.append(words)
    if kept.basis is ForecastBasis.ASSUMED:
        said.append(_("Показаний мало. Взят обычный пробег: %(a_day)s км в день.", a_day=a_day))
    if kept.last_km is not None and kept.last_on is not None:
        last = {"km": whole(kept.last_km), "day": f"{kept.last_on:%d.%m.%Y}"}
        said.append(_("Последнее учтённое показание: %(km)s км, %(day)s.", **last))
    return said


def _dropped(kept: MileageForecast) -> list[str]:
    if not kept.dropped:
        return []
    each = "; ".join(
        _(
            "%(day)s, %(km)s км (%(why)s)",
            day=f"{date.fromisoformat(on):%d.%m.%Y}",
            km=whole(km),
            why=label(DropReason(why)),
        )
        for on, km, why in kept.dropped
    )
    return [
        ngettext(
            "%(num)s показание не учтено: %(each)s.",
            "%(num)s показаний не учтено: %(each)s.",
            kept.readings_dropped,
            each=each,
        )
    ]


def _maintenance(kept: MileageForecast) -> list[str]:
    plan = _(
        "ТО каждые %(km)s км или %(months)s, что раньше.",
        km=whole(kept.interval_km),
        months=ngettext("%(num)s месяц", "%(num)s месяцев", kept.interval_months),
    )
    since = _(
        "Отсчёт %(since)s, %(day)s.",
        since=label(kept.counted_from),
        day=f"{kept.counted_from_on:%d.%m.%Y}",
    )
    due = {"day": f"{kept.next_maintenance_on:%d.%m.%Y}", "by": label(kept.due_by)}
    if kept.due_by is DueBy.KM and kept.next_maintenance_km is not None:
        at = whole(kept.next_maintenance_km)
        return [_("Срок ТО %(day)s (%(by)s, %(km)s км).", km=at, **due), plan, since]
    return [_("Срок ТО %(day)s (%(by)s).", **due), plan, since]
