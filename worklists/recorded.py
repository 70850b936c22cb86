"""What saving an outcome answers, the first time and when the same form is sent again (P4)."""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from campaigns.effects import EffectKind, RetryBy, default_effects, find, read_effects
from campaigns.models import Campaign, Outcome, ResultCodeVersion
from core.access import Actor
from worklists.consequences import Consequence, ConsequenceKind, consequence_seen
from worklists.forecasts import forecast
from worklists.models.attempt import Attempt
from worklists.models.task import Task
from worklists.saved_with import planned_with, settled_with
from worklists.saving import changed_meanwhile


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What was saved. ``settled`` are the ids of the client's other tasks that ended with it."""

    task: Task
    attempt: Attempt
    planned: Task | None
    settled: tuple[int, ...]
    consequence: Consequence


def recorded_before(session: Session, task: Task, attempt: Attempt, *, actor: Actor) -> Recorded:
    """The answer to a form that was already saved, put together again from what it wrote."""
    if attempt.task_id != task.id or attempt.employee_id != actor.person:
        raise changed_meanwhile(session, task)
    planned = planned_with(session, attempt)
    campaign = session.get_one(Campaign, task.campaign_id)
    planned_due = planned.due_at if planned else None
    seen = consequence_seen(task, campaign, recorded_at=attempt.at, planned_due=planned_due)
    seen = replace(seen, planned_at=planned_due)
    return Recorded(
        task=task,
        attempt=attempt,
        planned=planned,
        settled=tuple(settled_with(session, attempt)),
        consequence=_with_effects(session, seen, attempt, campaign, actor=actor),
    )


def _with_effects(
    session: Session, seen: Consequence, attempt: Attempt, campaign: Campaign, *, actor: Actor
) -> Consequence:
    """With what the version of the result said at that time."""
    if attempt.result_version_id is None:
        effects = default_effects(attempt.outcome)
    else:
        version = session.get_one(ResultCodeVersion, attempt.result_version_id)
        effects = read_effects(version.effects)
    if attempt.outcome is Outcome.REPEAT or attempt.copied_from_id is not None:
        effects = ()
    also = forecast(
        session, effects, campaign=campaign, default_zone=actor.time_zone, now=attempt.at
    )
    retry = find(effects, EffectKind.RETRY)
    is_once = retry is not None and retry.by is RetryBy.ONCE
    is_again = seen.kind is ConsequenceKind.TRY_AGAIN
    return replace(seen, also=also, of=0 if is_once and is_again else seen.of)
