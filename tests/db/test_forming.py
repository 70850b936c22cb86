"""Leads become work-lists: once each, appended to open ones, blocked clients left out (A10)."""

from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from campaigns.lifecycle import CampaignFinished
from campaigns.models import CampaignState
from core.access import Actor
from core.db import Database
from core.errors import NotFound, NotPermitted
from core.journal import history_of
from directory.clients.models import Client, ClientUnit, ContactRefusal, RefusalScope
from directory.staff.models import Role
from directory.units.models import Unit, UnitKind
from selections.models import Lead, SelectionRun
from tests.conftest import NOON, TOMORROW
from tests.given import Given
from worklists.closing import close_if_finished
from worklists.forming import Formed, form_work_lists
from worklists.judged_leads import is_already_in_work
from worklists.lifecycle import TaskState
from worklists.models.task import Task, TaskKind
from worklists.models.work_list import WorkList


@pytest.fixture
def given(session: Session) -> Given:
    return Given(session)


def form(given: Given, run: SelectionRun, unit: Unit, **values: object) -> Formed:
    options = {
        "campaign_id": given.campaign().id,
        "unit_id": unit.id,
        "actor": given.manager(unit),
        "now": NOON,
        "default_zone": "Asia/Omsk",
    }
    return form_work_lists(given.session, run.id, **(options | values))  # type: ignore[arg-type]


def tasks_of(session: Session, client: Client) -> list[Task]:
    return list(session.scalars(select(Task).where(Task.client_id == client.id).order_by(Task.id)))


def test_each_lead_becomes_a_task_and_each_client_a_work_list(given: Given) -> None:
    centre = given.unit("ЦФО", kind=UnitKind.CENTRE)
    unit = given.unit(parent=centre)
    client = given.client(unit=unit)
    run = given.run(unit, client)
    given.lead(run, client, given.asset(client), due_at=TOMORROW)

    formed = form(given, run, unit)

    assert formed == Formed(
        work_lists_new=1, work_lists_appended=0, tasks_new=2, already_in_work=0, blocked=0
    )
    work_list = given.session.scalars(select(WorkList)).one()
    assert work_list.centre_id == centre.id and work_list.closed_at is None
    plain, with_asset = tasks_of(given.session, client)
    assert plain.due_at == NOON and with_asset.due_at == TOMORROW
    assert {t.state for t in (plain, with_asset)} == {TaskState.PLANNED}
    assert plain.goal == given.campaign().goal and plain.priority == given.campaign().priority


def test_forming_writes_history(given: Given) -> None:
    unit = given.unit()
    client = given.client(unit=unit)
    form(given, given.run(unit, client), unit)
    (task,) = tasks_of(given.session, client)
    (entry,) = history_of(given.session, "task", task.id)
    assert (entry.event, entry.from_state, entry.to_state) == ("TaskAppended", None, "planned")
    (opened,) = history_of(given.session, "work_list", task.work_list_id)
    assert opened.event == "WorkListOpened"
    assert opened.details["campaign_id"] == task.campaign_id


def test_forming_twice_adds_nothing_and_says_so(given: Given) -> None:
    unit = given.unit()
    run = given.run(unit, given.client(unit=unit), given.client("Петров", unit=unit))
    form(given, run, unit)
    assert form(given, run, unit) == Formed(
        work_lists_new=0, work_lists_appended=0, tasks_new=0, already_in_work=2, blocked=0
    )


def test_a_client_with_an_open_work_list_gets_tasks_appended(given: Given) -> None:
    unit = given.unit()
    client = given.client(unit=unit)
    given.task(unit=unit, client=client, campaign=given.campaign("lost-clients"))
    formed = form(given, given.run(unit, client), unit)
    assert (formed.work_lists_new, formed.work_lists_appended, formed.tasks_new) == (0, 1, 1)


@pytest.mark.parametrize("state", [TaskState.DEFERRED, TaskState.ON_CONTROL])
def test_an_open_successor_means_already_in_work(given: Given, state: TaskState) -> None:
    unit = given.unit()
    client = given.client(unit=unit)
    work_list = given.work_list(unit, client)
    done = given.task(work_list, state=TaskState.DONE)
    given.task(work_list, kind=TaskKind.CALLBACK, predecessor_id=done.id, state=state)
    assert form(given, given.run(unit, client), unit).already_in_work == 1


