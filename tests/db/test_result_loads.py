"""Files of results: attempts at the tasks that waited when the calls were made (A8, A13)."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from campaigns.models import Campaign, Outcome
from core.journal import JournalEntry
from directory.assets.mileage import last_reading
from directory.clients.models import Client, ContactPoint, ContactRefusal, ContactState
from tests.conftest import NOON
from tests.given import LEASE
from tests.loads_given import LoadingDesk, codes, counts
from worklists.attempt_journal import AttemptFilter, attempts_page
from worklists.lifecycle import TaskState
from worklists.models.attempt import Attempt
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import WorkList
from worklists.team import team
from worklists.undoing import undo_attempt

HEADINGS = ("Телефон", "ФИО", "VIN", "Дата звонка", "Результат", "Комментарий", "Оператор",
            "Дата следующего звонка", "Пробег", "Кампания")  # fmt: skip
PHONE = "8 916 123-45-67"
FORMED = NOON - timedelta(days=10)
"""8 March 2026, noon in Moscow."""


class CallRound:
    """A work-list given to somebody else to phone, and the rows that come back."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.desk = LoadingDesk(session, folder)
        self.session, self.given = session, self.desk.given
        self.client = self.given.client(unit=self.desk.unit)
        self.asset = self.given.asset(self.client)
        self.task = self.make_task()

    def make_task(self, **values: Any) -> Task:
        values = {"asset": self.asset, "client": self.client, "created_at": FORMED} | values
        return self.given.task(unit=self.desk.unit, due_at=FORMED, **values)

    def load(self, *rows: dict[str, Any]) -> Any:
        """Rows by heading; the phone is the client's unless another one is told."""
        cells = [
            [({"Телефон": PHONE} | row).get(heading, "") for heading in HEADINGS] for row in rows
        ]
        return self.desk.load("results", HEADINGS, *cells)

    def attempts(self) -> list[Attempt]:
        return list(self.session.scalars(select(Attempt).order_by(Attempt.at, Attempt.id)))


@pytest.fixture
def round_(session: Session, tmp_path: Path) -> CallRound:
    return CallRound(session, tmp_path)


def called(on: str, result: str, **cells: Any) -> dict[str, Any]:
    return {"Дата звонка": on, "Результат": result} | cells


def test_a_call_counts_from_its_own_moment_and_comes_once(round_: CallRound) -> None:
    row = called("16.03.2026 11:30", "Не дозвонились", Оператор="Колл-центр, Анна")
    assert counts(round_.load(row)) == {"new": 1}
    (attempt,) = round_.attempts()
    assert attempt.at == datetime(2026, 3, 16, 8, 30, tzinfo=UTC)
    assert (attempt.outcome, attempt.result_version_id) == (Outcome.NO_ANSWER, None)
    assert (attempt.caller, attempt.task_id) == ("Колл-центр, Анна", round_.task.id)
    assert attempt.employee_id == round_.desk.actor.person
    # The next try: two hours after the call.
    assert round_.task.state is TaskState.DEFERRED and round_.task.performer_id is None
    assert round_.task.due_at == attempt.at + timedelta(hours=2)
    entries = round_.session.scalars(
        select(JournalEntry).where(JournalEntry.event == "AttemptRecorded")
    ).all()
    assert [(one.at, one.actor[:7]) for one in entries] == [(NOON, "import:")]
    seen = AttemptFilter(since=FORMED, until=NOON)
    lines, _ = attempts_page(round_.session, seen, actor=round_.desk.actor)
    assert [line.employee for line in lines] == ["Колл-центр, Анна"]
    assert counts(round_.load(row)) == {"matched": 1} and len(round_.attempts()) == 1


def test_rows_are_taken_in_the_order_of_the_calls(round_: CallRound) -> None:
    rows = (
        called("17.03.2026 15:00", "Записан на сервис", Комментарий="на 20-е"),
        called("15.03.2026 10:00", "перезвонить", **{"Дата следующего звонка": "17.03.2026"}),
        called("14.03.2026 18:00", "занято"),
    )
    assert counts(round_.load(*rows)) == {"new": 3}
    first, second, third = round_.attempts()
    assert [one.outcome for one in (first, second, third)] == [
        Outcome.NO_ANSWER, Outcome.INTERVIEW, Outcome.INTERVIEW,
    ]  # fmt: skip
    callback = round_.session.get_one(Task, third.task_id)
    assert (callback.kind, callback.created_at) == (TaskKind.CALLBACK, second.at)
    assert callback.due_at == datetime(2026, 3, 17, 7, 0, tzinfo=UTC)
    assert callback.state is TaskState.ON_CONTROL
    assert (round_.task.finish, round_.task.closed_at) == (Finish.REPLACED, second.at)
    assert second.comment == "перезвонить" and third.comment == "на 20-е"
    assert counts(round_.load(*rows)) == {"matched": 3} and len(round_.attempts()) == 3


