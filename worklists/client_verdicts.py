"""«Почему этот клиент здесь / не здесь»: what stands against a client's open tasks (rule 13)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from core.access import Actor
from worklists.models.task import Task
from worklists.verdict_sets import closed_places, opening, until_of, weightiest
from worklists.verdicts import Block, BlockRule
from worklists.visibility import task_is_visible


def weightiest_blocks(
    session: Session, task_ids: Sequence[int], *, actor: Actor, now: datetime
) -> Mapping[int, Block | None]:
    """Id of a task → the first rule against working it now, None where there is none.

    Three statements, however many tasks there are; those that the actor does not see are left out.
    """
    mine = (Task.id.in_(task_ids), task_is_visible(actor))
    places = session.execute(select(Task.campaign_id, Task.time_zone).where(*mine).distinct())
    closed = closed_places(session, [(row[0], row[1]) for row in places], now)
    rule = weightiest(Task, closed=closed, now=now, viewer_id=actor.employee_id)
    rows = session.execute(
        select(
            Task.id, Task.time_zone, Campaign, rule.label("rule"),
            until_of(Task, rule).label("until"),
        )
        .join(Campaign, Campaign.id == Task.campaign_id)
        .where(*mine)
    )  # fmt: skip
    blocks: dict[int, Block | None] = {}
    for task_id, zone, campaign, name, until in rows:
        if name == BlockRule.OUTSIDE_HOURS:
            until = opening(campaign, zone, now)
        blocks[task_id] = None if name is None else Block(BlockRule(name), until)
    return blocks