def test_after_a_closed_work_list_a_new_one_is_opened(given: Given) -> None:
    unit = given.unit()
    client = given.client(unit=unit)
    given.work_list(unit, client, closed=True)
    assert form(given, given.run(unit, client), unit).work_lists_new == 1


def test_clients_who_may_not_be_called_are_left_out_and_counted(given: Given) -> None:
    unit = given.unit()
    refused, silent, cooling = (given.client(name, unit=unit) for name in "ABC")
    silent_phone = given.client("D", unit=unit, phone=None)
    cooling.cooling_off_until = NOON + timedelta(days=3)
    given.session.add(
        ContactRefusal(client_id=refused.id, scope=RefusalScope.ALL, source="import:1",
                       recorded_at=NOON)
    )  # fmt: skip
    given.session.flush()
    formed = form(given, given.run(unit, refused, silent, cooling, silent_phone), unit)
    assert (formed.tasks_new, formed.blocked, formed.work_lists_new) == (1, 3, 1)
    assert tasks_of(given.session, silent) and not tasks_of(given.session, refused)


def test_the_zone_is_the_clients_own_else_the_phones_else_the_units(given: Given) -> None:
    unit = given.unit()
    own = given.client(unit=unit, time_zone="Asia/Tokyo")
    by_phone = given.client(unit=unit, phone=None)
    given.phone(by_phone, "+73432345678", time_zone="Asia/Yekaterinburg")
    unknown = given.client(unit=unit)
    form(given, given.run(unit, own, by_phone, unknown), unit)
    zones = [tasks_of(given.session, client)[0].time_zone for client in (own, by_phone, unknown)]
    assert zones == ["Asia/Tokyo", "Asia/Yekaterinburg", "Asia/Omsk"]


def test_people_of_the_unit_see_the_clients_they_call(given: Given) -> None:
    unit, client = given.unit(), given.client()
    form(given, given.run(unit, client), unit)
    assert given.session.get(ClientUnit, (client.id, unit.id)) is not None


def test_only_the_ticked_leads_are_formed(given: Given) -> None:
    unit = given.unit()
    run = given.run(unit)
    ticked = given.lead(run, given.client("A", unit=unit))
    given.lead(run, given.client("B", unit=unit))
    assert form(given, run, unit, lead_ids=[ticked.id]).tasks_new == 1


def test_a_run_of_a_foreign_unit_is_not_found(given: Given) -> None:
    own, foreign = given.unit(), given.unit()
    run = given.run(foreign, given.client())
    with pytest.raises(NotFound):
        form(given, run, own)
    with pytest.raises(NotFound):
        form(given, given.run(own), foreign, actor=given.manager(own))


def test_a_finished_campaign_takes_no_leads_and_a_paused_one_does(given: Given) -> None:
    unit = given.unit()
    run = given.run(unit, given.client(unit=unit))
    given.campaign(state=CampaignState.FINISHED)
    with pytest.raises(CampaignFinished):
        form(given, run, unit)
    given.campaign(state=CampaignState.PAUSED)
    assert form(given, run, unit).tasks_new == 1


def test_an_operator_may_not_form(given: Given) -> None:
    unit = given.unit()
    operator = given.actor(given.employee(unit=unit, role=Role.OPERATOR), role=Role.OPERATOR)
    with pytest.raises(NotPermitted):
        form(given, given.run(unit), unit, actor=operator)


def test_the_number_of_statements_does_not_grow_with_the_leads(given: Given) -> None:
    unit = given.unit()
    actor = given.manager(unit)

    def statements(size: int) -> int:
        run = given.run(unit, *(given.client(str(number), unit=unit) for number in range(size)))
        seen: list[str] = []
        listen = lambda *args: seen.append(args[2])  # noqa: E731
        bind = given.session.connection().engine
        event.listen(bind, "before_cursor_execute", listen)
        form(given, run, unit, actor=actor, campaign_id=campaign_id)
        event.remove(bind, "before_cursor_execute", listen)
        return len(seen)

    campaign_id = given.campaign().id
    assert statements(2) == statements(40) <= 27


