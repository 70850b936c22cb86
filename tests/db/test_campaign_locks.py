"""Looking at a campaign, or changing it, holds up nobody who works in it (rule 9)."""

from sqlalchemy import text

from campaigns.editing import get_campaign, move_campaign
from campaigns.lifecycle import CampaignAction
from campaigns.models import CampaignState
from campaigns.permissions import CampaignPermission
from core.access import Actor
from core.db import Database, is_postgresql
from tests.conftest import NOON
from tests.given import Given

HEAD = Actor(
    key="employee:0", permissions=frozenset({CampaignPermission.MANAGE_CAMPAIGNS}), name="Head"
)


def test_tasks_are_formed_while_somebody_is_at_the_campaign(database: Database) -> None:
    with database.unit_of_work() as session:
        campaign_id = Given(session).campaign().id
    with database.reading() as looking:
        assert get_campaign(looking, campaign_id, actor=HEAD).state is CampaignState.ACTIVE
        with database.unit_of_work() as session:
            _form(Given(session))
        if not is_postgresql(looking):
            return  # one writer at a time
    with database.unit_of_work() as changing:
        get_campaign(changing, campaign_id, actor=HEAD)
        with database.unit_of_work() as session:
            move_campaign(session, campaign_id, CampaignAction.PAUSE, actor=HEAD, now=NOON)
        moved = move_campaign(changing, campaign_id, CampaignAction.RESUME, actor=HEAD, now=NOON)
        assert moved.state is CampaignState.ACTIVE, "seen as the other one left it"
        with database.unit_of_work() as session:
            _form(Given(session))


def _form(given: Given) -> None:
    if is_postgresql(given.session):
        given.session.execute(text("SET LOCAL lock_timeout = '2s'"))
    given.task(unit=given.unit())
