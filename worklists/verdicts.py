"""The one verdict: may this task be worked now, and if not, by which rules, until when (rule 13).

The claim, the previews and the cards ask here, so that their answers agree. Law and consent come
before a promised callback, that before the calling hours; jobs in which nobody is phoned are
blocked by their holder only.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from sqlalchemy import (
    ColumnElement,
    ColumnExpressionArgument,
    Executable,
    bindparam,
    case,
    select,
)
from sqlalchemy.orm import Session

from campaigns.models import Campaign, CampaignState
from campaigns.windows import NeverOpens, is_open, next_opening, window_of
from core.errors import Refused
from core.statements import ask
from directory.clients.models import (
    Client,
)
from worklists.contact_conditions import (
    cools_off,
    has_phone,
    household_lease,
    is_refused,
    phones_now,
)
from worklists.lifecycle import TaskState
from worklists.models.task import PHONING, Task, TaskKind
from worklists.pressure import exemption_of


class BlockRule(StrEnum):
    """What can stand against working a task now, the weightiest first."""

    CAMPAIGN_FINISHED = "campaign_finished"
    """Whatever else there is: it would not be worked after that either."""
    DO_NOT_CONTACT = "do_not_contact"
    COOLING_OFF = "cooling_off"
    NO_VALID_PHONE = "no_valid_phone"
    OUTSIDE_HOURS = "outside_hours"
    PRESSURE = "pressure"
    """The budget of contacts is spent (rule 14)."""
    HOUSEHOLD = "household"
    """Somebody with the same number is in hand or was called lately: one call per household."""
    HELD_BY_ANOTHER = "held_by_another"
    NOT_OPEN = "not_open"
    """The campaign opens its tasks later."""
    NOT_DUE = "not_due"
    CAMPAIGN_PAUSED = "campaign_paused"


@dataclass(frozen=True)
class Block:
    """One rule that stands against it; ``until``: when it ends by itself (None: it does not)."""

    rule: BlockRule
    until: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    """Everything that stands against it, the weightiest first."""

    blocks: tuple[Block, ...] = ()

    @property
    def is_clear(self) -> bool:
        """Whether the task may be worked now."""
        return not self.blocks

    @property
    def rules(self) -> frozenset[BlockRule]:
        """The rules alone."""
        return frozenset(block.rule for block in self.blocks)


class Blocked(Refused):
    """Rules forbid working the task now; ``verdict`` says which."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(", ".join(block.rule for block in verdict.blocks))
        self.verdict = verdict


def client_block(
    client_id: ColumnExpressionArgument[int],
    asset_id: ColumnExpressionArgument[int | None],
    purpose: ColumnExpressionArgument[str],
    now: Any,
) -> ColumnElement[str | None]:
    """The weightiest rule that forbids phoning the client for this purpose, or NULL; for sets."""
    return case(
        (is_refused(client_id, asset_id, purpose), BlockRule.DO_NOT_CONTACT.value),
        (cools_off(client_id, now), BlockRule.COOLING_OFF.value),
        (~has_phone(client_id), BlockRule.NO_VALID_PHONE.value),
        else_=None,
    )


def _client_blocks_of(client_id: ColumnElement[int]) -> Executable:
    asset_id = bindparam("asset", type_=Task.asset_id.type)
    now = bindparam("now", type_=Client.cooling_off_until.type)
    until = select(Client.cooling_off_until).where(Client.id == client_id).scalar_subquery()
    return select(
        is_refused(client_id, asset_id, bindparam("purpose")).label("refused"),
        cools_off(client_id, now).label("cools_off"),
        has_phone(client_id).label("has_phone"),
        until.label("cooling_off_until"),
    )


_CLIENT_BLOCKS = _client_blocks_of(bindparam("client", type_=Client.id.type))
_HELD_UNTIL = select(Task.lease_until).where(
    Task.client_id == bindparam("client"),
    phones_now(Task),
    Task.performer_id.is_distinct_from(bindparam("viewer")),
)


_PRESSURE = select(
    Client.pressed_until,
    Client.household_until,
    household_lease(bindparam("client", type_=Client.id.type), bindparam("viewer")),
).where(Client.id == bindparam("client", type_=Client.id.type))


