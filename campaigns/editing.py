"""Changing a campaign: what is said, when it calls and tries again, whether it runs (rule 9)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.lifecycle import CampaignAction, after
from campaigns.models import Campaign, MissedCallback
from campaigns.permissions import CampaignPermission
from campaigns.retries import BadRung, check_rung, next_attempt_at
from campaigns.windows import MINUTES_A_DAY, Window, clip
from core.access import Actor
from core.errors import Invalid, NotFound, Refused
from core.journal import Event, history_of, record
from directory.calendars.working_time import Calendar
from directory.units.models import Unit

MOST_RUNGS = 20


class CampaignWrong(Invalid):
    """A value of the campaign cannot be used; ``field`` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class CampaignChangedMeanwhile(Refused):
    """Somebody saved the campaign since it was opened: who, when, and which fields."""

    def __init__(self, by_key: str, at: datetime, changed: tuple[str, ...]) -> None:
        super().__init__(f"changed by {by_key}")
        self.by_key = by_key
        self.at = at
        self.changed = changed


@dataclass(frozen=True, kw_only=True)
class CampaignChanged(Event):
    """Somebody changed the campaign; tasks that wait keep the times they have."""

    subject: ClassVar[str] = "campaign"
    campaign_id: int
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CampaignMoved(Event):
    """The campaign was paused, resumed or finished."""

    subject: ClassVar[str] = "campaign"
    campaign_id: int
    action: str
    to_state: str


@dataclass(frozen=True, kw_only=True)
class CampaignDraft:
    """What a person may change of a campaign; minutes are those of the client's day."""

    name: str
    goal: str
    script: str
    priority: int
    retry_ladder: list[dict[str, Any]]
    attempts_per_task: int | None
    attempts_per_client: int | None
    call_from_minute: int
    call_until_minute: int
    call_weekdays: int
    control_days: int
    cooling_off_days: int
    data_unit_id: int | None
    quality_unit_id: int | None
    is_pressure_exempt: bool
    opens_after_days: int | None
    expires_after_days: int | None
    missed_callback: MissedCallback
    missed_after_minutes: int

    def __post_init__(self) -> None:
        """Browsers end lines in their own way: that alone is no change."""
        object.__setattr__(self, "script", "\n".join((self.script or "").splitlines()))


FIELDS = tuple(one.name for one in fields(CampaignDraft))


def merged(
    opened: Mapping[str, Any], mine: CampaignDraft, theirs: CampaignDraft
) -> tuple[CampaignDraft, tuple[str, ...]]:
    """What both wanted, and the fields that both changed differently: there it is what I typed.

    ``opened``: field → value when I began. A field that it does not know counts as typed by me.
    """
    typed, written = asdict(mine), asdict(theirs)
    touched = {name for name in FIELDS if name not in opened or typed[name] != opened[name]}
    values = {name: (typed if name in touched else written)[name] for name in FIELDS}
    both = tuple(
        name
        for name in FIELDS
        if name in touched
        and typed[name] != written[name]
        and (name not in opened or written[name] != opened[name])
    )
    return CampaignDraft(**values), both


def campaigns_to_edit(session: Session, *, actor: Actor) -> Sequence[Campaign]:
    """All campaigns, those that run first."""
    actor.require(CampaignPermission.MANAGE_CAMPAIGNS)
    return session.scalars(select(Campaign).order_by(Campaign.state, Campaign.name)).all()


def get_campaign(session: Session, campaign_id: int, *, actor: Actor) -> Campaign:
    """The campaign. Raises NotFound, NotPermitted."""
    actor.require(CampaignPermission.MANAGE_CAMPAIGNS)
    return _found(session.get(Campaign, campaign_id), campaign_id)


def _campaign_to_change(session: Session, campaign_id: int, actor: Actor) -> Campaign:
    """As it is now, and nobody else changes it; tasks and attempts that refer to it go on."""
    actor.require(CampaignPermission.MANAGE_CAMPAIGNS)
    found = session.get(
        Campaign, campaign_id, with_for_update={"key_share": True}, populate_existing=True
    )
    return _found(found, campaign_id)


def _found(campaign: Campaign | None, campaign_id: int) -> Campaign:
    if campaign is None:
        raise NotFound("campaign", campaign_id)
    return campaign


def draft_of(campaign: Campaign) -> CampaignDraft:
    """The campaign as it stands."""
    return CampaignDraft(**{name: getattr(campaign, name) for name in FIELDS})


