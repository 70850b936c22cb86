"""The outbox: written with its cause, sent once by a real mail server, tried again, given up."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Database
from core.mail import smtp_sender
from core.outbox import MOST_TRIES, OutboxMessage, enqueue, forget_settled, send_due
from core.settings import Settings
from directory.staff.models import Employee
from tests.conftest import NOON
from tests.given import Given
from tests.smtp import MailServer, mail_server
from webui.notification_mail import notification_way
from worklists.card.mail_choices import MAIL_KIND, MailAddressInvalid, choose_mail
from worklists.lifecycle import TaskState
from worklists.models.task import TaskKind
from worklists.notifications import mark_seen
from worklists.notifications_sent import notify
from worklists.sweeps import return_deferred


class Hand:
    """A clock that a test moves."""

    now: datetime = NOON + timedelta(minutes=2)

    def __call__(self, _session: Session) -> datetime:
        return self.now


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


Send = Callable[[], int]


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def send(database: Database, settings: Settings, mails: MailServer, clock: Hand) -> Send:
    mailing = replace(settings, smtp_host="127.0.0.1", smtp_port=mails.port, smtp_security="none",
                      mail_from="prozvon@example.org",
                      public_url="https://calls.example.org")  # fmt: skip
    ways = {MAIL_KIND: notification_way(mailing, smtp_sender(mailing))}
    return lambda: send_due(database, clock, ways=ways)


def _tell(database: Database, *, kinds: tuple[str, ...] = ("task_given",)) -> Employee:
    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        employee = given.employee("Ирина Полякова", unit=unit)
        actor = given.actor(employee)
        choose_mail(session, address="ira@example.org", kinds=kinds, actor=actor, now=NOON)
        task = given.task(unit=unit)
        for _ in range(2):
            notify(session, employee.id, kind="task_given", task_id=task.id,
                   work_list_id=task.work_list_id, occasion="given:1", now=NOON)  # fmt: skip
        return employee


def _message(database: Database) -> OutboxMessage:
    with database.reading() as session:
        return session.scalars(select(OutboxMessage)).one()


def test_a_notification_goes_out_once_without_the_client(
    database: Database, send: Send, mails: MailServer
) -> None:
    _tell(database)
    assert send() == 1
    assert send() == 0
    (mail,) = mails.mails
    assert mail["To"] == "ira@example.org" and mail["From"] == "prozvon@example.org"
    assert mail["Subject"].startswith("Вам поставили задачу: задача № ")
    text = mail.get_content()
    assert "https://calls.example.org/tasks/" in text
    assert "Иванов" not in text and "+7916" not in text
    assert _message(database).sent_at is not None


def test_who_does_not_want_it_or_has_seen_it_gets_none(
    database: Database, send: Send, mails: MailServer
) -> None:
    employee = _tell(database, kinds=("control_due",))
    with database.unit_of_work() as session:
        assert session.scalars(select(OutboxMessage)).all() == []
        given = Given(session)
        actor = given.actor(session.get_one(Employee, employee.id))
        choose_mail(session, address="ira@example.org", kinds=["task_given"], actor=actor, now=NOON)
        task = given.task(unit=given.unit())
        notify(session, employee.id, kind="task_given", task_id=task.id,
               work_list_id=task.work_list_id, occasion="given:2", now=NOON)  # fmt: skip
        mark_seen(session, up_to=10**6, actor=actor, now=NOON)
    assert send() == 1
    assert mails.mails == [] and _message(database).failure == "not_wanted"


def test_a_server_that_is_down_is_asked_again_and_the_message_id_stays(
    database: Database, send: Send, mails: MailServer, clock: Hand
) -> None:
    _tell(database)
    mails.refuse_with = "451 later"
    assert send() == 1
    assert _message(database).failure == "smtp_451"
    assert send() == 0, "not before its pause is over"
    mails.refuse_with = ""
    clock.now += timedelta(minutes=6)
    assert send() == 1
    assert _message(database).tries == 2
    assert mails.mails[0]["Message-ID"].endswith("@example.org>")


def test_what_is_refused_for_good_is_dead_at_once(
    database: Database, send: Send, mails: MailServer
) -> None:
    _tell(database)
    mails.refuse_with = "550 no such mailbox"
    assert send() == 1
    found = _message(database)
    assert found.dead_at is not None and found.failure == "smtp_550"


def test_after_the_last_try_it_is_dead(database: Database, clock: Hand) -> None:
    with database.unit_of_work() as session:
        assert enqueue(session, key="one", kind="odd", due_at=NOON)
        assert not enqueue(session, key="one", kind="odd", due_at=NOON)

    def broken(*_: object) -> None:
        raise KeyError("+79161234567")

    for _ in range(MOST_TRIES + 2):
        send_due(database, clock, ways={"odd": broken})
        clock.now += timedelta(days=1)
    found = _message(database)
    assert found.tries == MOST_TRIES and found.dead_at is not None
    assert found.failure == "KeyError", "what an error says may be personal"
    clock.now += timedelta(days=31)
    assert forget_settled(database, clock) == 1


def test_what_is_too_late_is_not_sent(database: Database, send: Send, mails: MailServer,
                                      clock: Hand) -> None:  # fmt: skip
    _tell(database)
    clock.now += timedelta(days=2)
    assert send() == 0
    assert mails.mails == [] and _message(database).failure == "too_late"


def test_what_a_rolled_back_cause_wrote_is_not_there(database: Database) -> None:
    with pytest.raises(RuntimeError), database.unit_of_work() as session:
        enqueue(session, key="one", kind="odd", due_at=NOON)
        raise RuntimeError
    with database.reading() as session:
        assert session.scalars(select(OutboxMessage)).all() == []


def test_a_sweep_writes_the_mail_of_what_it_tells(
    database: Database, send: Send, mails: MailServer, clock: Hand
) -> None:
    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        employee = given.employee(unit=unit)
        choose_mail(session, address="m@example.org", kinds=["callback_due"],
                    actor=given.actor(employee), now=NOON)  # fmt: skip
        given.task(unit=unit, state=TaskState.DEFERRED, kind=TaskKind.CALLBACK, performer=employee)
    assert return_deferred(database, clock) == 1
    clock.now += timedelta(minutes=2)
    assert send() == 1
    assert mails.mails[0]["Subject"].startswith("Пора перезвонить")


@pytest.mark.parametrize("address", ["ira", "a@b", "a@b.org\r\nBcc: c@d.org", "a b@c.org", ""])
def test_an_address_that_cannot_be_one_is_refused(session: Session, address: str) -> None:
    given = Given(session)
    actor = given.manager(given.unit())
    with pytest.raises(MailAddressInvalid):
        choose_mail(session, address=address, kinds=["task_given"], actor=actor, now=NOON)
