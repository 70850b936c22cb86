"""A unit that was asked accepts, returns, gets it again, and it changes hands (A6, D11)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid, NotFound, NotPermitted
from core.journal import history_of
from directory.staff.models import Role
from directory.units.models import Unit, UnitKind
from tests.conftest import NOON, TOMORROW
from tests.given import Given
from worklists.answering import (
    AcceptedAlready,
    NotAsked,
    ReturnReasonMissing,
    accept_job,
    return_job,
    undo_acceptance,
)
from worklists.asking_again import NotReturned, asked_page, close_request, send_again
from worklists.card.checklists import add_item, items_of, tick_item
from worklists.card.comments import add_comment
from worklists.card.documents import documents_of, open_document
from worklists.card.models import Document, DocumentKind, Watcher
from worklists.card.sent_along import send_documents
from worklists.card.timeline import TimelineKind, timeline
from worklists.card.watchers import unwatch_task, watch_task
from worklists.closing_undone import undo_job, undone_answer
from worklists.dispatch.confirming import confirm_run
from worklists.dispatch.dry_run import plan_run
from worklists.dispatch.taking_back import take_back_run
from worklists.dispatch.wishes import Wish
from worklists.far_dates import FARTHEST, TooFar
from worklists.involved import AskedStep, Standing, involved_for_client
from worklists.involvement import InvolvementDueInPast, involve_unit
from worklists.jobs_done import finish_job
from worklists.leases import HeldByAnother
from worklists.lifecycle import TaskState
from worklists.models.attempt import Notification
from worklists.models.dispatch import DispatchAction, DispatchRun
from worklists.models.preset import DueIn
from worklists.models.task import Finish, Task
from worklists.models.work_list import Involvement, WorkList
from worklists.notifications import notifications_of
from worklists.presets import (
    DueImpossible,
    PresetChangedByAnother,
    PresetDraft,
    PresetOfForeignUnit,
    PresetUnitUnknown,
    add_preset,
    archive_preset,
    change_preset,
    fill_in,
    presets_for,
    presets_listed,
)
from worklists.reports import InvolvementDraft
from worklists.task_page import task_page
from worklists.undo_checks import SomethingFollowed
from worklists.undo_images import UNDO_WITHIN
from worklists.undoing import TooLateToUndo
from worklists.work_list_page import work_list_page

LATER = NOON + timedelta(minutes=1)


class Asked:
    """The service asks the store for something; the store has a head above both."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.given = Given(session)
        self.company = self.given.unit("Компания", kind=UnitKind.COMPANY)
        self.sales = self.given.unit("Сервис", parent=self.company)
        self.parts = self.given.unit("Склад", parent=self.company)
        self.asker = self.given.manager(self.sales)
        self.doer = self.given.manager(self.parts, name="Олег Склад")
        self.other = self.given.manager(self.parts, name="Вера Склад")
        self.head = self.given.actor(
            self.given.employee("Глава", role=Role.SUPERVISOR, unit=self.company),
            role=Role.SUPERVISOR,
        )
        self.source = self.given.task(unit=self.sales)
        self.tie = self.ask()

    @property
    def task(self) -> Task:
        self.session.refresh(self.tie)
        return self.session.get_one(Task, self.tie.to_task_id, populate_existing=True)

    def ask(self, *, with_documents: bool = False, due_at: datetime = TOMORROW) -> Involvement:
        draft = InvolvementDraft(
            unit_id=self.parts.id, text="Нужен фильтр", due_at=due_at,
            with_documents=with_documents,
        )  # fmt: skip
        return involve_unit(
            self.session, self.source.work_list_id, draft, from_task_id=self.source.id,
            asset_id=None, actor=self.asker, now=NOON,
        )  # fmt: skip

    def accept(self, actor: Actor | None = None) -> Task:
        return accept_job(self.session, self.task.id, version=self.task.version,
                          actor=actor or self.doer, now=LATER)  # fmt: skip

    def give_back(self, reason: str = "Какой именно?") -> Task:
        return return_job(self.session, self.task.id, reason=reason, version=self.task.version,
                          token=None, actor=self.doer, now=LATER)  # fmt: skip

    def again(self, text: str = "Нужен фильтр W914/2", *, due_at: datetime = TOMORROW) -> Task:
        return send_again(self.session, self.tie.id, text=text, due_at=due_at,
                          actor=self.asker, now=LATER)  # fmt: skip

    def finish(self) -> Task:
        return finish_job(self.session, self.task.id, comment="Есть", done=True,
                          version=self.task.version, token=None, actor=self.doer,
                          now=LATER)  # fmt: skip

    def standing(self) -> Standing:
        """As the asker reads it, wherever it is shown."""
        self.session.flush()
        self.session.expire_all()
        page = task_page(self.session, self.source.id, actor=self.asker)
        of_list = work_list_page(self.session, self.source.work_list_id, actor=self.asker)
        of_client = involved_for_client(self.session, self.source.client_id, actor=self.asker)
        found = {line.standing for line in (*page.involved, *of_list.involved, *of_client)}
        (standing,) = found
        return standing

    def told(self, actor: Actor) -> list[str]:
        rows = select(Notification.kind).where(Notification.employee_id == actor.person)
        return list(self.session.scalars(rows.order_by(Notification.id)))

    def hand(self, action: DispatchAction, **values: object) -> DispatchRun:
        wish = Wish(action=action, **values)  # type: ignore[arg-type]
        run = plan_run(self.session, wish, task_ids=[self.task.id], actor=self.head, now=NOON)
        return confirm_run(self.session, run.id, actor=self.head, now=LATER)

    def document(self, task: Task, name: str = "заявка.txt", digest: str = "a" * 64) -> Document:
        found = Document(
            task_id=task.id, name=name, kind=DocumentKind.TEXT, size=4, sha256=digest,
            added_by=self.asker.person, added_at=NOON,
        )  # fmt: skip
        self.session.add(found)
        self.session.flush()
        return found


