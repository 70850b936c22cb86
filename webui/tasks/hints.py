"""Words of the card that are counted out: the client's clock, lines under fields of the form."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from campaigns.models import Outcome
from campaigns.windows import is_open, window_of
from core.access import Actor
from webui.labels.words import label
from webui.requests import session
from webui.tasks.looks import OUTCOME_LOOKS, ClientTime, Tile
from webui.wording import day, moment, whole
from worklists.consequences import control_date
from worklists.due_times import working_moment
from worklists.lifecycle import CLOSED
from worklists.task_page import TaskPage


def client_clock(page: TaskPage, now: datetime) -> ClientTime | None:
    """What the client's clock shows, while the client is still to be phoned."""
    task = page.task
    if not page.is_phoning or task.state in CLOSED:
        return None
    is_now_open = is_open(window_of(page.campaign), task.time_zone, now)
    return ClientTime(f"{now.astimezone(ZoneInfo(task.time_zone)):%H:%M}", is_now_open)


def outcome_tiles(page: TaskPage, *, can_repeat: bool) -> list[Tile]:
    """The outcomes to choose from, each with what it means here."""
    attempt = _("попытка %(n)s из %(of)s", n=page.task.attempts + 1, of=page.attempts_at_most)
    copying = _("скопировать результат другой задачи")
    hints = {
        Outcome.INTERVIEW: _("поговорили"),
        Outcome.NO_ANSWER: attempt,
        Outcome.REFUSED: _("не стал говорить"),
        Outcome.BAD_DATA: _("не тот номер или автомобиль"),
        Outcome.REPEAT: copying if can_repeat else _("завершённых задач у клиента нет"),
    }
    return [Tile(one.value, label(one), hints[one], *OUTCOME_LOOKS[one]) for one in Outcome]


def mileage_words(page: TaskPage) -> str:
    """«было 45 000 км, 18 ноября»."""
    found = page.mileage
    if found is None:
        return ""
    return str(_("было %(km)s км, %(on)s", km=whole(found.km), on=day(found.read_on)))


def control_words(page: TaskPage, *, actor: Actor, now: datetime, books: bool) -> str:
    """When the control falls due by itself; ``books``: a booking may move it."""
    at = control_date(page.task, page.campaign, now=now)
    words = moment(working_moment(session(), page.task.unit_id, at, actor=actor))
    if books:
        return str(_("без даты: %(at)s, а если клиент записан, утро после записи", at=words))
    return str(_("без даты: %(at)s", at=words))