def test_a_client_is_found_in_work_by_the_index_of_clients(database: Database) -> None:
    """Without fresh statistics the index by unit looks as good, and is read once per lead."""
    if database.engine.dialect.name != "sqlite":
        return  # PostgreSQL's plan is the same, its words are not
    condition = is_already_in_work(1, 1, Lead.client_id.expression, Lead.asset_key.expression)
    query = (
        select(Lead.id)
        .where(condition)
        .compile(database.engine, compile_kwargs={"literal_binds": True})
    )
    with database.reading() as session:
        plan = [str(row[3]) for row in session.execute(text(f"EXPLAIN QUERY PLAN {query}"))]
    assert any("ix_tasks_client" in line for line in plan), plan


def test_two_tabs_that_form_at_once_make_one_work_list(database: Database) -> None:
    from threading import Barrier, Thread

    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        run = given.run(unit, *(given.client(str(number), unit=unit) for number in range(30)))
        actor: Actor = given.manager(unit)
        campaign_id = given.campaign().id
    ready, formed = Barrier(2), []

    def tab() -> None:
        ready.wait()
        with database.unit_of_work() as session:
            formed.append(
                form_work_lists(session, run.id, campaign_id=campaign_id, unit_id=unit.id,
                                actor=actor, now=NOON, default_zone="UTC")
            )  # fmt: skip

    threads = [Thread(target=tab) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result.tasks_new for result in formed) == [0, 30]
    assert sorted(result.already_in_work for result in formed) == [0, 30]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(WorkList)) == 30


def test_a_task_that_comes_while_forming_waits_is_not_made_twice(database: Database) -> None:
    from threading import Event, Thread
    from time import sleep

    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        client = given.client(unit=unit)
        run = given.run(unit, client)
        actor: Actor = given.manager(unit)
        campaign_id = given.campaign().id
    opened, formed = Event(), []

    def somebody() -> None:
        with database.unit_of_work() as session:
            given = Given(session)
            work_list = given.work_list(session.get_one(Unit, unit.id),
                                        session.get_one(Client, client.id))  # fmt: skip
            done = given.task(work_list, state=TaskState.DONE)
            given.task(work_list, kind=TaskKind.CALLBACK, predecessor_id=done.id)
            opened.set()
            sleep(0.5)

    def tab() -> None:
        opened.wait()
        with database.unit_of_work() as session:
            formed.append(
                form_work_lists(session, run.id, campaign_id=campaign_id, unit_id=unit.id,
                                actor=actor, now=NOON, default_zone="UTC")
            )  # fmt: skip

    threads = [Thread(target=step) for step in (somebody, tab)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert formed == [
        Formed(work_lists_new=0, work_lists_appended=0, tasks_new=0, already_in_work=1, blocked=0)
    ]


def test_a_work_list_with_an_open_task_does_not_close(given: Given) -> None:
    task = given.task()
    assert not close_if_finished(given.session, task.work_list_id, NOON)


def test_tasks_open_and_expire_as_the_campaign_says(given: Given) -> None:
    unit = given.unit()
    campaign = given.campaign()
    campaign.opens_after_days, campaign.expires_after_days = 2, 10
    clients = [given.client(name, unit=unit) for name in ("А", "Б")]
    run = given.run(unit, *clients)
    given.lead(run, clients[0], given.asset(clients[0]), due_at=NOON + timedelta(days=5))
    form(given, run, unit)
    # Days are those of Omsk, six hours ahead: they begin at 18:00 UTC.
    opens = NOON.replace(hour=18) + timedelta(days=1)
    tasks = given.session.scalars(select(Task)).all()
    assert {task.opens_at for task in tasks} == {opens}
    assert {task.expires_at for task in tasks} == {opens + timedelta(days=11)}
    assert {task.due_at for task in tasks} == {opens, NOON + timedelta(days=5)}