@pytest.fixture
def asked(session: Session) -> Asked:
    return Asked(session)


def test_every_step_is_seen_and_told(asked: Asked) -> None:
    assert asked.standing().step is AskedStep.SENT
    asked.accept()
    standing = asked.standing()
    assert (standing.step, standing.by, standing.at) == (AskedStep.ACCEPTED, "Олег Склад", LATER)
    assert asked.task.performer_id == asked.doer.person
    asked.give_back()
    standing = asked.standing()
    assert (standing.step, standing.by, standing.reason) == (
        AskedStep.RETURNED, "Олег Склад", "Какой именно?",
    )  # fmt: skip
    assert (asked.task.state, asked.task.finish) == (TaskState.CANCELLED, Finish.RETURNED)
    there = asked.session.get_one(WorkList, asked.tie.to_work_list_id, populate_existing=True)
    assert there.closed_at == LATER and asked.tie.finished_at is None
    asked.again()
    assert asked.standing().step is AskedStep.SENT and there.closed_at is None
    assert (asked.task.state, asked.task.goal) == (TaskState.PLANNED, "Нужен фильтр W914/2")
    asked.finish()
    assert asked.standing().step is AskedStep.DONE
    assert asked.told(asked.asker) == [
        "involvement_accepted", "involvement_returned", "involvement_done",
    ]  # fmt: skip
    assert asked.told(asked.doer) == ["unit_asked", "unit_asked_again"]
    page = asked_page(asked.session, asked.tie.id, actor=asked.asker)
    assert [entry.event for entry in page.history] == [
        "UnitInvolved", "InvolvementAccepted", "InvolvementReturned", "InvolvementSentAgain",
        "InvolvementFinished",
    ]  # fmt: skip


def test_the_reason_is_read_in_the_notice(asked: Asked) -> None:
    asked.give_back()
    (notice,) = notifications_of(asked.session, actor=asked.asker)
    assert notice.kind == "involvement_returned" and notice.task_id == asked.source.id
    assert notice.answer is not None and notice.answer.comment == "Какой именно?"


def test_what_is_refused(asked: Asked) -> None:
    with pytest.raises(NotReturned):
        asked.again()
    with pytest.raises(ReturnReasonMissing):
        asked.give_back(" ")
    plain = asked.given.task(unit=asked.parts)
    with pytest.raises(NotAsked):
        accept_job(asked.session, plain.id, version=1, actor=asked.doer, now=NOON)
    with pytest.raises(NotFound):
        asked.accept(asked.asker)
    asked.accept()
    with pytest.raises(AcceptedAlready):
        asked.accept(asked.other)
    asked.give_back()
    with pytest.raises(NotFound):
        close_request(asked.session, asked.tie.id, actor=asked.doer, now=LATER)
    with pytest.raises(Invalid) as refusal:
        asked.again(" ")
    assert refusal.value.field == "involve_text"


@pytest.mark.parametrize(
    ("due_at", "error"),
    [(NOON, InvolvementDueInPast), (NOON + FARTHEST + timedelta(hours=1), TooFar)],
)
def test_a_deadline_is_ahead_and_not_too_far(
    asked: Asked, due_at: datetime, error: type[Invalid]
) -> None:
    with pytest.raises(error) as first:
        asked.ask(due_at=due_at)
    asked.give_back()
    with pytest.raises(error) as second:
        asked.again(due_at=due_at)
    assert first.value.field == second.value.field == "involve_due_at"


