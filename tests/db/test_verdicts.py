"""One verdict: for one task with all reasons, for sets with the weightiest; they agree (13)."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.models import Campaign, CampaignState
from directory.assets.models import Asset
from directory.clients.models import ContactKind, ContactPoint, ContactState, RefusalScope
from tests.conftest import NOON
from tests.queue_given import LEASE, Place, ids
from worklists.models.task import Task, TaskKind
from worklists.queue import take_next_task
from worklists.verdicts import Block, BlockRule, Verdict, client_block, verdict_on

NIGHT = NOON.replace(hour=20)
CLIENT_RULES = (BlockRule.DO_NOT_CONTACT, BlockRule.COOLING_OFF, BlockRule.NO_VALID_PHONE)


@pytest.fixture
def place(session: Session) -> Place:
    return Place(session)


def test_a_verdict_names_every_rule_and_until_when(place: Place) -> None:
    other = place.person("Boris")
    campaign = place.new_campaign(state=CampaignState.PAUSED)
    client = place.client(phone=None, cooling_off_until=NIGHT + timedelta(days=3))
    place.refusal(client)
    place.held(other, NIGHT + LEASE, client)
    due = NIGHT + timedelta(hours=5)
    task = place.task(client, campaign_id=campaign.id, due_at=due)
    assert verdict_on(place.session, task, now=NIGHT) == Verdict(
        (
            Block(BlockRule.DO_NOT_CONTACT),
            Block(BlockRule.COOLING_OFF, NIGHT + timedelta(days=3)),
            Block(BlockRule.NO_VALID_PHONE),
            Block(BlockRule.OUTSIDE_HOURS, NOON.replace(hour=6) + timedelta(days=1)),
            Block(BlockRule.HELD_BY_ANOTHER, NIGHT + LEASE),
            Block(BlockRule.NOT_DUE, due),
            Block(BlockRule.CAMPAIGN_PAUSED),
        )
    )


def test_what_the_viewer_holds_does_not_stand_against_the_viewer(place: Place) -> None:
    me, client = place.person(), place.client()
    place.held(me, NOON + LEASE, client)
    task = place.task(client)
    assert not verdict_on(place.session, task, now=NOON).is_clear
    assert verdict_on(place.session, task, now=NOON, viewer_id=me.person).is_clear


def test_callbacks_and_jobs_keep_no_hours(place: Place) -> None:
    for kind in (TaskKind.CALLBACK, TaskKind.DEPARTMENT, TaskKind.EXTRA, TaskKind.DATA_FIX):
        assert verdict_on(place.session, place.task(kind=kind), now=NIGHT).is_clear
    assert not verdict_on(place.session, place.task(), now=NIGHT).is_clear


@pytest.mark.parametrize("seed", range(3))
def test_the_set_based_rule_the_verdict_and_the_queue_agree(place: Place, seed: int) -> None:
    """Over random clients: same weightiest client rule, and only clear tasks are handed out."""
    chance = random.Random(seed)
    tasks = [random_task(place, chance) for _ in range(60)]
    rows = place.session.execute(
        select(Task.id, client_block(Task.client_id, Task.asset_id, Campaign.purpose, NOON)).join(
            Campaign, Campaign.id == Task.campaign_id
        )
    ).all()
    blocked = {row[0]: row[1] for row in rows}
    clear = []
    for task in tasks:
        verdict = verdict_on(place.session, task, now=NOON)
        of_client = [block.rule for block in verdict.blocks if block.rule in CLIENT_RULES]
        assert blocked[task.id] == (of_client[0] if of_client else None), f"seed {seed}"
        if verdict.is_clear:
            clear.append(task)
    me, handed_out = place.person(), []
    while (taken := take_next_task(place.session, actor=me, now=NOON, lease=LEASE)) is not None:
        handed_out.append(taken.task_id)
    assert handed_out == ids(sorted(clear, key=lambda t: (t.priority, t.due_at, t.id)))
    assert len(clear) > 5


def random_task(place: Place, chance: random.Random) -> Task:
    client = place.client(
        phone=chance.choice([None, "+79160000001", "+79160000001"]),
        cooling_off_until=chance.choice([None, None, NOON - LEASE, NOON, NOON + LEASE]),
    )
    asset = place.add(Asset(created_at=NOON)) if chance.random() < 0.5 else None
    if chance.random() < 0.3:
        scope = chance.choice(list(RefusalScope))
        reach = {
            RefusalScope.PURPOSE: {"purpose": chance.choice(["maintenance", "lost"])},
            RefusalScope.ASSET: {"asset_id": place.add(Asset(created_at=NOON)).id
                                 if asset is None or chance.random() < 0.5 else asset.id},
        }.get(scope, {})  # fmt: skip
        place.refusal(client, scope, channel=chance.choice([None, "phone", "email"]),
                      lifted_at=chance.choice([None, None, NOON]), **reach)  # fmt: skip
    if chance.random() < 0.3:
        place.add(
            ContactPoint(
                client_id=client.id, kind=chance.choice(list(ContactKind)), typed="x", value="x",
                is_valid=chance.random() < 0.7, state=chance.choice(list(ContactState)),
                do_not_contact=chance.random() < 0.3,
            )
        )  # fmt: skip
    return place.task(
        client,
        asset_id=asset.id if asset else None,
        priority=chance.randint(1, 3),
        due_at=NOON - timedelta(minutes=chance.randint(0, 90)),
        time_zone=chance.choice(["Europe/Moscow", "Asia/Yekaterinburg", "America/New_York"]),
    )
