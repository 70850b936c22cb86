"""The campaign for which leads become tasks, by its id: whoever forms needs no right to edit it."""

from sqlalchemy.orm import Session

from campaigns.lifecycle import TAKES_LEADS, CampaignFinished
from campaigns.models import Campaign
from core.errors import NotFound


def known_campaign(session: Session, campaign_id: int) -> Campaign:
    """The campaign, in whatever state. Raises NotFound."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound("campaign", campaign_id)
    return campaign


def campaign_taking_leads(session: Session, campaign_id: int) -> Campaign:
    """The campaign, if leads may still become its tasks. Raises NotFound, CampaignFinished."""
    campaign = known_campaign(session, campaign_id)
    if campaign.state not in TAKES_LEADS:
        raise CampaignFinished(campaign_id)
    return campaign
