"""«Заполнить»: the client's finished tasks whose result may be copied (A13)."""

from dataclasses import dataclass

from flask import g, render_template

from campaigns.result_codes import wording
from webui.i18n import locale_code
from webui.labels.words import label
from webui.requests import is_htmx, requires, session
from webui.tasks.routes import bp
from webui.wording import called_by, moment
from worklists.permissions import WorkPermission
from worklists.repeats import FinishedTask, finished_tasks_of_client


@dataclass(frozen=True)
class FinishedView:
    """One line of the list."""

    id: int
    title: str
    about: str
    comment: str
    needs_date: bool
    is_predecessor: bool


@bp.get("/tasks/<int:task_id>/repeats")
@requires(WorkPermission.WORK)
def repeats(task_id: int) -> str:
    """Finished tasks of this client, the newest first."""
    found = finished_tasks_of_client(session(), task_id, actor=g.actor)
    template = "tasks/_repeats.html" if is_htmx() else "tasks/repeats.html"
    return render_template(template, finished=[_view(line) for line in found], task_id=task_id)


def _view(line: FinishedTask) -> FinishedView:
    result = wording(line.result_names, locale_code()) if line.result_names else label(line.outcome)
    about = f"{line.campaign}, {moment(line.finished_at)}, {called_by(line.by_name)}"
    return FinishedView(
        line.task_id, result, about, line.comment, line.needs_next_date, line.is_predecessor
    )