def test_the_hour_that_was_promised_is_kept(round_: CallRound) -> None:
    row = called("15.03.2026 10:00", "перезвонить",
                 **{"Дата следующего звонка": "25.03.2026 15:30"})  # fmt: skip
    assert counts(round_.load(row)) == {"new": 1}
    callback = round_.session.scalars(select(Task).where(Task.kind == TaskKind.CALLBACK)).one()
    assert callback.due_at == datetime(2026, 3, 25, 12, 30, tzinfo=UTC)


def test_a_day_without_a_time(round_: CallRound) -> None:
    rows = (called("16.03.2026", "нет ответа"), called("18.03.2026", "автоответчик"))
    assert counts(round_.load(*rows)) == {"new": 2}
    first, second = round_.attempts()
    assert first.at == datetime(2026, 3, 16, 9, 0, tzinfo=UTC) and second.at == NOON
    assert counts(round_.load(*rows)) == {"matched": 2}
    same_day = round_.given.client("Ким Ольга", unit=round_.desk.unit, phone="+79030000001")
    made_at = NOON - timedelta(hours=20)
    round_.make_task(client=same_day, asset=None, created_at=made_at)
    row = called("17.03.2026", "не берёт трубку", Телефон="8 903 000-00-01")
    assert counts(round_.load(row)) == {"new": 1}
    assert round_.attempts()[1].at == made_at  # not before there was something to call about


def test_what_a_result_causes_is_caused(round_: CallRound) -> None:
    rows = (called("16.03.2026 11:30", "Просил больше не звонить", Комментарий="сердит"),)
    assert counts(round_.load(*rows)) == {"new": 1}
    assert (round_.task.state, round_.task.finish) == (TaskState.DONE, Finish.REFUSED)
    refusal = round_.session.scalars(select(ContactRefusal)).one()
    assert refusal.reason == "сердит"
    client = round_.session.get_one(Client, round_.client.id)
    assert client.cooling_off_until == round_.attempts()[0].at + timedelta(days=30)


def test_the_number_that_was_called_is_the_one_found_wrong(round_: CallRound) -> None:
    second = round_.given.phone(round_.client, "+79030000002")
    row = called("16.03.2026 11:30", "Не тот номер", Телефон="8 903 000-00-02")
    unknown = called("16.03.2026 11:30", "Не тот номер", Телефон="8 903 000-00-03",
                     VIN=round_.asset.vin)  # fmt: skip
    told = round_.load(unknown)
    assert counts(told) == {"doubtful": 1} and codes(told) == [(2, "unknown_number")]
    assert counts(round_.load(row)) == {"new": 1}
    assert second.state is ContactState.WRONG
    first = round_.session.scalars(select(ContactPoint).where(ContactPoint.id != second.id)).one()
    assert first.state is not ContactState.WRONG
    # By the number that is known to be wrong the client is still the one who was called.
    assert counts(round_.load(row)) == {"matched": 1}


def test_one_of_our_people_who_called_is_the_one_who_called(round_: CallRound) -> None:
    anna = round_.given.employee("Сухова Анна Петровна", unit=round_.desk.unit)
    row = called("18.03.2026 11:30", "подумает", Оператор="Анна Петровна Сухова", Пробег="45 000",
                 **{"Дата следующего звонка": "25.03.2026"})  # fmt: skip
    assert counts(round_.load(row)) == {"new": 1}
    (attempt,) = round_.attempts()
    assert (attempt.employee_id, attempt.caller) == (anna.id, None)
    planned = round_.session.scalars(select(Task).where(Task.kind == TaskKind.CALLBACK)).one()
    assert (planned.performer_id, planned.state) == (anna.id, TaskState.DEFERRED)
    reading = last_reading(round_.session, round_.asset.id)
    assert reading is not None and (reading.km, reading.read_on) == (45_000, date(2026, 3, 18))


