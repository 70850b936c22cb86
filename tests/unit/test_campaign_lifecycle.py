"""A campaign is paused, goes on, ends, and is taken up again."""

import pytest

from campaigns.lifecycle import CampaignAction, CampaignStepRefused, after
from campaigns.models import CampaignState


def test_a_paused_campaign_goes_on() -> None:
    paused = after(CampaignState.ACTIVE, CampaignAction.PAUSE)
    assert after(paused, CampaignAction.RESUME) is CampaignState.ACTIVE


@pytest.mark.parametrize("action", [CampaignAction.PAUSE, CampaignAction.FINISH])
def test_a_finished_campaign_is_only_taken_up_again(action: CampaignAction) -> None:
    with pytest.raises(CampaignStepRefused) as refusal:
        after(CampaignState.FINISHED, action)
    assert refusal.value.allowed == (CampaignAction.RESUME,)
    assert after(CampaignState.FINISHED, CampaignAction.RESUME) is CampaignState.ACTIVE
