"""What a result causes is data: checked, done in the attempt's transaction, taken back (rule 9)."""

import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from http.client import BadStatusLine
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.effects import (
    BY_LADDER,
    CLOSE,
    Effect,
    EffectKind,
    EffectsWrong,
    MessageTo,
    RetryBy,
    check_effects,
    read_effects,
    stored_effects,
)
from campaigns.models import Outcome
from campaigns.result_codes import CodeFlags, change_code
from core.db import Database
from core.outbox import NotNow, OutboxMessage, Outgoing, Undeliverable, send_due
from core.settings import Settings
from core.webhooks import WEBHOOK_KIND, check_url, public_address, signature, webhook_way
from directory.staff.models import Role
from tests.conftest import NOON
from tests.db.test_attempts import Desk
from tests.given import LEASE
from worklists.lifecycle import TaskState
from worklists.models.attempt import Notification
from worklists.models.task import Finish, Task, TaskKind
from worklists.outcome_effects import EFFECT_MAIL_KIND, OUTCOME_MESSAGE, gone_out
from worklists.undoing import undo_attempt

HOOK = Effect(kind=EffectKind.WEBHOOK, url="https://crm.example.org/hook?x=1")
LETTER = Effect(kind=EffectKind.MESSAGE, to=MessageTo.EMAIL, address="q@example.org", text="Жалоба")
TO_HEAD = Effect(kind=EffectKind.MESSAGE, to=MessageTo.HEAD)
ONCE = Effect(kind=EffectKind.RETRY, by=RetryBy.ONCE, working_days=2)
SOON = NOON + timedelta(minutes=2)


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def give(desk: Desk, code: str, *effects: Effect, **flags: Any) -> None:
    head = desk.given.actor(
        desk.given.employee("Глава", role=Role.HEAD, unit=desk.unit), role=Role.HEAD
    )
    change_code(desk.session, desk.given.code_id(code), names={"ru": code},
                flags=CodeFlags(effects=effects, **flags), actor=head, now=NOON)  # fmt: skip


def undo(desk: Desk, attempt_id: int) -> Task:
    return undo_attempt(desk.session, attempt_id, actor=desk.manager, now=SOON, lease=LEASE)


def test_effects_survive_the_database(desk: Desk) -> None:
    kept = (CLOSE, HOOK, LETTER, TO_HEAD)
    assert read_effects(stored_effects(kept)) == kept


@pytest.mark.parametrize(
    ("outcome", "effects", "why"),
    [
        (Outcome.NO_ANSWER, (CLOSE, BY_LADDER), "close_or_retry"),
        (Outcome.INTERVIEW, (BY_LADDER,), "retry_after_talk"),
        (Outcome.INTERVIEW, (Effect(kind=EffectKind.CONTROL, days=3),), "control_or_close"),
        (Outcome.REFUSED, (CLOSE, Effect(kind=EffectKind.CONTROL, days=3)), "control_after_talk"),
        (Outcome.REFUSED, (CLOSE, CLOSE), "twice"),
        (Outcome.REFUSED, (replace(ONCE, working_days=0),), "days"),
        (Outcome.REFUSED, (CLOSE, Effect(kind=EffectKind.BLOCK)), "scope"),
        (Outcome.REFUSED, (CLOSE, replace(LETTER, address="q@q")), "address"),
        (Outcome.REFUSED, (CLOSE, replace(HOOK, url="http://crm.example.org")), "url"),
        (Outcome.REPEAT, (HOOK,), "repeat"),
        (Outcome.INTERVIEW, (HOOK,) * 11, "too_many"),
    ],
)
def test_what_contradicts_itself_is_refused(
    outcome: Outcome, effects: tuple[Effect, ...], why: str
) -> None:
    with pytest.raises(EffectsWrong) as refusal:
        check_effects(outcome, effects, allows_control=False)
    assert refusal.value.why == why


@pytest.mark.parametrize("stored", [{}, [1], [{"kind": "x"}], [{"kind": "close", "url": "y"}]])
def test_what_cannot_be_read_is_refused(stored: Any) -> None:
    with pytest.raises(EffectsWrong):
        read_effects(stored)


