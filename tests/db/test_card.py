"""What hangs on a task: who may do what, who is told, what stays as a trace (C4)."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.models import Outcome
from core.access import Actor
from core.db import Database
from core.errors import NotFound, NotPermitted
from core.journal import history_of
from directory.staff.models import Role
from tests.bytes_of import PDF, png
from tests.conftest import NOON
from tests.given import LEASE, Given
from worklists.attempts import AttemptReport, record_attempt
from worklists.card import files
from worklists.card.checklists import (
    ItemEmpty,
    add_item,
    items_of,
    move_item,
    remove_item,
    tick_item,
)
from worklists.card.comments import (
    NotYourComment,
    TooLateToEdit,
    add_comment,
    comments_of,
    delete_comment,
    edit_comment,
)
from worklists.card.documents import (
    DocumentNotAllowed,
    DocumentTooLarge,
    NotYourDocument,
    add_document,
    delete_document,
    documents_of,
    open_document,
)
from worklists.card.links import (
    AlreadyLinked,
    LinkToItself,
    OtherTaskUnknown,
    link_tasks,
    links_of,
    unlink_tasks,
)
from worklists.card.models import LinkKind
from worklists.card.priority import PriorityImpossible, change_priority
from worklists.card.summary import card_counts
from worklists.card.timeline import Timeline, TimelineKind, timeline
from worklists.card.watchers import CannotWatch, add_watcher, unwatch_task, watch_task, watching
from worklists.models.attempt import Notification
from worklists.models.task import Task
from worklists.undoing import undo_attempt


class Desk:
    """A task with two colleagues of its unit and a stranger of another one."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.given = given = Given(session)
        company = given.unit("Компания")
        self.unit = given.unit("Свой", parent=company)
        self.foreign = given.unit("Чужой", parent=company)
        self.me = given.manager(self.unit, name="Мария")
        self.colleague = given.manager(self.unit, name="Олег")
        self.stranger = given.manager(self.foreign, name="Пётр")
        self.head = given.actor(given.employee("Зоя", role=Role.HEAD, unit=company), role=Role.HEAD)
        self.task = given.task(unit=self.unit, performer=self.colleague)

    def told(self, actor: Actor) -> list[str]:
        found = select(Notification.kind).where(Notification.employee_id == actor.employee_id)
        return list(self.session.scalars(found.order_by(Notification.id)))


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


# ---- comments


def test_a_comment_is_told_to_performer_and_watchers_but_not_to_its_author(desk: Desk) -> None:
    watch_task(desk.session, desk.task.id, actor=desk.head, now=NOON)
    watch_task(desk.session, desk.task.id, actor=desk.me, now=NOON)
    add_comment(desk.session, desk.task.id, text=" Ждёт\r\nзвонка ", actor=desk.me, now=NOON)
    assert desk.told(desk.colleague) == desk.told(desk.head) == ["comment_added"]
    assert desk.told(desk.me) == []
    (line,) = comments_of(desk.session, desk.task.id, actor=desk.colleague, now=NOON)
    assert (line.text, line.by, line.can_edit) == ("Ждёт\nзвонка", "Мария", False)


def test_a_comment_is_mended_for_some_minutes_and_deleted_with_a_trace(desk: Desk) -> None:
    session, later = desk.session, NOON + timedelta(minutes=16)
    comment = add_comment(session, desk.task.id, text="Раз", actor=desk.me, now=NOON)
    edit_comment(session, comment.id, text="Два", actor=desk.me, now=NOON + timedelta(minutes=14))
    with pytest.raises(TooLateToEdit):
        edit_comment(session, comment.id, text="Три", actor=desk.me, now=later)
    with pytest.raises(NotYourComment):
        delete_comment(session, comment.id, actor=desk.head, now=later)
    with pytest.raises(NotFound):
        edit_comment(session, comment.id, text="Чужое", actor=desk.stranger, now=NOON)
    delete_comment(session, comment.id, actor=desk.me, now=later)
    (line,) = comments_of(session, desk.task.id, actor=desk.me, now=later)
    assert line.is_deleted and line.text == ""
    with pytest.raises(NotFound):
        delete_comment(session, comment.id, actor=desk.me, now=later)
    events = [entry.event for entry in history_of(session, "task_card", desk.task.id)]
    assert events == ["CommentEdited", "CommentDeleted"]


def test_an_analyst_reads_and_does_not_write(desk: Desk) -> None:
    given = desk.given
    analyst = given.actor(
        given.employee(role=Role.ANALYST, unit=desk.unit), role=Role.ANALYST, units=[desk.unit]
    )
    with pytest.raises(NotPermitted):
        add_comment(desk.session, desk.task.id, text="Раз", actor=analyst, now=NOON)
    assert comments_of(desk.session, desk.task.id, actor=analyst, now=NOON) == []
    watch_task(desk.session, desk.task.id, actor=analyst, now=NOON)


