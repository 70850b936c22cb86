"""What choosing a result code leads to, in words: from outcome and flags, never from the name."""

from collections.abc import Collection
from typing import Any

from flask import g
from flask_babel import gettext as _

from campaigns.effects import EffectKind, EffectsWrong, check_effects, completed, read_effects
from campaigns.models import Campaign, Outcome, ResultCodeVersion
from webui.admin.effect_rows import EffectRows
from webui.labels.effects import effect_words, forecast_words, wrong_words
from webui.requests import session
from worklists.forecasts import forecast


def asked_of(version: ResultCodeVersion) -> list[str]:
    """What the manager fills in or is offered."""
    wanted = (
        (version.comment_required, _("комментарий*")),
        (version.asks_mileage, _("пробег")),
        (version.asks_acquisition, _("как записан*")),
        (version.needs_next_date, _("дата новой задачи*")),
        (version.offers_service_request, _("заявка на обслуживание")),
        (version.offers_involvement, _("привлечь отдел")),
    )
    return [str(words) for asked, words in wanted if asked]


def consequence(outcome: Outcome, version: ResultCodeVersion) -> str:
    """What happens to the task and the client after saving, as sentences."""
    return " ".join(str(part) for part in _parts(outcome, version))


def previewed(outcome: Outcome, form: Any, campaign_ids: Collection[int]) -> list[tuple[str, str]]:
    """Name of a campaign and what the manager would read there if the code were saved now."""
    effects = completed(outcome, EffectRows.effects(form.effects))
    try:
        check_effects(outcome, effects, allows_control=bool(form.allows_control.data))
    except EffectsWrong as error:
        return [("", str(wrong_words(error)))]
    if not campaign_ids:
        return [("", _("Выберите кампании, чтобы увидеть последствия."))]
    found = []
    for campaign_id in campaign_ids:
        campaign = session().get(Campaign, campaign_id)
        if campaign is not None:
            told = forecast(session(), effects, campaign=campaign,
                            default_zone=g.actor.time_zone, now=g.now)  # fmt: skip
            words = [str(effect_words(effect)) for effect in effects if effect.kind in _STATE]
            found.append((campaign.name, " ".join([*words, *forecast_words(told)])))
    return found


_STATE = frozenset({EffectKind.CLOSE, EffectKind.RETRY, EffectKind.CONTROL})


def _parts(outcome: Outcome, version: ResultCodeVersion) -> list[Any]:
    effects = read_effects(version.effects)
    parts = [_of_outcome(outcome, version)] if outcome is Outcome.INTERVIEW else []
    if outcome is Outcome.REPEAT:
        parts.append(_("Итог берётся из завершённой задачи клиента."))
    if version.allows_control:
        parts.append(_("Без отметки о цели остаётся на контроле."))
    is_talk = outcome is Outcome.INTERVIEW
    parts += [
        effect_words(one) for one in effects if not (is_talk and one.kind is EffectKind.CLOSE)
    ]
    if version.is_success:
        parts.append(_("Считается успехом."))
    return parts


def _of_outcome(_outcome: Outcome, version: ResultCodeVersion) -> Any:
    if version.needs_next_date:
        return _("Задача завершается, создаётся новая.")
    return _("Задача завершается.")
