"""Another unit is asked, does its job, and whoever asked is told (A6, rule 4)."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid, NotFound
from core.journal import history_of
from directory.staff.models import Role
from directory.units.models import Unit
from tests.conftest import NOON, TOMORROW
from tests.given import Given
from webui.notifications import unseen
from worklists.asking import asking_of
from worklists.closing_undone import undo_job
from worklists.involved import involved_for_client
from worklists.involvement import involve_unit
from worklists.jobs_done import IsACall, finish_job
from worklists.leases import HeldByAnother
from worklists.lifecycle import TaskState
from worklists.models.attempt import Notification
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import Involvement, WorkList
from worklists.notifications import Answer, notifications_of
from worklists.reports import InvolvementDraft
from worklists.task_page import task_page
from worklists.undo_images import UNDO_WITHIN
from worklists.undoing import NotYours, TooLateToUndo
from worklists.work_list_page import work_list_page


class Two:
    """Two units: one asks, the other does."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.given = Given(session)
        self.sales, self.parts = self.given.unit("Сервис"), self.given.unit("Склад")
        self.asker = self.given.manager(self.sales)
        self.doer = self.given.manager(self.parts, name="Олег Склад")
        self.task = self.given.task(unit=self.sales)

    def ask(
        self, unit: Unit | None = None, *, text: str = "Нужен фильтр", of_list: bool = False
    ) -> Involvement:
        draft = InvolvementDraft(unit_id=(unit or self.parts).id, text=text, due_at=TOMORROW)
        return involve_unit(
            self.session, self.task.work_list_id, draft,
            from_task_id=None if of_list else self.task.id, asset_id=None,
            actor=self.asker, now=NOON,
        )  # fmt: skip

    def finish(
        self, task_id: int, *, comment: str = "Есть", done: bool = True, actor: Actor | None = None
    ) -> Task:
        return finish_job(self.session, task_id, comment=comment, done=done, version=1, token=None,
                          actor=actor or self.doer, now=NOON)  # fmt: skip


@pytest.fixture
def two(session: Session) -> Two:
    return Two(session)


def events_of(session: Session, work_list_id: int) -> list[str]:
    return [entry.event for entry in history_of(session, "work_list", work_list_id)]


def told_to(two: Two, actor: Actor) -> list[Notification]:
    of_person = select(Notification).where(Notification.employee_id == actor.person)
    return list(two.session.scalars(of_person))


def test_asking_opens_a_work_list_there_with_this_one_as_origin(two: Two) -> None:
    asked = two.ask()
    there = two.session.get_one(WorkList, asked.to_work_list_id)
    assert (there.unit_id, there.origin_id) == (two.parts.id, two.task.work_list_id)
    task = two.session.get_one(Task, asked.to_task_id)
    assert (task.kind, task.goal, task.state) == (
        TaskKind.DEPARTMENT, "Нужен фильтр", TaskState.PLANNED,
    )  # fmt: skip
    assert events_of(two.session, two.task.work_list_id) == ["UnitInvolved"]
    assert events_of(two.session, there.id) == ["WorkListOpened", "AskedByUnit"]


def test_asking_appends_to_the_work_list_that_is_open_there(two: Two) -> None:
    client_id = two.task.client_id
    standing = two.session.get_one(WorkList, two.ask().to_work_list_id)
    again = two.ask(text="И масло")
    assert again.to_work_list_id == standing.id and standing.client_id == client_id
    assert standing.origin_id == two.task.work_list_id


def test_finishing_tells_who_asked_once_and_both_sides(two: Two) -> None:
    asked = two.ask()
    task = two.finish(asked.to_task_id)
    assert (task.state, task.finish, task.comment) == (TaskState.DONE, Finish.GOAL_REACHED, "Есть")
    (told,) = told_to(two, two.asker)
    assert (told.employee_id, told.kind) == (two.asker.person, "involvement_done")
    assert (told.task_id, told.work_list_id) == (two.task.id, two.task.work_list_id)
    two.session.refresh(asked)
    assert asked.finished_at == NOON
    assert "InvolvementFinished" in events_of(two.session, two.task.work_list_id)
    there = events_of(two.session, asked.to_work_list_id)
    assert there[-2:] == ["InvolvementFinished", "WorkListClosed"]