def test_a_complaint_gives_the_quality_department_a_task_and_undo_takes_it_back(
    desk: Desk,
) -> None:
    quality = desk.given.unit("Качество")
    saved = desk.interview("complaint")
    assert not [e for e in saved.consequence.also if e.unit]
    undo(desk, saved.attempt.id)
    desk.campaign.quality_unit_id = quality.id
    saved = desk.interview("complaint", version=desk.task.version)
    (asked,) = desk.session.scalars(select(Task).where(Task.unit_id == quality.id))
    assert asked.kind is TaskKind.DEPARTMENT and "Разобраться" in asked.goal
    assert asked.due_at > NOON and saved.consequence.also[0].at == asked.due_at
    assert desk.task.state is TaskState.ON_CONTROL
    undo(desk, saved.attempt.id)
    assert asked.state is TaskState.CANCELLED and desk.task.state is TaskState.IN_WORK


def test_a_task_for_ones_own_unit_stays_in_the_work_list(desk: Desk) -> None:
    own = Effect(kind=EffectKind.DEPARTMENT_TASK, unit_id=desk.unit.id, text="Дело",
                 working_days=1)  # fmt: skip
    give(desk, "done_elsewhere", CLOSE, own)
    desk.interview("done_elsewhere")
    (extra,) = desk.session.scalars(select(Task).where(Task.kind == TaskKind.EXTRA))
    assert extra.work_list_id == desk.task.work_list_id and extra.performer_id is None
    assert desk.task.finish is Finish.GOAL_REACHED and not desk.is_closed()


def test_one_retry_comes_back_once_and_the_second_time_ends(desk: Desk) -> None:
    give(desk, "try_much_later", ONCE)
    saved = desk.save(desk.report(Outcome.REFUSED, "try_much_later"))
    assert desk.task.state is TaskState.DEFERRED and desk.task.due_at > NOON + timedelta(days=1)
    assert saved.consequence.at == desk.task.due_at and saved.consequence.of == 0
    desk.task.state, desk.task.performer_id = TaskState.PLANNED, None
    desk.session.flush()
    desk.save(desk.report(Outcome.REFUSED, "try_much_later"))
    assert desk.task.finish is Finish.REFUSED


def test_the_cap_of_attempts_holds_for_a_single_retry_too(desk: Desk) -> None:
    give(desk, "try_much_later", ONCE)
    desk.campaign.attempts_per_task = 1
    desk.save(desk.report(Outcome.REFUSED, "try_much_later"))
    assert desk.task.finish is Finish.REFUSED


def test_the_cap_of_a_client_counts_the_attempt_that_reaches_it(desk: Desk) -> None:
    give(desk, "busy", ONCE)
    desk.campaign.attempts_per_client = 2
    desk.given.attempt(desk.task, desk.given.employee(unit=desk.unit))
    desk.save(desk.report(Outcome.NO_ANSWER, "busy"))
    assert desk.task.finish is Finish.UNREACHABLE


def test_the_days_of_control_are_the_results_own(desk: Desk) -> None:
    give(desk, "complaint", Effect(kind=EffectKind.CONTROL, days=5), allows_control=True)
    desk.interview("complaint")
    assert desk.task.control_at is not None
    assert desk.task.control_at.date() == (NOON + timedelta(days=5)).date()


def test_heads_are_told_and_undo_unsays_it(desk: Desk) -> None:
    give(desk, "done_elsewhere", CLOSE, TO_HEAD, HOOK, LETTER)
    saved = desk.interview("done_elsewhere")
    told = select(Notification).where(Notification.kind == OUTCOME_MESSAGE)
    assert len(desk.session.scalars(told).all()) == 1
    kinds = set(desk.session.scalars(select(OutboxMessage.kind)))
    assert {WEBHOOK_KIND, EFFECT_MAIL_KIND} <= kinds
    undo(desk, saved.attempt.id)
    assert not desk.session.scalars(told).all()
    left = set(desk.session.scalars(select(OutboxMessage.kind)))
    assert not {WEBHOOK_KIND, EFFECT_MAIL_KIND} & left
    assert gone_out(desk.session, saved.attempt.id) == 0


