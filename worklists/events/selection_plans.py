"""What can happen to selections that run by the clock."""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import Event


@dataclass(frozen=True, kw_only=True)
class SelectionPlanEvent(Event):
    """Something happened to a plan."""

    subject: ClassVar[str] = "selection_plan"
    selection_plan_id: int


@dataclass(frozen=True, kw_only=True)
class SelectionPlanAdded(SelectionPlanEvent):
    """From now on the selection runs by the clock for a unit."""

    selection_id: int
    unit_id: int
    campaign_id: int


@dataclass(frozen=True, kw_only=True)
class SelectionPlanChanged(SelectionPlanEvent):
    """It runs at other times, with other answers, or for another campaign."""

    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SelectionPlanSwitched(SelectionPlanEvent):
    """Somebody switched it on or off."""

    is_on: bool


@dataclass(frozen=True, kw_only=True)
class SelectionPlanStopped(SelectionPlanEvent):
    """It could not run and was switched off; ``problem`` names the refusal."""

    problem: str