def test_the_answer_is_told_to_who_asked_and_to_nobody_else(two: Two) -> None:
    asked = two.ask()
    two.finish(asked.to_task_id, comment="Фильтр на складе, полка 7")
    (notice,) = notifications_of(two.session, actor=two.asker)
    assert notice.task_id == two.task.id
    assert notice.answer == Answer(
        unit="Склад", comment="Фильтр на складе, полка 7", finish=Finish.GOAL_REACHED
    )
    told = two.session.get_one(Notification, notice.id)
    colleague = two.given.manager(two.sales, name="Коллега")
    told.employee_id = colleague.person
    two.session.flush()
    (foreign,) = notifications_of(two.session, actor=colleague)
    assert foreign.answer is None


def test_asked_from_the_work_list_the_notice_leads_to_a_task_of_the_asker(two: Two) -> None:
    draft = InvolvementDraft(unit_id=two.parts.id, text="Нужен фильтр", due_at=TOMORROW)
    asked = involve_unit(two.session, two.task.work_list_id, draft, from_task_id=None,
                         asset_id=None, actor=two.asker, now=NOON)  # fmt: skip
    two.finish(asked.to_task_id)
    (notice,) = notifications_of(two.session, actor=two.asker)
    assert notice.task_id == two.task.id
    assert unseen(two.session, actor=two.asker)[0] == 1


def test_giving_up_needs_a_reason_and_is_told_too(two: Two) -> None:
    asked = two.ask()
    with pytest.raises(Invalid) as refusal:
        two.finish(asked.to_task_id, comment=" ", done=False)
    assert refusal.value.field == "comment"
    task = two.finish(asked.to_task_id, comment="Снят с производства", done=False)
    assert (task.state, task.finish) == (TaskState.CANCELLED, Finish.CANCELLED)
    (told,) = told_to(two, two.asker)
    assert told.occasion == f"involvement:{asked.id}"


def test_a_unit_does_not_involve_itself(two: Two) -> None:
    with pytest.raises(Invalid) as refusal:
        two.ask(two.sales)
    assert refusal.value.field == "involve_unit_id"


def test_an_archived_unit_and_an_empty_text_are_refused(two: Two) -> None:
    with pytest.raises(Invalid):
        two.ask(text=" ")
    two.parts.is_archived = True
    two.session.flush()
    with pytest.raises(Invalid):
        two.ask()


def test_the_other_unit_does_not_see_the_origins_task(two: Two) -> None:
    with pytest.raises(NotFound):
        two.finish(two.task.id)


def test_a_call_is_not_finished_like_a_job(two: Two) -> None:
    with pytest.raises(IsACall):
        two.finish(two.task.id, actor=two.asker)


def test_a_job_that_somebody_else_holds_is_refused(two: Two) -> None:
    job = two.given.task(
        unit=two.parts, kind=TaskKind.EXTRA, state=TaskState.IN_WORK, performer=two.asker
    )
    with pytest.raises(HeldByAnother):
        two.finish(job.id)


def test_an_extra_job_is_done_without_words(two: Two) -> None:
    job = two.given.task(unit=two.parts, kind=TaskKind.EXTRA)
    assert two.finish(job.id, comment="").state is TaskState.DONE
    entries = history_of(two.session, "task", job.id)
    assert [(e.from_state, e.to_state) for e in entries] == [
        ("planned", "in_work"), ("in_work", "done"),
    ]  # fmt: skip


def test_whoever_asked_out_of_a_work_list_reads_the_notification_too(two: Two) -> None:
    asked = two.ask(of_list=True)
    two.finish(asked.to_task_id)
    (notice,) = notifications_of(two.session, actor=two.asker)
    assert (notice.kind, notice.task_id) == ("involvement_done", two.task.id)