def test_calls_of_others_are_nobodys_work_of_today(round_: CallRound) -> None:
    round_.load(called("18.03.2026 11:30", "нет ответа"))
    day = NOON - timedelta(hours=9)
    head = round_.desk.actor
    lines = team(round_.session, actor=head, unit_id=None, now=NOON, day_began=day,
                 day_ends=day + timedelta(days=1))  # fmt: skip
    assert sum(line.attempts for line in lines) == 0


def test_whose_task_it_is_stays_theirs(round_: CallRound) -> None:
    petrov = round_.given.employee("Петров", unit=round_.desk.unit)
    round_.task.performer_id = petrov.id
    round_.session.flush()
    assert counts(round_.load(called("16.03.2026 11:30", "занято"))) == {"new": 1}
    assert (round_.task.performer_id, round_.task.state) == (petrov.id, TaskState.DEFERRED)


def test_nothing_is_recorded_over_somebodys_hands(round_: CallRound) -> None:
    held = round_.given.client("Ким Ольга", unit=round_.desk.unit, phone="+79030000001")
    round_.make_task(client=held, asset=None, state=TaskState.IN_WORK,
                     performer=round_.desk.actor)  # fmt: skip
    watched = round_.given.client("Ли Анна", unit=round_.desk.unit, phone="+79030000004")
    round_.make_task(client=watched, asset=None, state=TaskState.ON_CONTROL,
                     control_at=NOON + timedelta(days=1))  # fmt: skip
    told = round_.load(
        called("16.03.2026 11:30", "занято", Телефон="8 903 000-00-01"),
        called("16.03.2026 11:30", "занято", Телефон="8 903 000-00-04"),
    )
    assert counts(told) == {"blocked": 2}
    assert codes(told) == [(2, "in_hand"), (3, "on_control")] and not round_.attempts()


def test_a_call_belongs_to_the_task_that_waited_then(round_: CallRound) -> None:
    employee = round_.given.employee(unit=round_.desk.unit)
    round_.given.attempt(round_.task, employee, at=NOON - timedelta(days=1))
    done = round_.given.client("Ли Анна", unit=round_.desk.unit, phone="+79030000004")
    round_.make_task(client=done, asset=None, state=TaskState.DONE, finish=Finish.GOAL_REACHED,
                     closed_at=NOON - timedelta(days=1))  # fmt: skip
    round_.given.client("Ким Ольга", unit=round_.desk.unit, phone="+79030000001")
    told = round_.load(
        called("16.03.2026 11:30", "занято"),
        called("01.03.2026 11:30", "занято"),
        called("16.03.2026 11:30", "занято", Телефон="8 903 000-00-04"),
        called("16.03.2026 11:30", "занято", Телефон="8 903 000-00-01"),
        called("16.03.2026 11:30", "занято", Телефон="8 903 000-00-09"),
        called("19.03.2026 11:30", "занято"),
        called("", "занято"),
    )
    assert counts(told) == {"skipped": 3, "doubtful": 2, "invalid": 2}
    assert codes(told) == [
        (2, "older_news"), (3, "before_task"), (4, "closed_since"), (5, "no_task"),
        (6, "unknown_client"), (7, "in_future"), (8, "missing_value"),
    ]  # fmt: skip
    assert len(round_.attempts()) == 1


def test_of_several_tasks_the_row_says_which(round_: CallRound) -> None:
    other = round_.given.asset(round_.client)
    work_list = round_.session.get_one(WorkList, round_.task.work_list_id)
    second = round_.given.task(work_list, asset=other, campaign=round_.given.campaign("recall"),
                               created_at=FORMED)  # fmt: skip
    told = round_.load(
        called("16.03.2026 11:30", "занято"),
        called("16.03.2026 11:31", "занято", VIN=other.vin),
        called("16.03.2026 11:32", "занято", Кампания="Подошло время ТО"),
        called("16.03.2026 11:33", "занято", Кампания="Неизвестная"),
    )
    assert counts(told) == {"doubtful": 2, "new": 2}
    assert codes(told) == [(2, "several_tasks"), (5, "not_known")]
    assert {one.task_id for one in round_.attempts()} == {round_.task.id, second.id}


