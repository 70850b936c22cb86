"""The life of a campaign: its tasks are handed out while it is active. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from campaigns.models import CampaignState
from core.errors import Refused


class CampaignAction(StrEnum):
    """What moves a campaign from state to state."""

    PAUSE = "pause"
    RESUME = "resume"
    FINISH = "finish"


_S, _A = CampaignState, CampaignAction

TRANSITIONS: Mapping[tuple[CampaignState, CampaignAction], CampaignState] = {
    (_S.ACTIVE, _A.PAUSE): _S.PAUSED,
    (_S.ACTIVE, _A.FINISH): _S.FINISHED,
    (_S.PAUSED, _A.RESUME): _S.ACTIVE,
    (_S.PAUSED, _A.FINISH): _S.FINISHED,
    (_S.FINISHED, _A.RESUME): _S.ACTIVE,
}

TAKES_LEADS = frozenset({_S.ACTIVE, _S.PAUSED})
"""Leads may still become tasks; those of a paused campaign wait until it goes on."""


class CampaignStepRefused(Refused):
    """A campaign in this state does not allow this action; ``allowed`` names those that it does."""

    def __init__(self, state: CampaignState, action: CampaignAction) -> None:
        super().__init__(f"{action} in state {state}")
        self.state = state
        self.action = action
        self.allowed = tuple(act for (origin, act) in TRANSITIONS if origin is state)


class CampaignFinished(Refused):
    """A finished campaign takes no new leads."""

    def __init__(self, campaign_id: int) -> None:
        super().__init__(f"campaign {campaign_id}")
        self.campaign_id = campaign_id


def after(state: CampaignState, action: CampaignAction) -> CampaignState:
    """The state that the action leads to. Raises CampaignStepRefused when it is not allowed."""
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise CampaignStepRefused(state, action) from None
