"""The history of a work-list as a workbook: every event of the list and of its tasks (rule 7)."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, g
from flask_babel import gettext as _

from directory.assets.plates import plate_shown
from webui.exports.answers import workbook_answer
from webui.exports.workbook import Column
from webui.labels.journal import journal_line
from webui.labels.words import label
from webui.requests import requires, session
from webui.work_lists.page import result_names
from worklists.permissions import WorkPermission
from worklists.work_list_page import WorkListPage, work_list_page

bp = Blueprint("work_list_export", __name__)


@bp.get("/work-lists/<int:work_list_id>.xlsx")
@requires(WorkPermission.EXPORT)
def export(work_list_id: int) -> Response:
    """The history, newest first as on the page; the newest 300 events of a very long one."""
    page = work_list_page(session(), work_list_id, actor=g.actor)
    name = f"work-list-{work_list_id}"
    return workbook_answer(name, _columns(), _rows(page), sheet=_("История"))


def _columns() -> list[Column]:
    return [
        Column(_("Когда"), 17), Column(_("Что произошло"), 34), Column(_("Подробно"), 50),
        Column(_("Кто"), 30), Column(_("Задача"), 10), Column(_("Вид задачи"), 22),
        Column(_("Автомобиль"), 26), Column(_("Клиент"), 34), Column(_("Подразделение"), 26),
    ]  # fmt: skip


def _rows(page: WorkListPage) -> Iterator[list[Any]]:
    tasks = {task.task_id: task for task in page.summary.tasks}
    results = result_names(page)
    for entry in sorted(page.history, key=lambda entry: entry.id, reverse=True):
        line = journal_line(entry, page.people, results)
        task = tasks.get(line.task_id or 0)
        yield [
            line.at, line.what, line.more, line.who, line.task_id,
            label(task.kind) if task else None,
            f"{task.asset} {plate_shown(task.plate)}".strip() if task else None,
            page.client.name, page.summary.unit,
        ]  # fmt: skip
