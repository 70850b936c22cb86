"""What a newcomer stumbled over in the card: numbers, one call in hand, who asks (A12-A16)."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.models import Outcome
from directory.clients.models import Client, ContactPoint, ContactState
from directory.staff.models import Employee
from directory.units.models import Unit, UnitKind
from tests.given import Given
from tests.web.test_tasks import BrowserOf
from worklists.lifecycle import TaskState
from worklists.models.task import Task, TaskKind
from worklists.models.work_list import Involvement
from worklists.my_queue import Place, place_of
from worklists.offered import bookable_and_units


@pytest.fixture
def unit(prepared: Given) -> Unit:
    return prepared.unit("Сервис Север")


@pytest.fixture
def me(prepared: Given, unit: Unit) -> Employee:
    return prepared.employee("Ирина Полякова", unit=unit)


@pytest.fixture
def client(prepared: Given, unit: Unit) -> Client:
    return prepared.client("Соколова Марина", unit=unit)


@pytest.fixture
def task(prepared: Given, unit: Unit, client: Client) -> Task:
    return prepared.task(unit=unit, client=client)


def _spoil(given: Given, client: Client) -> None:
    first = given.session.scalars(
        select(ContactPoint).where(ContactPoint.client_id == client.id)
    ).one()
    first.state = ContactState.WRONG


def test_the_first_number_that_may_be_called_is_the_main_one(
    prepared: Given, me: Employee, client: Client, task: Task, browser_of: BrowserOf
) -> None:
    _spoil(prepared, client)
    good = prepared.phone(client, "+79160000002", rank=2)
    page = browser_of(me).read(f"/tasks/{task.id}")
    main = page[page.index('class="phone-main') : page.index("phone-alt phone-off")]
    assert "tel:+79160000002" in main and "Позвонить" in main
    assert "tel:+79161234567" not in page
    options = page[page.index('id="contact_point_id"') :]
    assert options[options.index("<option") :].startswith(f'<option value="{good.id}"')


def test_without_such_a_number_the_card_says_where_to_mend_it(
    prepared: Given, me: Employee, client: Client, task: Task, browser_of: BrowserOf
) -> None:
    _spoil(prepared, client)
    page = browser_of(me).read(f"/tasks/{task.id}")
    assert "Звонить некуда: исправьте номер в карточке клиента" in page
    assert "btn-call" not in page and 'type="hidden" name="contact_point_id"' not in page


def test_the_next_client_gives_the_unfinished_call_back(
    prepared: Given, unit: Unit, me: Employee, task: Task, browser_of: BrowserOf
) -> None:
    other = prepared.task(unit=unit, client=prepared.client("Зайцев Тимур", unit=unit))
    browser = browser_of(me)
    browser.post(f"/tasks/{task.id}/claim")
    browser.post("/queue/next")
    with Session(prepared.session.get_bind()) as session:
        assert session.get_one(Task, other.id).state is TaskState.IN_WORK
        assert session.get_one(Task, task.id).state is TaskState.PLANNED
    browser.post("/queue/next")
    for board in ("/stages", "/my"):
        assert 'action="/queue/next"' in browser.read(board)


def test_a_department_sees_whom_to_call_and_what_the_client_had_said(
    prepared: Given, unit: Unit, me: Employee, client: Client, task: Task, browser_of: BrowserOf
) -> None:
    parts = prepared.unit("Отдел качества")
    checker = prepared.employee("Олег Жданов", unit=parts)
    said = prepared.attempt(task, me, outcome=Outcome.INTERVIEW)
    said.comment = "Жалуется на качество ремонта"
    asked = prepared.task(unit=parts, client=client, kind=TaskKind.EXTRA)
    prepared.session.add(
        Involvement(
            from_work_list_id=task.work_list_id, from_task_id=task.id,
            to_work_list_id=asked.work_list_id, to_task_id=asked.id,
            asked_by=me.id, asked_at=prepared.now,
        )
    )  # fmt: skip
    page = browser_of(checker).read(f"/tasks/{asked.id}")
    assert "Просит Ирина Полякова, Сервис Север" in page
    assert page.count("Жалуется на качество ремонта") == 2
    assert "tel:+79161234567" in page
    assert f'href="/tasks/{task.id}"' not in page


def test_what_was_only_taken_keeps_its_place(
    prepared: Given, unit: Unit, me: Employee, task: Task
) -> None:
    actor = prepared.actor(me, units=[unit])
    now = prepared.now + timedelta(days=2)

    def place() -> Place:
        return place_of(task, actor=actor, now=now)

    before = place()
    task.state, task.performer_id = TaskState.IN_WORK, me.id
    assert place() == before
    assert before.group == 0


def test_own_centre_comes_first_and_no_city_is_mixed_with_another(prepared: Given) -> None:
    east, north, south = (
        prepared.unit(name, kind=UnitKind.CENTRE) for name in ("Восток", "Север", "Юг")
    )
    mine = prepared.unit("Сервис", parent=north)
    prepared.unit("А-цех", kind=UnitKind.WORKSHOP, parent=south)
    prepared.unit("В-цех", kind=UnitKind.WORKSHOP, parent=south)
    prepared.unit("Б-цех", kind=UnitKind.WORKSHOP, parent=east)
    prepared.unit("Я-цех", kind=UnitKind.WORKSHOP, parent=north)
    workshops, units, _planned = bookable_and_units(prepared.session, near_id=mine.id)
    assert [name for _id, name in workshops] == ["Я-цех", "Б-цех", "А-цех", "В-цех"]
    assert units == workshops