def test_what_somebody_works_on_is_not_accepted_by_another(asked: Asked) -> None:
    task = asked.task
    task.state, task.performer_id = TaskState.IN_WORK, asked.other.person
    task.lease_until = TOMORROW
    asked.session.flush()
    with pytest.raises(HeldByAnother):
        asked.accept()


def test_an_acceptance_is_taken_back(asked: Asked) -> None:
    asked.accept()
    undo_acceptance(asked.session, asked.task.id, actor=asked.doer, now=LATER)
    assert asked.standing().step is AskedStep.SENT and asked.task.performer_id is None
    assert asked.told(asked.asker) == []
    undo_acceptance(asked.session, asked.task.id, actor=asked.doer, now=LATER)
    asked.accept()
    with pytest.raises(TooLateToUndo):
        late = LATER + UNDO_WITHIN + timedelta(seconds=1)
        undo_acceptance(asked.session, asked.task.id, actor=asked.doer, now=late)


def test_a_return_is_taken_back_and_stays_accepted(asked: Asked) -> None:
    asked.accept()
    asked.give_back()
    undo_job(asked.session, asked.task.id, actor=asked.doer, now=LATER)
    assert asked.standing().step is AskedStep.ACCEPTED
    assert asked.task.state is TaskState.PLANNED
    assert asked.told(asked.asker) == ["involvement_accepted"]
    asked.give_back("Снят с производства")
    asked.again()
    with pytest.raises(SomethingFollowed):
        undo_job(asked.session, asked.task.id, actor=asked.doer, now=LATER)


@pytest.mark.parametrize("before", ["", "Спросить завод"])
@pytest.mark.parametrize("close", [Asked.finish, Asked.give_back])
def test_the_words_of_before_come_back_with_the_job(
    asked: Asked, before: str, close: Callable[[Asked], Task]
) -> None:
    asked.task.comment = before
    asked.session.flush()
    close(asked)
    typed = asked.task.comment
    task = undo_job(asked.session, asked.task.id, actor=asked.doer, now=LATER)
    assert task.comment == before
    assert undone_answer(asked.session, task.id) == typed, "to be mended, not typed again"


def test_the_asker_does_without_it(asked: Asked) -> None:
    asked.give_back()
    close_request(asked.session, asked.tie.id, actor=asked.asker, now=LATER)
    assert asked.standing().step is AskedStep.WITHDRAWN
    with pytest.raises(NotReturned):
        asked.again()
    assert history_of(asked.session, "task", asked.task.id)[-1].event == "JobNotWanted"


def test_sent_again_it_is_new_and_due_in_working_time_there(asked: Asked) -> None:
    asked.given.calendar(asked.parts)
    asked.give_back()
    night = TOMORROW.replace(hour=20)
    task = asked.again(due_at=night)
    assert task.due_at == (night + timedelta(days=1)).replace(hour=6)
    assert task.given_at == LATER, "to be taken from now on, not since it was asked for first"


def test_sent_again_it_goes_into_the_work_list_that_is_open_there(asked: Asked) -> None:
    asked.give_back()
    client = asked.source.client_id
    newer = asked.given._add(
        WorkList(unit_id=asked.parts.id, client_id=client, campaign_id=asked.source.campaign_id,
                 initiator="scheduler", opened_at=LATER)
    )  # fmt: skip
    assert asked.again().work_list_id == newer.id
    assert asked.tie.to_work_list_id == newer.id


def test_a_deadline_that_passed_is_late_until_it_is_answered(asked: Asked) -> None:
    late = TOMORROW + timedelta(hours=1)
    assert not asked.standing().is_late(NOON) and asked.standing().is_late(late)
    asked.give_back()
    assert not asked.standing().is_late(late)