@pytest.mark.parametrize("of_list", [False, True])
def test_the_answer_stands_on_the_askers_side(two: Two, of_list: bool) -> None:
    asked = two.ask(of_list=of_list)
    two.finish(asked.to_task_id, comment="Есть на складе")
    lines = [work_list_page(two.session, two.task.work_list_id, actor=two.asker).involved[0]]
    lines += involved_for_client(two.session, two.task.client_id, actor=two.asker)  # type: ignore[arg-type]
    page = task_page(two.session, two.task.id, actor=two.asker)
    if not of_list:
        lines += page.involved  # type: ignore[arg-type]
    for line in lines:
        answer = line.answer
        assert answer is not None and not line.is_visible
        assert (answer.text, answer.by, answer.at) == ("Есть на складе", "Олег Склад", NOON)
        assert answer.is_done and not answer.is_given_up
    assert not page.successors  # the other unit's task is not theirs to open
    last = history_of(two.session, "work_list", two.task.work_list_id)[-1]
    assert last.details["comment"] == "Есть на складе"


def test_nobody_elses_asking_is_read(two: Two) -> None:
    two.ask()
    assert involved_for_client(two.session, two.task.client_id, actor=two.doer) == []


def test_the_other_unit_is_told_once_each(two: Two) -> None:
    colleague = two.given.manager(two.parts, name="Ирина Склад")
    asked = two.ask()
    for actor in (two.doer, colleague):
        (told,) = told_to(two, actor)
        assert (told.kind, told.task_id) == ("unit_asked", asked.to_task_id)
    assert told_to(two, two.asker) == []


def test_the_head_is_told_instead_of_everybody(two: Two) -> None:
    chief = two.given.employee("Анна Глава", role=Role.HEAD, unit=two.parts)
    two.ask()
    assert told_to(two, two.doer) == []
    assert len(told_to(two, two.given.actor(chief, role=Role.HEAD))) == 1


def test_the_head_above_is_told_when_the_unit_has_nobody(two: Two) -> None:
    centre = two.given.unit("Центр")
    empty = two.given.unit("Без людей", parent=centre)
    chief = two.given.employee("Анна Глава", role=Role.HEAD, unit=centre)
    two.ask(empty)
    assert len(told_to(two, two.given.actor(chief, role=Role.HEAD))) == 1


def test_asked_out_of_a_work_list_its_attempts_are_shown(two: Two) -> None:
    two.given.attempt(two.task, two.given.employee("Кто звонил"))
    task = two.session.get_one(Task, two.ask(of_list=True).to_task_id)
    asking = asking_of(two.session, task, actor=two.doer)
    assert asking is not None and not asking.of_task
    assert [line.by for line in asking.attempts] == ["Кто звонил"]


@pytest.mark.parametrize("done", [True, False])
def test_a_closed_job_can_be_opened_again_and_nobody_stays_told(two: Two, done: bool) -> None:
    asked = two.ask()
    two.finish(asked.to_task_id, done=done)
    assert len(told_to(two, two.asker)) == 1
    with pytest.raises(NotYours):
        colleague = two.given.manager(two.parts, name="Коллега")
        undo_job(two.session, asked.to_task_id, actor=colleague, now=NOON)
    with pytest.raises(TooLateToUndo):
        late = NOON + UNDO_WITHIN + timedelta(seconds=1)
        undo_job(two.session, asked.to_task_id, actor=two.doer, now=late)
    task = undo_job(two.session, asked.to_task_id, actor=two.doer, now=NOON)
    assert (task.state, task.finish, task.closed_at) == (TaskState.PLANNED, None, None)
    assert undo_job(two.session, asked.to_task_id, actor=two.doer, now=NOON) is task
    two.session.expire_all()
    assert two.session.get_one(Involvement, asked.id).finished_at is None
    assert two.session.get_one(WorkList, task.work_list_id).closed_at is None
    assert told_to(two, two.asker) == []
    finish_job(two.session, task.id, comment="Есть", done=True, version=task.version, token=None,
               actor=two.doer, now=NOON)  # fmt: skip
    assert len(told_to(two, two.asker)) == 1
