"""What a finished campaign leaves behind: calls that are still open but that nobody makes (13).

They are no work to be done: boards leave them out, show them apart and say why. A campaign that is
continued brings them back as they are; «Распределение» can cancel them.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from campaigns.models import Campaign, CampaignState
from core.db import constant
from worklists.lifecycle import WAITING
from worklists.models.task import PHONING, Task


def is_of_finished(task: type[Task] = Task) -> ColumnElement[bool]:
    """A call or callback, in whatever state, whose campaign is finished; jobs go on."""
    finished = select(Campaign.id).where(Campaign.state == constant(CampaignState.FINISHED))
    return and_(task.kind.in_(_words(PHONING)), task.campaign_id.in_(finished))


def is_left_over(task: type[Task] = Task) -> ColumnElement[bool]:
    """One that waits: nobody is offered it, and it is overdue to nobody."""
    return and_(task.state.in_(_words(WAITING)), is_of_finished(task))


def was_left_over(task: Task, campaign_state: CampaignState) -> bool:
    """The same of one task whose campaign is known."""
    is_of = campaign_state is CampaignState.FINISHED and task.kind in PHONING
    return is_of and task.state in WAITING


def _words(words: Iterable[StrEnum]) -> list[ColumnElement[Any]]:
    """Written out: parameters of the statements around would clash with names made up for them."""
    return [constant(word) for word in sorted(words)]