def verdict_on(
    session: Session,
    task: Task,
    *,
    now: datetime,
    viewer_id: int | None = None,
    is_early: bool = False,
) -> Verdict:
    """Everything that stands against working the task now.

    What the viewer holds does not stand against the viewer. ``now`` is UTC. ``is_early``: a
    callback before its time, to which the client's hours apply as to any call.
    """
    if task.kind not in PHONING:
        return Verdict(_held_itself(task, viewer_id))
    return Verdict(
        (
            *_in_state(session, task, CampaignState.FINISHED, BlockRule.CAMPAIGN_FINISHED),
            *_client_blocks(session, task, now),
            *_hours(session, task, now, is_early=is_early),
            *_pressure(session, task, now, viewer_id),
            *_held(session, task, viewer_id),
            *_not_open(task, now),
            *_not_due(task, now),
            *_in_state(session, task, CampaignState.PAUSED, BlockRule.CAMPAIGN_PAUSED),
        )
    )


def _client_blocks(session: Session, task: Task, now: datetime) -> tuple[Block, ...]:
    values = {
        "client": task.client_id,
        "asset": task.asset_id,
        "purpose": _campaign(session, task).purpose,
        "now": now,
    }
    row = ask(session, _CLIENT_BLOCKS, values).one()
    blocks = []
    if row.refused:
        blocks.append(Block(BlockRule.DO_NOT_CONTACT))
    if row.cools_off:
        blocks.append(Block(BlockRule.COOLING_OFF, row.cooling_off_until))
    if not row.has_phone:
        blocks.append(Block(BlockRule.NO_VALID_PHONE))
    return tuple(blocks)


def _hours(session: Session, task: Task, now: datetime, *, is_early: bool) -> tuple[Block, ...]:
    window = window_of(_campaign(session, task))
    if task.kind is TaskKind.CALLBACK and not is_early:
        return ()
    try:
        if is_open(window, task.time_zone, now):
            return ()
        until = next_opening(window, task.time_zone, now)
    except (NeverOpens, ZoneInfoNotFoundError, ValueError):
        until = None  # a zone that nobody knows never opens: its data must be put right
    return (Block(BlockRule.OUTSIDE_HOURS, until),)


def _pressure(
    session: Session, task: Task, now: datetime, viewer_id: int | None
) -> tuple[Block, ...]:
    """The budget of the client, and that of the household."""
    if exemption_of(task, _campaign(session, task)) is not None:
        return ()
    values = {"client": task.client_id, "viewer": viewer_id}
    pressed, *household = ask(session, _PRESSURE, values).one()
    ends = [until for until in household if until is not None]
    blocks = []
    if pressed is not None and pressed > now:
        blocks.append(Block(BlockRule.PRESSURE, pressed))
    if household[1] is not None or (ends and max(ends) > now):
        blocks.append(Block(BlockRule.HOUSEHOLD, max(ends)))
    return tuple(blocks)


def _held(session: Session, task: Task, viewer_id: int | None) -> tuple[Block, ...]:
    values = {"client": task.client_id, "viewer": viewer_id}
    until = ask(session, _HELD_UNTIL, values).scalar()
    return () if until is None else (Block(BlockRule.HELD_BY_ANOTHER, until),)


def _held_itself(task: Task, viewer_id: int | None) -> tuple[Block, ...]:
    if task.state is TaskState.IN_WORK and task.performer_id != viewer_id:
        return (Block(BlockRule.HELD_BY_ANOTHER, task.lease_until),)
    return ()


def _not_open(task: Task, now: datetime) -> tuple[Block, ...]:
    is_open = task.opens_at is None or task.opens_at <= now
    return () if is_open else (Block(BlockRule.NOT_OPEN, task.opens_at),)


def _not_due(task: Task, now: datetime) -> tuple[Block, ...]:
    return (Block(BlockRule.NOT_DUE, task.due_at),) if task.due_at > now else ()


def _in_state(
    session: Session, task: Task, state: CampaignState, rule: BlockRule
) -> tuple[Block, ...]:
    return (Block(rule),) if _campaign(session, task).state is state else ()


def _campaign(session: Session, task: Task) -> Campaign:
    campaign = session.get(Campaign, task.campaign_id)
    assert campaign is not None
    return campaign
