"""What a finished campaign left behind is the same to a query and to who holds the task."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.models import CampaignState
from tests.given import Given
from worklists.finished_campaigns import is_left_over, was_left_over
from worklists.lifecycle import TaskState
from worklists.models.task import Task, TaskKind


def test_a_query_and_a_task_agree_on_what_was_left_over(session: Session) -> None:
    given = Given(session)
    unit, me = given.unit(), given.employee()
    tasks = []
    for campaign_state in CampaignState:
        campaign = given.campaign(campaign_state.value)
        campaign.state = campaign_state
        for state in TaskState:
            for kind in TaskKind:
                performer = me if state is TaskState.IN_WORK else None
                task = given.task(unit=unit, campaign=campaign, state=state, kind=kind,
                                  performer=performer)  # fmt: skip
                tasks.append((task, campaign_state))
    session.flush()

    left = set(session.scalars(select(Task.id).where(is_left_over())))

    assert left == {task.id for task, of in tasks if was_left_over(task, of)}
    assert len(left) == 4, "calls and callbacks that wait for their time or for a performer"
