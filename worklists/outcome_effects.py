"""Doing what a result's effects say, in the attempt's transaction, and undoing it (rule 9).

What becomes of the task itself (close, retry, control) is decided by ``worklists.consequences``.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from campaigns.catalogue import department_campaign_id
from campaigns.effects import (
    MOST_EFFECTS,
    Effect,
    EffectKind,
    MessageTo,
    default_effects,
)
from campaigns.models import Campaign
from campaigns.result_codes import CodeChoice
from core.access import Actor
from core.outbox import OutboxMessage, enqueue
from core.webhooks import WEBHOOK_KIND
from directory.staff.models import Employee, Role
from worklists.card.models import Watcher
from worklists.closing import lock_work_lists
from worklists.effects import fix_data, mark_wrong_data, refuse
from worklists.forecasts import department_due, department_of
from worklists.grouped_notices import leaders_of
from worklists.involvement import ask_unit
from worklists.models.attempt import Attempt, Notification
from worklists.models.task import Task, TaskKind
from worklists.notifications_sent import notify
from worklists.planning import add_successor
from worklists.reports import AttemptReport
from worklists.undo_images import Trail

EFFECT_MAIL_KIND = "effect_mail"
"""Kind of e-mails that a result sends; the payload holds the address and what is said."""
OUTCOME_MESSAGE = "outcome_message"
"""Kind of notifications that a result sends."""
GRACE = timedelta(minutes=1)
"""Whoever takes the outcome back within this time is in time for what goes out."""
USEFUL_FOR = timedelta(hours=24)


def effects_of(code: CodeChoice | None, report: AttemptReport) -> tuple[Effect, ...]:
    """What saving the report causes."""
    return code.effects if code is not None else default_effects(report.outcome)


def apply_effects(
    session: Session,
    task: Task,
    campaign: Campaign,
    code: CodeChoice | None,
    report: AttemptReport,
    attempt: Attempt,
    trail: Trail,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Do everything beyond the task's own state, and note in the trail what undoing takes back."""
    for row, effect in enumerate(effects_of(code, report)):
        match effect.kind:
            case EffectKind.BLOCK:
                assert effect.scope is not None
                refuse(session, task, campaign, effect.scope, attempt, trail,
                       actor=actor, now=now)  # fmt: skip
            case EffectKind.MARK:
                assert effect.what is not None
                mark_wrong_data(session, task, effect.what, report, trail,
                                source=f"attempt:{attempt.id}", actor=actor, now=now)  # fmt: skip
            case EffectKind.DATA_FIX:
                fix_data(session, task, campaign, report, trail, actor=actor, now=now)
            case EffectKind.DEPARTMENT_TASK:
                _give_to_department(session, task, campaign, effect, attempt, trail,
                                    actor=actor, now=now)  # fmt: skip
            case EffectKind.MESSAGE if effect.to is MessageTo.EMAIL:
                payload = _letter(task, campaign, code, effect)
                _send(session, EFFECT_MAIL_KIND, payload, row, attempt, now)
            case EffectKind.MESSAGE:
                _tell(session, task, effect, row, attempt, trail, now)
            case EffectKind.WEBHOOK:
                body = _told(task, campaign, code, attempt)
                _send(session, WEBHOOK_KIND, {"url": effect.url, "body": body}, row, attempt, now)
            case EffectKind.CLOSE | EffectKind.RETRY | EffectKind.CONTROL:
                pass  # decided with the task's next state


def asked_text(effect: Effect, attempt: Attempt) -> str:
    """What a result asks of a department: the words of the effect, then what was said."""
    return effect.text if not attempt.comment else f"{effect.text}: {attempt.comment}"


def take_back_messages(
    session: Session, attempt_id: int, notification_ids: Collection[int], *, now: datetime
) -> None:
    """Withdraw what nobody has seen and what has not gone out; of what is on its way nothing is
    tried again."""
    session.execute(
        delete(Notification).where(
            Notification.id.in_(notification_ids), Notification.seen_at.is_(None)
        )
    )
    waiting = (
        OutboxMessage.key.in_(_keys(attempt_id))
        & OutboxMessage.sent_at.is_(None)
        & OutboxMessage.dead_at.is_(None)
    )
    session.execute(
        delete(OutboxMessage)
        .where(waiting, OutboxMessage.tries == 0)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(OutboxMessage)
        .where(waiting)
        .values(dead_at=now, failure="withdrawn")
        .execution_options(synchronize_session=False)
    )


