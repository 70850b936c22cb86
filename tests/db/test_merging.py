"""Two cards of one client become one with all work, and two again (A8)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import UniqueConstraint, func, select
from sqlalchemy.orm import Session

from campaigns.models import Outcome
from core.access import Actor
from core.db import Database
from core.errors import NotFound, NotPermitted
from core.journal import JournalEntry
from directory.clients.card import get_client
from directory.clients.contact_points import ContactOfAnother, get_contact_point
from directory.clients.editing import ClientChanged
from directory.clients.merge_rows import ONE_PER_CLIENT, references_to
from directory.clients.merging import (
    KeyTaken,
    MergedOn,
    SameClient,
    kept_instead_of,
)
from directory.clients.models import Client, ContactPoint, ContactState
from directory.clients.search import search_clients
from directory.units.models import Unit
from directory.visits.models import Visit
from importers.matching import RowKeys, match_rows
from selections.models import Lead
from tests.conftest import NOON
from tests.given import LEASE, Given
from tests.merging_given import Doubles, whole_database
from worklists.attempts import AttemptReport, record_attempt
from worklists.lifecycle import TaskState
from worklists.merging.holding import BothOnTheLine, measure_both
from worklists.merging.late import gather_late_rows
from worklists.merging.merge import merge_clients
from worklists.merging.undo import undo_merge
from worklists.models.attempt import Attempt, ServiceRequest
from worklists.models.task import Finish, Task
from worklists.models.work_list import WorkList
from worklists.queue import take_task


@pytest.fixture
def two(session: Session) -> Doubles:
    return Doubles(Given(session))


LATER = NOON + timedelta(hours=1)


def test_everything_of_the_double_is_the_kept_clients(two: Doubles, session: Session) -> None:
    task = two.busy_double()
    sums = [session.scalar(select(func.count()).select_from(one)) for one in (Task, Attempt, Visit)]
    merge = two.merge()

    assert two.double.merged_into_id == two.kept.id
    of_double = {
        one.table.name
        for one in references_to("clients")
        if session.scalar(
            select(func.count()).select_from(one.table).where(one.column == two.double.id)
        )
    }
    assert of_double == {"work_lists"}  # the one that was poured out
    poured = session.scalars(select(WorkList).where(WorkList.client_id == two.double.id)).one()
    assert poured.closed_at == NOON and poured.merged_into_id == task.work_list_id
    assert sums == [
        session.scalar(select(func.count()).select_from(one)) for one in (Task, Attempt, Visit)
    ]
    kept = two.kept
    assert (kept.tax_id, kept.birth_on) == ("770012345678", date(1980, 5, 6))
    assert (kept.external_key, two.double.external_key) == (f"K{two.double.id}", None)
    assert kept.cooling_off_until == NOON + timedelta(days=2)
    assert kept.note == "Звонить после 18"
    numbers = select(ContactPoint.value).where(ContactPoint.client_id == kept.id)
    found = session.scalars(numbers.order_by(ContactPoint.rank)).all()
    assert found == ["+79161234567", "+79035556677"]
    assert merge.moved["tasks"] == 4 and merge.moved["visits"] == 1


def test_the_same_work_that_stood_twice_goes_on_once(two: Doubles, session: Session) -> None:
    mine = two.given.task(unit=two.service, client=two.kept)
    theirs = two.given.task(unit=two.service, client=two.double, state=TaskState.DEFERRED)
    two.merge()
    session.refresh(mine)
    assert (mine.state, mine.finish, mine.closed_by_id) == (
        TaskState.CANCELLED, Finish.DUPLICATE, None,
    )  # fmt: skip
    assert theirs.state is TaskState.DEFERRED and theirs.work_list_id == mine.work_list_id
    told = session.scalars(
        select(JournalEntry.event).where(
            JournalEntry.subject == "task", JournalEntry.subject_id == mine.id
        )
    ).all()
    assert told == ["TaskFoundTwice"]


def test_undone_at_once_everything_is_as_it_was(two: Doubles, session: Session) -> None:
    two.busy_double()
    two.given.task(unit=two.sales, client=two.kept)  # on control there: a twin with another asset
    measure_both(session, two.kept.id, two.double.id)
    before = whole_database(session)
    merge = two.merge()
    assert whole_database(session) != before
    undo_merge(session, merge.id, actor=two.head, now=LATER)
    assert whole_database(session) == before
    assert merge.stayed == 0 and merge.came_back
    again = undo_merge(session, merge.id, actor=two.head, now=LATER)
    assert again is merge and whole_database(session) == before


def test_merged_twice_is_merged_once(two: Doubles, session: Session) -> None:
    two.busy_double()
    merge = two.merge()
    after = whole_database(session)
    assert two.merge() is merge
    assert whole_database(session) == after


def test_a_double_is_never_found_again(two: Doubles, session: Session) -> None:
    two.busy_double()
    two.double.name_norm = "иванов и. и."
    session.flush()
    two.merge()
    for query in ("Иванов", "+79161234567", "5556677"):
        hits = search_clients(session, query, actor=two.head).hits
        assert [hit.client_id for hit in hits] == [two.kept.id], query
    with pytest.raises(NotFound):
        get_client(session, two.double.id, actor=two.head)
    assert kept_instead_of(session, two.double.id, actor=two.head) == two.kept.id
    stranger = two.given.manager(two.given.unit("Чужие"))
    assert kept_instead_of(session, two.double.id, actor=stranger) is None
    phone = RowKeys(row_no=1, name=None, phones=("+79161234567",), vin=None, plate=None,
                    external_key=None)  # fmt: skip
    assert match_rows(session, [phone], unit_id=two.service.id)[0].client_id == two.kept.id


def test_a_file_that_names_the_double_means_the_kept_client(two: Doubles, session: Session) -> None:
    two.kept.external_key, two.double.external_key = "KEPT", "DOUBLE"
    two.double.name_norm = "иванов и. и."
    session.flush()
    two.merge()
    assert two.double.external_key == "DOUBLE"
    row = RowKeys(row_no=1, name="иванов и. и.", phones=(), vin=None, plate=None,
                  external_key="DOUBLE")  # fmt: skip
    assert match_rows(session, [row], unit_id=two.service.id)[0].client_id == two.kept.id


def test_what_was_done_since_stays_with_the_kept_client(two: Doubles, session: Session) -> None:
    task = two.busy_double()
    quiet = two.given.task(two.list_of(task), campaign=two.given.campaign("lost-clients"))
    merge = two.merge()
    assert task.finish is Finish.DUPLICATE
    two.kept.cooling_off_until = None
    session.flush()
    take_task(session, quiet.id, actor=two.manager, now=NOON, lease=LEASE)
    report = AttemptReport(
        outcome=Outcome.NO_ANSWER, result_code_id=two.given.code_id("busy"), form_key="one",
        version=quiet.version,
    )  # fmt: skip
    record_attempt(session, quiet.id, report, actor=two.manager, now=NOON, lease=LEASE)

    undo_merge(session, merge.id, actor=two.head, now=LATER)
    session.expire_all()
    assert quiet.client_id == two.kept.id and merge.stayed
    called = session.scalars(select(Attempt).where(Attempt.task_id == quiet.id)).one()
    assert called.client_id == two.kept.id
    assert (task.client_id, task.state) == (two.double.id, TaskState.PLANNED)
    assert two.list_of(task).client_id == two.double.id
    assert two.list_of(quiet).client_id == two.kept.id
    assert_every_row_has_one_client(session)


def test_what_the_clock_did_does_not_keep_a_task(two: Doubles, session: Session) -> None:
    task = two.given.task(unit=two.sales, client=two.double, state=TaskState.DEFERRED)
    merge = two.merge()
    session.add(JournalEntry(at=NOON, actor="scheduler", subject="task", subject_id=task.id,
                             event="TaskReturned", details={}))  # fmt: skip
    task.state = TaskState.PLANNED
    session.flush()
    undo_merge(session, merge.id, actor=two.head, now=LATER)
    session.refresh(task)
    assert task.client_id == two.double.id and task.state is TaskState.PLANNED


def test_a_work_list_that_went_over_whole_comes_back_whole_or_not_at_all(
    two: Doubles, session: Session
) -> None:
    worked = two.given.task(unit=two.sales, client=two.double)
    quiet = two.given.task(two.list_of(worked), campaign=two.given.campaign("lost-clients"))
    alone = two.given.task(two.given.work_list(two.workshop, two.double), state=TaskState.DEFERRED)
    booked = two.given.booking(quiet, two.workshop, two.person)
    merge = two.merge()
    take_task(session, worked.id, actor=two.head, now=NOON, lease=LEASE)
    undo_merge(session, merge.id, actor=two.head, now=LATER)
    session.expire_all()
    stayed = [worked, quiet, booked, two.list_of(worked)]
    assert {one.client_id for one in stayed} == {two.kept.id}
    assert {one.client_id for one in (alone, two.list_of(alone))} == {two.double.id}
    assert get_client(session, two.kept.id, actor=two.head)
    assert_every_row_has_one_client(session)


@pytest.mark.parametrize("first", [0, 1])
def test_two_doubles_come_back_in_any_order(two: Doubles, session: Session, first: int) -> None:
    two.busy_double()
    third = two.given.client("Иванов", unit=two.service, phone="+79035556677")
    two.given.task(unit=two.service, client=third, campaign=two.given.campaign("lost-clients"))
    two.given.task(unit=two.workshop, client=third)
    for one in (two.double, third):
        measure_both(session, two.kept.id, one.id)
    before = whole_database(session)
    merges = [two.merge()]
    versions = {"kept_version": two.version_of(two.kept), "double_version": two.version_of(third)}
    merges.append(
        merge_clients(session, two.kept.id, third.id, **versions, actor=two.head, now=LATER)
    )
    for one in (merges[first], merges[1 - first]):
        undo_merge(session, one.id, actor=two.head, now=LATER)
        assert_every_row_has_one_client(session)
    after = whole_database(session)
    assert after["tasks"] == before["tasks"] and after["work_lists"] == before["work_lists"]
    assert {name for name in before if after[name] != before[name]} <= {"contact_points"}


def test_an_undo_that_cannot_be_says_why(two: Doubles, session: Session) -> None:
    two.double.external_key = "OLD"
    session.flush()
    merge = two.merge()
    assert two.kept.external_key == "OLD"
    two.kept.external_key = "NEW"
    session.flush()
    another = two.given.client("Петров", unit=two.service, phone=None)
    another.external_key = "OLD"
    session.flush()
    with pytest.raises(KeyTaken) as taken:
        undo_merge(session, merge.id, actor=two.head, now=LATER)
    assert taken.value.client_id == another.id

    third = two.given.client("Иванов", unit=two.service, phone=None)
    on = merge_clients(
        session, third.id, two.kept.id, kept_version=1,
        double_version=two.version_of(two.kept), actor=two.head, now=LATER,
    )  # fmt: skip
    session.expire_all()
    assert two.double.merged_into_id == third.id  # never a chain
    with pytest.raises(MergedOn) as merged:
        undo_merge(session, merge.id, actor=two.head, now=LATER)
    assert merged.value.into_id == third.id
    undo_merge(session, on.id, actor=two.head, now=LATER)
    session.expire_all()
    assert two.double.merged_into_id == two.kept.id
    another.external_key = None
    session.flush()
    undo_merge(session, merge.id, actor=two.head, now=LATER)
    session.expire_all()
    assert (two.double.external_key, two.kept.external_key) == ("OLD", "NEW")


def test_who_may_merge_what(two: Doubles, session: Session) -> None:
    with pytest.raises(SameClient):
        merge_clients(session, two.kept.id, two.kept.id, kept_version=1, double_version=1,
                      actor=two.head, now=NOON)  # fmt: skip
    with pytest.raises(ClientChanged):
        two.merge(double=7)
    foreign = two.given.client("Чужой", unit=two.given.unit("Чужие"), phone=None)
    with pytest.raises(NotFound):
        merge_clients(session, two.kept.id, foreign.id, kept_version=1, double_version=1,
                      actor=two.head, now=NOON)  # fmt: skip
    two.head = Actor(key="employee:1", employee_id=1, unit_ids=two.head.unit_ids)
    with pytest.raises(NotPermitted):
        two.merge()


def test_nobody_talks_to_one_client_twice(two: Doubles) -> None:
    for client in (two.kept, two.double):
        task = two.given.task(unit=two.sales, client=client, state=TaskState.IN_WORK,
                              performer=two.manager)  # fmt: skip
    with pytest.raises(BothOnTheLine):
        two.merge()
    task.state, task.lease_until = TaskState.PLANNED, None
    two.merge()


def test_a_number_of_both_keeps_what_either_said(two: Doubles, session: Session) -> None:
    mine, theirs = (
        session.get_one(ContactPoint, two.point_of(one)) for one in (two.kept, two.double)
    )
    theirs.do_not_contact, theirs.state, theirs.label = True, ContactState.CONFIRMED, "жена"
    session.flush()
    former = theirs.id
    merge = two.merge()
    session.refresh(mine)
    assert (mine.do_not_contact, mine.state, mine.label) == (True, ContactState.CONFIRMED, "жена")
    mine.label = "сестра"
    session.flush()
    assert get_contact_point(session, former, client_id=two.kept.id) is mine
    undo_merge(session, merge.id, actor=two.head, now=LATER)
    with pytest.raises(ContactOfAnother):
        get_contact_point(session, former, client_id=two.kept.id)
    session.refresh(mine)
    assert (mine.do_not_contact, mine.label) == (False, "сестра")


def test_each_table_that_knows_a_client_has_its_way_into_a_merge() -> None:
    """A new table takes part by itself, unless a client may stand in it only once."""
    unique = set()
    for one in references_to("clients"):
        keys = [set(index.columns) for index in one.table.indexes if index.unique]
        keys += [set(c.columns) for c in one.table.constraints if isinstance(c, UniqueConstraint)]
        if any(one.column in columns for columns in (*keys, set(one.table.primary_key))):
            unique.add(one.table.name)
    assert unique == ONE_PER_CLIENT


def test_what_a_double_gets_later_goes_on_to_the_kept_client(database: Database) -> None:
    with database.unit_of_work() as session:
        two = Doubles(Given(session))
        third = two.given.client("Иванов", unit=two.service, phone=None).id
        two.given.task(unit=two.service, client=two.kept)
        first = two.merge().id
        merge_clients(
            session, third, two.kept.id, kept_version=1,
            double_version=two.version_of(two.kept), actor=two.head, now=NOON,
        )  # fmt: skip
        double_id, unit_id = two.double.id, two.service.id
        two.double.birth_on = date(1980, 5, 1)
        session.get_one(Client, third).birth_on = None
    with database.unit_of_work() as session:
        late = Given(session)
        double = session.get_one(Client, double_id)
        task = late.task(unit=session.get_one(Unit, unit_id), client=double)
        late.phone(double, "+79160000001")
    assert gather_late_rows(database, lambda _session: LATER) == 2
    assert gather_late_rows(database, lambda _session: LATER) == 0
    with database.unit_of_work() as session:
        moved = session.get_one(Task, task.id)
        assert (moved.client_id, moved.finish) == (third, Finish.DUPLICATE)
        assert session.get_one(Client, double_id).merged_into_id == third
        assert session.get_one(Client, third).birth_on is None, "the card is a person's since"
        number = select(ContactPoint.client_id).where(ContactPoint.value == "+79160000001")
        assert session.scalars(number).one() == third
        assert_every_row_has_one_client(session)
        with pytest.raises(MergedOn):
            undo_merge(session, first, actor=two.head, now=LATER)


def assert_every_row_has_one_client(session: Session) -> None:
    """A task has the client of its work-list; what hangs on a task has the task's."""
    lists = dict(session.execute(select(WorkList.id, WorkList.client_id)).all())
    tasks = {task.id: task for task in session.scalars(select(Task))}
    for task in tasks.values():
        assert lists[task.work_list_id] == task.client_id
    for attempt in session.scalars(select(Attempt)):
        assert tasks[attempt.task_id].client_id == attempt.client_id
    for request in session.scalars(select(ServiceRequest)):
        task = tasks[request.task_id]
        assert (request.client_id, request.work_list_id) == (task.client_id, task.work_list_id)
    for lead in session.scalars(select(Lead)):
        assert session.get_one(Client, lead.client_id).merged_into_id is None