def test_undo_says_what_went_out(desk: Desk) -> None:
    give(desk, "done_elsewhere", CLOSE, HOOK)
    saved = desk.interview("done_elsewhere")
    message = desk.session.scalars(select(OutboxMessage)).one()
    assert message.payload is not None and "Иванов" not in str(message.payload)
    message.sent_at = NOON
    desk.session.flush()
    undo(desk, saved.attempt.id)
    assert gone_out(desk.session, saved.attempt.id) == 1


def _message(url: str = HOOK.url) -> Outgoing:
    payload = {"url": url, "body": {"event": "attempt_recorded"}}
    return Outgoing(id=1, key="effect:1:0", kind=WEBHOOK_KIND, ref_id=1, payload=payload, tries=1)


def test_a_webhook_is_signed(database: Database, settings: Settings) -> None:
    sent: list[tuple[str, bytes, dict[str, str]]] = []

    def post(url: str, body: bytes, headers: dict[str, str]) -> int:
        sent.append((url, body, headers))
        return 204

    secret = replace(settings, webhook_secret="s")
    webhook_way(secret, post)(database, _message(), NOON)
    ((url, body, headers),) = sent
    assert url == HOOK.url and headers["X-Prozvon-Signature"] == signature("s", body)
    with pytest.raises(Undeliverable, match="off"):
        webhook_way(settings, post)(database, _message(), NOON)
    with pytest.raises(Undeliverable, match="not_allowed"):
        webhook_way(secret, post)(database, _message("https://127.0.0.1/"), NOON)
    assert len(sent) == 1


@pytest.mark.parametrize(("status", "error"), [(500, NotNow), (410, Undeliverable), (302, NotNow)])
def test_an_answer_that_is_no_success_is_tried_again_or_given_up(
    database: Database, settings: Settings, status: int, error: type[Exception]
) -> None:
    way = webhook_way(replace(settings, webhook_secret="s"), lambda *_: status)
    with pytest.raises(error):
        way(database, _message(), NOON)


def test_a_machine_that_cannot_be_reached_or_trusted_now_is_tried_again(
    database: Database, settings: Settings
) -> None:
    for error in (TimeoutError(), ssl.SSLCertVerificationError("expired"), BadStatusLine("")):
        way = webhook_way(replace(settings, webhook_secret="s"), Mock(side_effect=error))
        with pytest.raises(NotNow, match="unreachable"):
            way(database, _message(), NOON)


@pytest.mark.parametrize(
    "url",
    ["http://a.example.org", "https://localhost/", "https://10.0.0.1/", "https://[::1]/",
     "https://[::ffff:127.0.0.1]/", "https://u:p@a.example.org/", "https://printer.local/",
     "https://a.example.org:22/", "https://169.254.169.254/", "https://2130706433/", "https://",
     "https://[64:ff9b::7f00:1]/", "https://a.example.org/\n"],
)  # fmt: skip
def test_only_https_addresses_of_the_internet_are_taken(url: str) -> None:
    with pytest.raises(ValueError):
        check_url(url)


def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found: Callable[..., Any] = lambda *_a, **_k: [(2, 1, 6, "", ("192.168.0.5", 443))]  # noqa: E731
    monkeypatch.setattr("core.webhooks.socket.getaddrinfo", found)
    with pytest.raises(ValueError):
        public_address("crm.example.org", 443)


def test_the_outbox_sends_it(database: Database, settings: Settings) -> None:
    with database.unit_of_work() as session:
        desk = Desk(session)
        give(desk, "done_elsewhere", CLOSE, HOOK)
        desk.interview("done_elsewhere")
    way = webhook_way(replace(settings, webhook_secret="s"), lambda *_: 200)
    assert send_due(database, lambda _s: SOON, ways={WEBHOOK_KIND: way}) == 1
