"""Words for where a task of the queue stands."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from worklists.queue_numbers import (
    DONE,
    EXPIRED,
    GIVEN,
    IN_QUEUE,
    MISSED,
    ON_CONTROL,
    SKIPPED,
    TAKEN,
)
from worklists.verdicts import BlockRule

PART_LABELS: Mapping[str, Any] = {
    IN_QUEUE: _l("В очереди"),
    GIVEN: _l("Назначены лично"),
    TAKEN: _l("В работе"),
    BlockRule.DO_NOT_CONTACT.value: _l("Просили не звонить"),
    BlockRule.COOLING_OFF.value: _l("Отказались говорить"),
    BlockRule.NO_VALID_PHONE.value: _l("Нет телефона"),
    BlockRule.OUTSIDE_HOURS.value: _l("Нерабочее время клиента"),
    BlockRule.PRESSURE.value: _l("Звонили слишком часто"),
    BlockRule.HOUSEHOLD.value: _l("Один звонок на семью"),
    BlockRule.HELD_BY_ANOTHER.value: _l("С клиентом работают"),
    BlockRule.NOT_OPEN.value: _l("Ещё не открыты"),
    BlockRule.NOT_DUE.value: _l("Время не пришло"),
    BlockRule.CAMPAIGN_PAUSED.value: _l("Кампания приостановлена"),
    BlockRule.CAMPAIGN_FINISHED.value: _l("Кампания завершена"),
    SKIPPED: _l("Вы пропустили сегодня"),
    ON_CONTROL: _l("На контроле"),
    DONE: _l("Закрыты сегодня"),
    EXPIRED: _l("Истёк срок сегодня"),
    MISSED: _l("Закрыты: не перезвонили"),
}
PART_TONES: Mapping[str, str] = {
    IN_QUEUE: "accent",
    TAKEN: "accent",
    DONE: "ok",
    EXPIRED: "warn",
    MISSED: "warn",
    BlockRule.DO_NOT_CONTACT.value: "danger",
    BlockRule.NO_VALID_PHONE.value: "warn",
}
"""What deserves a colour; the rest is neutral."""
UNTIL_MENDED: Mapping[str, Any] = {
    BlockRule.DO_NOT_CONTACT.value: _l("только если снимут запрет"),
    BlockRule.NO_VALID_PHONE.value: _l("когда появится номер"),
    BlockRule.OUTSIDE_HOURS.value: _l("когда исправят часы или пояс"),
    BlockRule.CAMPAIGN_PAUSED.value: _l("когда кампанию включат"),
    BlockRule.CAMPAIGN_FINISHED.value: _l("если кампанию продолжат"),
}
"""What does not end by itself: what has to happen."""