def test_a_campaign_of_last_year_may_have_the_same_name(round_: CallRound) -> None:
    this_years = round_.session.get_one(Campaign, round_.task.campaign_id)
    last_years = round_.given.campaign("recall")
    row = called("16.03.2026 11:30", "занято", Кампания="Подошло время ТО")
    this_years.name = last_years.name = "Подошло время ТО"
    for campaign in (this_years, last_years):
        round_.task.campaign_id = campaign.id
        round_.session.flush()
        with round_.session.begin_nested() as undone:
            assert counts(round_.load(row)) == {"new": 1}
            assert counts(round_.load(row)) == {"matched": 1}
            undone.rollback()


def test_what_is_wrong_is_told_with_its_cell(round_: CallRound) -> None:
    round_.given.mileage(round_.asset, 50_000, read_on=date(2026, 3, 1))
    told = round_.load(
        called("15.03.2026 10:00", "Дозвонились"),
        called("15.03.2026 10:01", "не дозвонюсь"),
        called("15.03.2026 10:02", "перезвонить"),
        called("15.03.2026 10:03", "записан, машина продана"),
        called("15.03.2026 10:04", "занято", Пробег="40000"),
    )
    assert counts(told) == {"invalid": 4, "new": 1}
    assert [(one.row, one.column, one.code.value) for one in told.errors] == [
        (2, "Результат", "unknown_result"), (3, "Результат", "unknown_result"),
        (4, "", "missing_value"), (5, "Результат", "unknown_result"), (6, "Пробег", "not_taken"),
    ]  # fmt: skip
    talked, near, _, both, _ = (one.value.split("|") for one in told.errors)
    assert talked[0] == "Дозвонились" and "Жалоба" in talked[1:]
    assert near[0] == "не дозвонюсь" and "не дозвонились" in near[1:]
    assert both[1:] == ["Клиент записан на сервис во время звонка", "Автомобиль продан"]


def test_what_a_person_took_back_is_not_loaded_again(round_: CallRound) -> None:
    row = called("16.03.2026 11:30", "отказ")
    round_.load(row)
    (attempt,) = round_.attempts()
    undo_attempt(round_.session, attempt.id, actor=round_.desk.actor,
                 now=NOON + timedelta(minutes=5), lease=LEASE)  # fmt: skip
    assert round_.task.state is TaskState.PLANNED
    told = round_.load(row)
    assert counts(told) == {"blocked": 1} and codes(told) == [(2, "taken_back")]


def test_a_refusal_learned_meanwhile_forbids_no_record(round_: CallRound) -> None:
    round_.session.add(
        ContactRefusal(client_id=round_.client.id, scope="all", reason="", source="employee:1",
                       recorded_at=NOON)
    )  # fmt: skip
    round_.session.flush()
    assert counts(round_.load(called("16.03.2026 11:30", "занято"))) == {"new": 1}


def test_a_task_handed_on_is_the_one_that_waited(round_: CallRound) -> None:
    round_.task.state, round_.task.closed_at = TaskState.REDIRECTED, NOON - timedelta(hours=5)
    round_.task.finish = Finish.REDIRECTED
    work_list = round_.session.get_one(WorkList, round_.task.work_list_id)
    successor = round_.given.task(work_list, asset=round_.asset, redirected_from_id=round_.task.id,
                                  created_at=NOON - timedelta(hours=5))  # fmt: skip
    assert counts(round_.load(called("16.03.2026 11:30", "занято"))) == {"new": 1}
    assert round_.attempts()[0].task_id == successor.id


def test_what_is_known_is_looked_up_for_all_rows_at_once(round_: CallRound) -> None:
    rows = []
    for number in range(30):
        client = round_.given.client(f"Клиент {number}", unit=round_.desk.unit,
                                     phone=f"+790300001{number:02}")  # fmt: skip
        round_.make_task(client=client, asset=None)
        phone = f"8 903 000-01-{number:02}"
        rows.append(called("16.03.2026 11:30", "занято", Телефон=phone))
    assert counts(round_.load(*rows)) == {"new": 30}
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    engine = round_.session.get_bind()
    asked = []
    for known in (rows[:2], rows):
        event.listen(engine, "before_cursor_execute", note)
        assert counts(round_.load(*known)) == {"matched": len(known)}
        event.remove(engine, "before_cursor_execute", note)
        asked.append(len(statements))
        statements.clear()
    assert asked[0] == asked[1] < 40