@pytest.mark.parametrize("still_watches", [True, False])
def test_another_performer_gets_everything_and_all_are_told(
    asked: Asked, still_watches: bool
) -> None:
    asked.accept()
    old = asked.task
    add_comment(asked.session, old.id, text="Спросил завод", actor=asked.doer, now=NOON)
    item = add_item(asked.session, old.id, text="Позвонить", actor=asked.doer, now=NOON)
    tick_item(asked.session, item.id, is_done=True, actor=asked.doer, now=NOON)
    watch_task(asked.session, old.id, actor=asked.other, now=NOON)
    paper = asked.document(old)
    run = asked.hand(DispatchAction.TO_PERSON, employee_ids=(asked.other.person,))
    new = asked.task
    assert new.id != old.id and new.redirected_from_id == old.id
    old = asked.session.get_one(Task, old.id, populate_existing=True)
    assert old.state is TaskState.REDIRECTED
    assert asked.standing().step is AskedStep.SENT, "the new one has accepted nothing yet"
    page = task_page(asked.session, asked.source.id, actor=asked.asker)
    assert page.involved[0].performer == "Вера Склад"
    assert asked.told(asked.other)[-2:] == ["task_given", "task_redirected"]
    assert asked.told(asked.asker)[-1] == "involvement_handed"
    assert [one.is_done for one in items_of(asked.session, new.id, actor=asked.other)] == [True]
    assert [one.id for one in documents_of(asked.session, new.id, actor=asked.other)] == [paper.id]
    said = timeline(asked.session, new.id, only=TimelineKind.COMMENTS, actor=asked.other, now=NOON)
    assert [line.comment.text for line in said.lines if line.comment] == ["Спросил завод"]
    assert asked.session.get(Watcher, (new.id, asked.other.person)) is not None
    after = task_page(asked.session, old.id, actor=asked.doer)
    assert [one.id for one in after.successors] == [new.id]
    # Taken back, nothing of what was added meanwhile is lost, and it is accepted as it was.
    add_comment(asked.session, new.id, text="Нашёл", actor=asked.other, now=LATER)
    if not still_watches:
        unwatch_task(asked.session, old.id, actor=asked.other, now=LATER)
    take_back_run(asked.session, run.id, actor=asked.head, now=LATER)
    assert asked.standing().step is AskedStep.ACCEPTED
    assert not {"task_given", "task_redirected"} & set(asked.told(asked.other)), "unread, untold"
    said = timeline(asked.session, old.id, only=TimelineKind.COMMENTS, actor=asked.doer, now=NOON)
    assert len(said.lines) == 2
    assert len(items_of(asked.session, old.id, actor=asked.doer)) == 1


def test_another_unit_reads_what_went_before_and_is_told(
    asked: Asked, tmp_path_factory: pytest.TempPathFactory
) -> None:
    third = asked.given.unit("Кузов", parent=asked.company)
    there = asked.given.manager(third, name="Кузовщик")
    paper = asked.document(asked.task)
    watch_task(asked.session, asked.task.id, actor=asked.other, now=NOON)
    run = asked.hand(DispatchAction.TO_UNIT, unit_id=third.id)
    new = asked.task
    assert asked.told(there) == ["unit_given"]
    (line,) = documents_of(asked.session, new.id, actor=there)
    folder = tmp_path_factory.mktemp("documents")
    with pytest.raises(NotFound) as missing:  # found, but its bytes are not there
        open_document(asked.session, line.id, folder=folder, actor=there)
    assert missing.value.key == paper.id
    assert asked.session.get(Watcher, (new.id, asked.other.person)) is None, "sees it no more"
    assert asked.told(asked.other)[-1] == "task_redirected"
    page = task_page(asked.session, asked.source.id, actor=asked.asker)
    assert page.involved[0].unit == "Кузов"
    take_back_run(asked.session, run.id, actor=asked.head, now=LATER)
    assert asked.told(there) == [] and "task_redirected" not in asked.told(asked.other)


def test_documents_go_along_with_the_request(asked: Asked) -> None:
    asked.document(asked.source)
    asked.document(asked.source, "снимок.txt", "b" * 64)
    plain, full = asked.ask(), asked.ask(with_documents=True)
    assert documents_of(asked.session, plain.to_task_id, actor=asked.doer) == []
    names = {one.name for one in documents_of(asked.session, full.to_task_id, actor=asked.doer)}
    assert names == {"заявка.txt", "снимок.txt"}


def test_documents_of_many_tasks_go_along_at_once_and_each_file_once(asked: Asked) -> None:
    """Two tasks that go on from one: its document is reached twice, the same file stands twice."""
    first = asked.source
    one, two = (asked.given.task(unit=asked.sales, redirected_from_id=first.id) for _ in range(2))
    for task, name, letter in ((first, "общее", "a"), (one, "своё", "b"), (two, "своё", "b")):
        asked.document(task, name, letter * 64)
    there = asked.given.task(unit=asked.parts)
    ids, seen = ([one.id, two.id], there.id), list[str]()
    connection = asked.session.connection()
    event.listen(connection, "before_cursor_execute", lambda *args: seen.append(args[2]))
    send_documents(asked.session, *ids)
    assert len(seen) == 1
    sent = documents_of(asked.session, there.id, actor=asked.doer)
    assert sorted(paper.name for paper in sent) == ["общее", "своё"]