def test_what_is_added_to_the_card_does_not_forbid_undoing(desk: Desk) -> None:
    session, task = desk.session, desk.task
    report = AttemptReport(form_key="k", version=task.version, outcome=Outcome.NO_ANSWER)
    saved = record_attempt(session, task.id, report, actor=desk.colleague, now=NOON, lease=LEASE)
    add_comment(session, task.id, text="Раз", actor=desk.me, now=NOON)
    change_priority(session, task.id, priority=2, actor=desk.head, now=NOON)
    add_item(session, task.id, text="Проверить", actor=desk.me, now=NOON)
    undo_attempt(session, saved.attempt.id, actor=desk.colleague, now=NOON, lease=LEASE)


# ---- documents


def _attach(desk: Desk, folder: Path, content: bytes = PDF, actor: Actor | None = None) -> int:
    return add_document(
        desk.session, desk.task.id, name="../акт.pdf", content=content, folder=folder,
        limit=1000, actor=actor or desk.me, now=NOON,
    ).id  # fmt: skip


def test_a_document_is_kept_by_its_content_and_seen_as_the_task(desk: Desk, tmp_path: Path) -> None:
    first, second = _attach(desk, tmp_path), _attach(desk, tmp_path)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
    opened = open_document(desk.session, first, folder=tmp_path, actor=desk.colleague)
    assert (opened.name, opened.content, opened.may_be_inline) == ("акт.pdf", PDF, True)
    with pytest.raises(NotFound):
        open_document(desk.session, first, folder=tmp_path, actor=desk.stranger)
    with pytest.raises(NotYourDocument):
        delete_document(desk.session, second, actor=desk.colleague, now=NOON)
    delete_document(desk.session, second, actor=desk.head, now=NOON)
    assert [line.id for line in documents_of(desk.session, desk.task.id, actor=desk.me)] == [first]


