"""Campaigns with their rules, and result codes as versioned data (rule 9)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class CampaignState(StrEnum):
    """Whether tasks of the campaign are handed out."""

    ACTIVE = "active"
    PAUSED = "paused"
    FINISHED = "finished"


class MissedCallback(StrEnum):
    """What becomes of a promised callback that nobody made in time."""

    KEEP = "keep"
    """It stays as it is; people are told."""
    NEXT_DAY = "next_day"
    """The same person makes it on the next working day."""
    POOL = "pool"
    """Anybody of the unit may make it."""
    CLOSE = "close"


class Campaign(Base):
    """Why we call: purpose, script, retry, window, control."""

    __tablename__ = "campaigns"
    __table_args__ = (CheckConstraint("call_from_minute < call_until_minute", "window"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    purpose: Mapped[str]
    """Key of the purpose of contact: what a client may refuse (``maintenance``)."""
    goal: Mapped[str]
    """One sentence that the manager reads before the call."""
    script: Mapped[str] = mapped_column(default="")
    """Lines separated by newlines, shown as steps."""
    state: Mapped[CampaignState] = mapped_column(default=CampaignState.ACTIVE)
    priority: Mapped[int] = mapped_column(default=5)
    """1 is handed out first."""
    retry_ladder: Mapped[list[Any]]
    """Rungs after «no answer», in order; see ``campaigns.retries``."""
    attempts_per_task: Mapped[int | None]
    """A task ends as unreachable after so many attempts, whatever its ladder still has."""
    attempts_per_client: Mapped[int | None]
    """So many unanswered attempts at all tasks of the campaign in one work-list, then they end."""
    call_from_minute: Mapped[int] = mapped_column(default=9 * 60)
    """Minutes after midnight in the client's zone; calls begin not earlier."""
    call_until_minute: Mapped[int] = mapped_column(default=20 * 60)
    call_weekdays: Mapped[int] = mapped_column(default=0b0111111)
    """Bit 0 is Monday; Sunday is off by default."""
    control_days: Mapped[int] = mapped_column(default=3)
    cooling_off_days: Mapped[int] = mapped_column(default=30)
    data_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    """Unit in charge of wrong data; None: the work-list's own."""
    quality_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    """Unit in charge of complaints; None: no task is made for it by a result."""
    is_pressure_exempt: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Its calls neither respect nor spend the budget of contacts: a recall (rule 14)."""
    opens_after_days: Mapped[int | None]
    """Its tasks open at the beginning of this day after they were formed; None: at once."""
    expires_after_days: Mapped[int | None]
    """They expire with the end of this day after they opened; None: never."""
    missed_callback: Mapped[MissedCallback] = mapped_column(
        default=MissedCallback.KEEP, server_default=text("'keep'")
    )
    missed_after_minutes: Mapped[int] = mapped_column(default=60, server_default=text("60"))
    """A promised callback counts as missed so long after its time."""
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """Grows with each edit, so that two people do not overwrite each other."""


class Outcome(StrEnum):
    """What came of an attempt (A13). Exactly one of five."""

    INTERVIEW = "interview"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    BAD_DATA = "bad_data"
    REPEAT = "repeat"


class DataFault(StrEnum):
    """What «wrong data» is about."""

    CONTACT = "contact"
    ASSET = "asset"


class ResultCode(Base):
    """What exactly came of an attempt; its wording and flags are in versions."""

    __tablename__ = "result_codes"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    outcome: Mapped[Outcome] = mapped_column(default=Outcome.INTERVIEW)
    """An interview needs a code (rule 9); the other outcomes may carry one as their reason."""
    position: Mapped[int]
    is_archived: Mapped[bool] = mapped_column(default=False)
    current_version: Mapped[int] = mapped_column(default=1)


class ResultCodeVersion(Base):
    """Wording and flags of a result code at a time: logic hangs on flags, never on names."""

    __tablename__ = "result_code_versions"
    __table_args__ = (UniqueConstraint("result_code_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    result_code_id: Mapped[int] = mapped_column(ForeignKey(ResultCode.id))
    number: Mapped[int]
    names: Mapped[dict[str, Any]]
    """Locale → wording; ``ru`` is always there."""
    comment_required: Mapped[bool] = mapped_column(default=False)
    asks_mileage: Mapped[bool] = mapped_column(default=False)
    asks_acquisition: Mapped[bool] = mapped_column(default=False)
    """Asks how the service was acquired."""
    offers_service_request: Mapped[bool] = mapped_column(default=False)
    offers_involvement: Mapped[bool] = mapped_column(default=False)
    needs_next_date: Mapped[bool] = mapped_column(default=False)
    """A new task must be planned («will think, call later»)."""
    allows_control: Mapped[bool] = mapped_column(default=False)
    is_success: Mapped[bool] = mapped_column(default=False)
    effects: Mapped[list[Any]] = mapped_column(server_default="[]")
    """What saving it causes: read and checked by ``campaigns.effects`` alone."""
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class CampaignResult(Base):
    """A result code that a campaign offers."""

    __tablename__ = "campaign_results"

    campaign_id: Mapped[int] = mapped_column(ForeignKey(Campaign.id), primary_key=True)
    result_code_id: Mapped[int] = mapped_column(ForeignKey(ResultCode.id), primary_key=True)


class AcquisitionWay(Base):
    """How a client came to a booking (answers «записан на сервис»)."""

    __tablename__ = "acquisition_ways"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    names: Mapped[dict[str, Any]]
    position: Mapped[int]
    is_archived: Mapped[bool] = mapped_column(default=False)


class ContactCap(Base):
    """At most ``most`` attempts on a client within ``days`` days, over all campaigns (rule 14).

    With ``is_household`` no cap on a client but «one call per household»: who shares a number with
    somebody called within ``days`` days, or in hand now, waits. There is at most one such row.
    """

    __tablename__ = "contact_caps"
    __table_args__ = (
        UniqueConstraint("days", "is_household", name="uq_contact_caps_days"),
        CheckConstraint("most BETWEEN 1 AND 100", "some"),
        CheckConstraint("days BETWEEN 1 AND 366", "within_a_year"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    most: Mapped[int]
    days: Mapped[int]
    """Times 24 hours back from the moment of the claim."""
    is_household: Mapped[bool] = mapped_column(default=False, server_default=false())
