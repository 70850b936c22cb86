"""When a task is due, in words: its time, the promises that were missed, the end of its life."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from campaigns.models import CampaignState
from webui.wording import ago_or_due, moment
from worklists.finished_campaigns import was_left_over
from worklists.lateness import is_overdue
from worklists.lifecycle import TaskState
from worklists.models.task import Task


def task_due_words(task: Task, campaign_state: CampaignState, now: datetime) -> str:
    """«срок 14:00, пропущен 1 раз, истекает 5 мая»; minus hours only where it is overdue.

    What a finished campaign left is overdue to nobody.
    """
    if task.closed_at is not None:
        return str(_("закрыта %(at)s", at=moment(task.closed_at)))
    if task.state is TaskState.ON_CONTROL:
        return str(_("проверить %(at)s", at=moment(task.control_at)))
    is_dropped = was_left_over(task, campaign_state)
    is_late = not is_dropped and is_overdue(task.kind, task.state, task.due_at, now)
    is_plain = task.due_at < now and not is_late
    at = moment(task.due_at) if is_plain else ago_or_due(task.due_at, now)
    parts = [_("срок %(at)s", at=at)]
    if task.missed_times:
        parts.append(ngettext("пропущен %(num)s раз", "пропущен раз: %(num)s", task.missed_times))
    if task.expires_at is not None:
        parts.append(_("истекает %(at)s", at=moment(task.expires_at)))
    return ", ".join(str(part) for part in parts)