def change_campaign(
    session: Session,
    campaign_id: int,
    draft: CampaignDraft,
    *,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> Campaign:
    """Write the draft; what did not change is not written into the journal.

    ``version``: that of the campaign when it was opened for editing. Raises NotFound, NotPermitted,
    CampaignWrong, CampaignChangedMeanwhile.
    """
    campaign = _campaign_to_change(session, campaign_id, actor)
    check_draft(session, draft)
    if version != campaign.version:
        raise _changed_meanwhile(session, campaign)
    values, before = asdict(draft), asdict(draft_of(campaign))
    changed = tuple(name for name in FIELDS if before[name] != values[name])
    for name in changed:
        setattr(campaign, name, values[name])
    if changed:
        campaign.version += 1
    session.flush()
    if changed:
        event = CampaignChanged(campaign_id=campaign.id, changed=changed)
        record(session, event, actor=actor, at=now)
    return campaign


def move_campaign(
    session: Session, campaign_id: int, action: CampaignAction, *, actor: Actor, now: datetime
) -> Campaign:
    """Pause, resume or finish it. Raises NotFound, NotPermitted, CampaignStepRefused."""
    campaign = _campaign_to_change(session, campaign_id, actor)
    campaign.state = after(campaign.state, action)
    session.flush()
    event = CampaignMoved(
        campaign_id=campaign.id, action=action.value, to_state=campaign.state.value
    )
    record(session, event, actor=actor, at=now)
    return campaign


def _changed_meanwhile(session: Session, campaign: Campaign) -> CampaignChangedMeanwhile:
    entries = history_of(session, "campaign", campaign.id)
    entry = next((one for one in reversed(entries) if "changed" in one.details), None)
    if entry is None:
        return CampaignChangedMeanwhile("", campaign.created_at, ())
    return CampaignChangedMeanwhile(entry.actor, entry.at, tuple(entry.details["changed"]))


def check_draft(session: Session, draft: CampaignDraft) -> None:
    """Raise CampaignWrong for the first value that cannot be used."""
    for name in ("name", "goal"):
        if not getattr(draft, name).strip():
            raise CampaignWrong(name)
    check_ladder(draft.retry_ladder)
    if not 0 <= draft.call_from_minute < draft.call_until_minute <= MINUTES_A_DAY:
        raise CampaignWrong("call_until_minute")
    if not 0 < draft.call_weekdays < 1 << 7:
        raise CampaignWrong("call_weekdays")
    for name, least, most in (
        ("priority", 1, 9), ("attempts_per_task", 1, 100), ("attempts_per_client", 1, 100),
        ("control_days", 0, 366), ("cooling_off_days", 0, 3660), ("opens_after_days", 0, 366),
        ("expires_after_days", 0, 3660), ("missed_after_minutes", 1, 7 * 24 * 60),
    ):  # fmt: skip
        value = getattr(draft, name)
        if value is not None and not least <= value <= most:
            raise CampaignWrong(name)
    for name in ("data_unit_id", "quality_unit_id"):
        unit_id = getattr(draft, name)
        unit = session.get(Unit, unit_id) if unit_id is not None else None
        if unit_id is not None and (unit is None or unit.is_archived):
            raise CampaignWrong(name)


def check_ladder(ladder: Sequence[dict[str, Any]]) -> None:
    """Raise CampaignWrong for a ladder that cannot be followed."""
    try:
        for rung in ladder:
            check_rung(rung)
    except BadRung as error:
        raise CampaignWrong("retry_ladder") from error
    if len(ladder) > MOST_RUNGS:
        raise CampaignWrong("retry_ladder")


def ladder_preview(
    draft: CampaignDraft, *, zone: str, calendar: Calendar | None, now: datetime
) -> list[datetime]:
    """When the tries would be if the first were as soon as allowed and nobody ever answered.

    The draft has passed ``check_draft``.
    """
    window = Window(draft.call_from_minute, draft.call_until_minute, draft.call_weekdays)
    tries = [clip(window, zone, now)]
    while (
        at := next_attempt_at(
            draft.retry_ladder, len(tries), now=tries[-1], zone=zone,
            window=window, calendar=calendar, tried=tries[:-1],
        )
    ) is not None:  # fmt: skip
        if draft.attempts_per_task is not None and len(tries) >= draft.attempts_per_task:
            break
        tries.append(at)
    return tries