# Presets


def _draft(asked: Asked, **values: object) -> PresetDraft:
    plain = {
        "unit_id": asked.sales.id, "to_unit_id": asked.parts.id, "subject": "Наличие",
        "text": "Проверить и назвать срок", "due_amount": 2, "due_in": DueIn.HOURS,
    }  # fmt: skip
    return PresetDraft(**(plain | values))  # type: ignore[arg-type]


def test_a_preset_fills_in_the_form_by_the_calendar_of_the_unit_asked(asked: Asked) -> None:
    preset = add_preset(asked.session, _draft(asked), actor=asked.head, now=NOON)
    evening = NOON.replace(hour=14)  # 17:00 in Moscow: one hour of work is left
    filled = fill_in(asked.session, preset.id, unit_id=asked.sales.id, actor=asked.asker,
                     now=evening)  # fmt: skip
    assert filled.text == "Наличие: Проверить и назвать срок"
    assert filled.unit_id == asked.parts.id and not filled.with_documents
    assert filled.due_at == (evening + timedelta(days=1)).replace(hour=7)
    days = _draft(asked, due_amount=1, due_in=DueIn.DAYS)
    change_preset(asked.session, preset.id, days, version=1, actor=asked.head, now=NOON)
    filled = fill_in(asked.session, preset.id, unit_id=asked.sales.id, actor=asked.asker, now=NOON)
    assert filled.due_at == NOON + timedelta(days=1)


def test_presets_are_offered_by_unit(asked: Asked) -> None:
    for subject, unit_id in (("Своё", asked.sales.id), ("Общее", None)):
        draft = _draft(asked, subject=subject, unit_id=unit_id)
        add_preset(asked.session, draft, actor=asked.head, now=NOON)
    below = asked.given.unit("Приём", parent=asked.sales)
    aside = asked.given.unit("Кузов", parent=asked.company)
    names: Callable[[Unit], list[str]] = lambda unit: [  # noqa: E731
        name for _id, name in presets_for(asked.session, unit.id)
    ]
    assert names(asked.sales) == names(below) == ["Общее (Склад)", "Своё (Склад)"]
    assert names(aside) == ["Общее (Склад)"]
    assert names(asked.parts) == [], "nobody asks their own unit"


def test_an_archived_preset_is_offered_no_more_and_comes_back(asked: Asked) -> None:
    preset = add_preset(asked.session, _draft(asked), actor=asked.head, now=NOON)
    for is_archived, offered in ((True, 0), (False, 1)):
        archive_preset(asked.session, preset.id, is_archived=is_archived, actor=asked.head,
                       now=NOON)  # fmt: skip
        assert len(presets_for(asked.session, asked.sales.id)) == offered
        assert len(presets_listed(asked.session, with_archived=True, actor=asked.head)) == 1
    events = [entry.event for entry in history_of(asked.session, "preset", preset.id)]
    assert events == ["PresetAdded", "PresetArchived", "PresetRestored"]


def test_who_may_keep_presets(asked: Asked) -> None:
    lead = asked.given.actor(
        asked.given.employee("Старший", role=Role.SUPERVISOR, unit=asked.sales),
        role=Role.SUPERVISOR,
    )
    ours = add_preset(asked.session, _draft(asked), actor=lead, now=NOON)
    for draft in (_draft(asked, unit_id=None), _draft(asked, unit_id=asked.parts.id)):
        with pytest.raises(PresetOfForeignUnit):
            add_preset(asked.session, draft, actor=lead, now=NOON)
    with pytest.raises(NotPermitted):
        add_preset(asked.session, _draft(asked), actor=asked.asker, now=NOON)
    stranger = asked.given.actor(
        asked.given.employee("Чужой", role=Role.SUPERVISOR, unit=asked.parts),
        role=Role.SUPERVISOR,
    )
    with pytest.raises(NotFound):
        archive_preset(asked.session, ours.id, is_archived=True, actor=stranger, now=NOON)
    with pytest.raises(PresetChangedByAnother):
        change_preset(asked.session, ours.id, _draft(asked), version=7, actor=lead, now=NOON)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"to_unit_id": 0}, PresetUnitUnknown),
        ({"due_amount": 0}, DueImpossible),
        ({"due_amount": 91, "due_in": DueIn.DAYS}, DueImpossible),
    ],
)
def test_a_preset_that_cannot_be(
    asked: Asked, wrong: dict[str, object], error: type[Invalid]
) -> None:
    with pytest.raises(error):
        add_preset(asked.session, _draft(asked, **wrong), actor=asked.head, now=NOON)
