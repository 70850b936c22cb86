"""A campaign is paused, goes on, and ends once."""

import pytest

from campaigns.lifecycle import CampaignAction, CampaignStepRefused, after
from campaigns.models import CampaignState


def test_a_paused_campaign_goes_on() -> None:
    paused = after(CampaignState.ACTIVE, CampaignAction.PAUSE)
    assert after(paused, CampaignAction.RESUME) is CampaignState.ACTIVE


@pytest.mark.parametrize("action", list(CampaignAction))
def test_a_finished_campaign_stays_finished(action: CampaignAction) -> None:
    with pytest.raises(CampaignStepRefused) as refusal:
        after(CampaignState.FINISHED, action)
    assert refusal.value.allowed == ()