def test_what_is_not_on_the_list_or_too_large_is_refused(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(DocumentNotAllowed):
        _attach(desk, tmp_path, b"<svg onload=alert(1)></svg>")
    with pytest.raises(DocumentTooLarge):
        _attach(desk, tmp_path, b"a" * 1001)
    with pytest.raises(NotFound):
        _attach(desk, tmp_path, actor=desk.stranger)
    assert not any(tmp_path.iterdir())


def test_bytes_that_were_changed_on_the_disk_are_not_sent(desk: Desk, tmp_path: Path) -> None:
    document_id = _attach(desk, tmp_path, png())
    (path,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    path.write_bytes(b"<script>alert(1)</script>")
    with pytest.raises(NotFound):
        open_document(desk.session, document_id, folder=tmp_path, actor=desk.me)


def test_orphaned_files_are_swept_and_needed_ones_stay(database: Database, tmp_path: Path) -> None:
    with database.unit_of_work() as session:
        desk = Desk(session)
        kept = _attach(desk, tmp_path, PDF)
        gone = _attach(desk, tmp_path, png())
        delete_document(session, gone, actor=desk.me, now=NOON)
        me = desk.me
    fresh = files.store(tmp_path, b"an upload that is not committed yet")
    for path in tmp_path.glob("*/*"):
        if path.name != fresh:
            os.utime(path, (1, 1))
    os.utime(files.path_of(tmp_path, fresh), (NOON.timestamp(), NOON.timestamp()))
    assert files.sweep_orphans(database, lambda _session: NOON, folder=tmp_path) == 1
    assert files.read(tmp_path, fresh) is not None
    with database.reading() as session:
        assert open_document(session, kept, folder=tmp_path, actor=me).content == PDF


# ---- checklist, watchers, links, priority


def test_a_checklist_is_ticked_moved_and_shortened(desk: Desk) -> None:
    session, task_id = desk.session, desk.task.id
    items = [add_item(session, task_id, text=t, actor=desk.me, now=NOON) for t in ("А", "Б", "В")]
    with pytest.raises(ItemEmpty):
        add_item(session, task_id, text="  ", actor=desk.me, now=NOON)
    for _ in range(2):
        tick_item(session, items[0].id, is_done=True, actor=desk.colleague, now=NOON)
    move_item(session, items[2].id, up=True, actor=desk.me)
    move_item(session, items[0].id, up=True, actor=desk.me)
    remove_item(session, items[1].id, actor=desk.me, now=NOON)
    lines = items_of(session, task_id, actor=desk.me)
    assert [(line.text, line.done_by) for line in lines] == [("А", "Олег"), ("В", None)]
    with pytest.raises(NotFound):
        tick_item(session, items[0].id, is_done=False, actor=desk.stranger, now=NOON)
    counts = card_counts(session, task_id, actor=desk.me)
    assert (counts.items, counts.items_done) == (2, 1)


def test_watchers_are_colleagues_and_told_of_outcomes(desk: Desk) -> None:
    session, task = desk.session, desk.task
    with pytest.raises(CannotWatch):
        add_watcher(session, task.id, employee_id=desk.stranger.person, actor=desk.me, now=NOON)
    for _ in range(2):
        add_watcher(session, task.id, employee_id=desk.head.person, actor=desk.me, now=NOON)
    assert desk.told(desk.head) == ["watching"]
    report = AttemptReport(form_key="k", version=task.version, outcome=Outcome.NO_ANSWER)
    record_attempt(session, task.id, report, actor=desk.colleague, now=NOON, lease=LEASE)
    assert desk.told(desk.head) == ["watching", "watched_outcome"]
    assert desk.told(desk.colleague) == []
    found = watching(session, task.id, actor=desk.head)
    assert found.do_i and [name for _, name in found.others] == ["Мария", "Олег"]
    unwatch_task(session, task.id, actor=desk.head, now=NOON)
    assert not watching(session, task.id, actor=desk.head).do_i


def test_links_are_seen_from_both_sides_by_who_sees_both(desk: Desk) -> None:
    session, given = desk.session, desk.given
    other = given.task(unit=desk.unit)
    hidden = given.task(unit=desk.foreign)

    def link(other_id: int, actor: Actor = desk.me) -> int:
        return link_tasks(session, desk.task.id, other_id=other_id, kind=LinkKind.BLOCKS,
                          actor=actor, now=NOON).id  # fmt: skip

    with pytest.raises(OtherTaskUnknown):
        link(hidden.id)
    with pytest.raises(LinkToItself):
        link(desk.task.id)
    link_id = link(other.id)
    with pytest.raises(AlreadyLinked):
        link_tasks(session, other.id, other_id=desk.task.id, kind=LinkKind.RELATED, actor=desk.me,
                   now=NOON)  # fmt: skip
    link(hidden.id, desk.head)
    (here,) = links_of(session, desk.task.id, actor=desk.me)
    (there,) = links_of(session, other.id, actor=desk.me)
    assert (here.task_id, here.is_from_here) == (other.id, True)
    assert (there.task_id, there.is_from_here) == (desk.task.id, False)
    assert len(links_of(session, desk.task.id, actor=desk.head)) == 2
    with pytest.raises(NotFound):
        unlink_tasks(session, link_id, actor=desk.stranger, now=NOON)
    unlink_tasks(session, link_id, actor=desk.me, now=NOON)
    assert links_of(session, other.id, actor=desk.me) == []


def test_priority_is_changed_by_who_dispatches_without_disturbing_who_works(desk: Desk) -> None:
    with pytest.raises(NotPermitted):
        change_priority(desk.session, desk.task.id, priority=1, actor=desk.me, now=NOON)
    with pytest.raises(PriorityImpossible):
        change_priority(desk.session, desk.task.id, priority=10, actor=desk.head, now=NOON)
    version = desk.task.version
    change_priority(desk.session, desk.task.id, priority=1, actor=desk.head, now=NOON)
    stored = desk.session.get_one(Task, desk.task.id, populate_existing=True)
    assert (stored.priority, stored.version) == (1, version)


# ---- history


def _all_pages(desk: Desk, limit: int, only: TimelineKind | None = None) -> list[Timeline]:
    pages = []
    key = None
    while True:
        page = timeline(desk.session, desk.task.id, only=only, before=key, limit=limit,
                        actor=desk.me, now=NOON)  # fmt: skip
        pages.append(page)
        key = page.next
        if key is None:
            return pages


def test_everything_is_one_list_and_pages_lose_nothing(desk: Desk, tmp_path: Path) -> None:
    session, task = desk.session, desk.task
    report = AttemptReport(form_key="k", version=task.version, outcome=Outcome.NO_ANSWER)
    record_attempt(session, task.id, report, actor=desk.colleague, now=NOON, lease=LEASE)
    for number in range(5):
        add_comment(session, task.id, text=f"№ {number}", actor=desk.me, now=NOON)
    document_id = _attach(desk, tmp_path)
    delete_document(session, document_id, actor=desk.me, now=NOON)
    change_priority(session, task.id, priority=1, actor=desk.head, now=NOON + timedelta(minutes=1))
    session.flush()
    whole = _all_pages(desk, 100)[0]
    assert [line.key for line in whole.lines] == sorted(
        (line.key for line in whole.lines), reverse=True
    )
    in_pieces = [line.key for page in _all_pages(desk, 2) for line in page.lines]
    assert in_pieces == [line.key for line in whole.lines]
    kinds = {kind: sum(len(page.lines) for page in _all_pages(desk, 3, kind))
             for kind in TimelineKind}  # fmt: skip
    assert kinds[TimelineKind.COMMENTS] == 5 and kinds[TimelineKind.RESULTS] == 1
    assert kinds[TimelineKind.DOCUMENTS] == 2
    assert sum(kinds.values()) == len(whole.lines)
    attempt = next(line for line in whole.lines if line.attempt is not None)
    assert attempt.entry is not None and attempt.entry.event == "AttemptRecorded"
    with pytest.raises(NotFound):
        timeline(session, task.id, actor=desk.stranger, now=NOON)