def gone_out(session: Session, attempt_id: int) -> int:
    """How many e-mails and calls of other systems went out, or may have: no undo brings them
    back."""
    found = select(func.count()).where(
        OutboxMessage.key.in_(_keys(attempt_id)),
        or_(OutboxMessage.sent_at.is_not(None), OutboxMessage.failure == "withdrawn"),
    )
    return session.scalar(found) or 0


def _keys(attempt_id: int) -> list[str]:
    return [_key(attempt_id, row) for row in range(MOST_EFFECTS + 1)]


def _key(attempt_id: int, row: int) -> str:
    return f"effect:{attempt_id}:{row}"


def _send(
    session: Session, kind: str, payload: dict[str, object], row: int, attempt: Attempt,
    now: datetime,
) -> None:  # fmt: skip
    enqueue(session, key=_key(attempt.id, row), kind=kind, ref_id=attempt.id, payload=payload,
            due_at=now + GRACE, not_after=now + USEFUL_FOR)  # fmt: skip


def _told(
    task: Task, campaign: Campaign, code: CodeChoice | None, attempt: Attempt
) -> dict[str, object]:
    """Numbers and keys only: names and phones do not leave the house this way."""
    return {
        "event": "attempt_recorded",
        "attempt_id": attempt.id,
        "task_id": task.id,
        "client_id": task.client_id,
        "asset_id": task.asset_id,
        "unit_id": task.unit_id,
        "campaign": campaign.code,
        "outcome": attempt.outcome.value,
        "result": code.code if code else None,
        "at": attempt.at.isoformat(),
    }


def _letter(
    task: Task, campaign: Campaign, code: CodeChoice | None, effect: Effect
) -> dict[str, object]:
    return {
        "address": effect.address,
        "text": effect.text,
        "task_id": task.id,
        "campaign": campaign.name,
        "result": code.name if code else "",
    }


def _give_to_department(
    session: Session,
    task: Task,
    campaign: Campaign,
    effect: Effect,
    attempt: Attempt,
    trail: Trail,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    unit = department_of(session, effect, campaign)
    if unit is None:
        return
    due_at = department_due(session, unit, effect, default_zone=actor.time_zone, now=now)
    text = asked_text(effect, attempt)
    if unit.id == task.unit_id:
        own = add_successor(
            session, task, work_list_id=task.work_list_id, kind=TaskKind.EXTRA, goal=text,
            comment="", due_at=due_at, priority=task.priority, performer_id=None,
            actor=actor, now=now,
        )  # fmt: skip
        trail.add("tasks", own.id)
        return
    lock_work_lists(session, task.client_id)
    asked = ask_unit(
        session, task, unit_id=unit.id, kind=TaskKind.DEPARTMENT,
        campaign_id=department_campaign_id(session), text=text, due_at=due_at,
        from_task_id=task.id, asset_id=task.asset_id, actor=actor, now=now,
    )  # fmt: skip
    trail.add("tasks", asked.to_task_id)


def _tell(
    session: Session,
    task: Task,
    effect: Effect,
    row: int,
    attempt: Attempt,
    trail: Trail,
    now: datetime,
) -> None:
    for employee_id in _people(session, task, effect, attempt):
        occasion = f"{_key(attempt.id, row)}:{employee_id}"
        notify(session, employee_id, kind=OUTCOME_MESSAGE, task_id=task.id,
               work_list_id=task.work_list_id, occasion=occasion, now=now)  # fmt: skip
        made = session.scalar(select(Notification.id).where(Notification.occasion == occasion))
        if made is not None:
            trail.add("notifications", made)


def _people(session: Session, task: Task, effect: Effect, attempt: Attempt) -> list[int]:
    match effect.to:
        case MessageTo.PERFORMER:
            return [attempt.employee_id]
        case MessageTo.WATCHERS:
            watching = select(Watcher.employee_id).join(
                Employee, Employee.id == Watcher.employee_id
            )
            return list(
                session.scalars(watching.where(Watcher.task_id == task.id, Employee.is_active))
            )
        case _:
            leaders = leaders_of(session, [task.unit_id], {Role.HEAD: 0})
            return list(leaders.get(task.unit_id, ()))
