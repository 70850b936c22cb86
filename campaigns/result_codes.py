"""Result codes as versioned data: what is offered, and how the catalogue is changed (rule 9)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, func, select
from sqlalchemy.orm import Session

from campaigns.effects import Effect, check_effects, completed, read_effects, stored_effects
from campaigns.events import ResultCodeAdded, ResultCodeArchived, ResultCodeChanged
from campaigns.models import (
    AcquisitionWay,
    Campaign,
    CampaignResult,
    Outcome,
    ResultCode,
    ResultCodeVersion,
)
from campaigns.permissions import CampaignPermission
from core.access import Actor
from core.errors import Invalid, NotFound
from core.journal import record
from core.statements import ask

DEFAULT_LOCALE = "ru"


class CodeTaken(Invalid):
    """Another result code has this key."""

    field = "code"


class NameMissing(Invalid):
    """A result code needs its Russian wording; other languages fall back to it."""

    field = "name_ru"


@dataclass(frozen=True, kw_only=True)
class CodeFlags:
    """What a code demands, offers and causes: logic hangs on these, never on names."""

    comment_required: bool = False
    asks_mileage: bool = False
    asks_acquisition: bool = False
    offers_service_request: bool = False
    offers_involvement: bool = False
    needs_next_date: bool = False
    allows_control: bool = False
    is_success: bool = False
    effects: tuple[Effect, ...] = ()
    """What is done when it is saved; nothing given: what the outcome does without a code."""


FLAGS = tuple(field.name for field in fields(CodeFlags))


@dataclass(frozen=True, kw_only=True)
class CodeChoice(CodeFlags):
    """A code as a page offers it: its present wording and flags."""

    result_code_id: int
    version_id: int
    code: str
    outcome: Outcome
    name: str


@dataclass(frozen=True, kw_only=True)
class AcquisitionChoice:
    """A way in which a service is acquired, as a page offers it."""

    acquisition_id: int
    code: str
    name: str


def current_version_of_code() -> ColumnElement[bool]:
    """Join condition: the version of a code that counts now."""
    return and_(
        ResultCodeVersion.result_code_id == ResultCode.id,
        ResultCodeVersion.number == ResultCode.current_version,
    )


_CODES = (
    select(
        ResultCode.id.label("result_code_id"),
        ResultCodeVersion.id.label("version_id"),
        ResultCode.code,
        ResultCode.outcome,
        ResultCodeVersion.names,
        *(getattr(ResultCodeVersion, name) for name in FLAGS),
    )
    .join(ResultCodeVersion, current_version_of_code())
    .join(CampaignResult, CampaignResult.result_code_id == ResultCode.id)
    .where(CampaignResult.campaign_id == bindparam("campaign"), ~ResultCode.is_archived)
    .order_by(ResultCode.position)
)
_ONE_CODE = _CODES.where(ResultCode.id == bindparam("wanted"))
_WAYS = (
    select(AcquisitionWay.id, AcquisitionWay.code, AcquisitionWay.names)
    .where(~AcquisitionWay.is_archived)
    .order_by(AcquisitionWay.position, AcquisitionWay.id)
)


def codes_for(session: Session, campaign_id: int, *, locale: str) -> list[CodeChoice]:
    """The codes that the campaign offers now, in catalogue order; archived ones are left out."""
    rows = ask(session, _CODES, {"campaign": campaign_id})
    return [_choice(row, locale) for row in rows]


def find_offered(session: Session, campaign_id: int, result_code_id: int) -> CodeChoice | None:
    """The code with its present flags if the campaign offers it; archived ones are not offered."""
    row = ask(session, _ONE_CODE, {"campaign": campaign_id, "wanted": result_code_id}).first()
    return _choice(row, DEFAULT_LOCALE) if row else None


def acquisition_ways(session: Session, *, locale: str) -> list[AcquisitionChoice]:
    """How a client may have come to a booking, in catalogue order."""
    ways = ask(session, _WAYS)
    return [
        AcquisitionChoice(acquisition_id=way.id, code=way.code, name=wording(way.names, locale))
        for way in ways
    ]


def wording(names: Mapping[str, str], locale: str) -> str:
    """The name in this language, else in Russian, which is always there."""
    return names.get(locale) or names[DEFAULT_LOCALE]


def add_code(
    session: Session,
    *,
    code: str,
    outcome: Outcome,
    names: Mapping[str, str],
    flags: CodeFlags,
    campaign_ids: Collection[int],
    actor: Actor,
    now: datetime,
) -> ResultCode:
    """Add a code at the end of the catalogue, offered by these campaigns.

    Raises CodeTaken, NameMissing, EffectsWrong, NotFound (campaign).
    """
    actor.require(CampaignPermission.MANAGE_RESULTS)
    if session.scalar(select(ResultCode.id).where(ResultCode.code == code)):
        raise CodeTaken(code)
    last = session.scalar(select(func.max(ResultCode.position))) or 0
    flags = checked(outcome, flags)
    row = ResultCode(code=code, outcome=outcome, position=last + 1)
    session.add(row)
    session.flush()
    _add_version(session, row, number=1, names=names, flags=flags, actor=actor, now=now)
    _offer_by(session, row.id, campaign_ids)
    record(
        session, ResultCodeAdded(result_code_id=row.id, code=code, number=1), actor=actor, at=now
    )
    return row


def change_code(
    session: Session,
    result_code_id: int,
    *,
    names: Mapping[str, str],
    flags: CodeFlags,
    campaign_ids: Collection[int] | None = None,
    actor: Actor,
    now: datetime,
) -> ResultCode:
    """Give the code a new wording or flags as a new version: old reports keep the code as it was.

    ``campaign_ids`` None leaves the campaigns that offer it. Raises NotFound, NameMissing,
    EffectsWrong.
    """
    actor.require(CampaignPermission.MANAGE_RESULTS)
    row = get_code(session, result_code_id)
    flags = checked(row.outcome, flags)
    new, old = stored_flags(flags), get_version(session, row)
    if campaign_ids is not None:
        _offer_by(session, row.id, campaign_ids)
    changed = tuple(name for name in FLAGS if getattr(old, name) != new[name])
    if dict(names) != old.names:
        changed = ("names", *changed)
    if changed:
        row.current_version += 1
        number = row.current_version
        _add_version(session, row, number=number, names=names, flags=flags, actor=actor, now=now)
        event = ResultCodeChanged(result_code_id=row.id, number=number, changed=changed)
        record(session, event, actor=actor, at=now)
    return row


def archive_code(
    session: Session, result_code_id: int, *, actor: Actor, now: datetime
) -> ResultCode:
    """Offer the code no more; what was recorded with it stays readable."""
    actor.require(CampaignPermission.MANAGE_RESULTS)
    row = get_code(session, result_code_id)
    if not row.is_archived:
        row.is_archived = True
        record(session, ResultCodeArchived(result_code_id=row.id), actor=actor, at=now)
    return row


def get_code(session: Session, result_code_id: int) -> ResultCode:
    """The code. Raises NotFound."""
    row = session.get(ResultCode, result_code_id)
    if row is None:
        raise NotFound("result_code", result_code_id)
    return row


def get_version(session: Session, code: ResultCode) -> ResultCodeVersion:
    """The version of the code that counts now."""
    return session.scalars(
        select(ResultCodeVersion).where(
            ResultCodeVersion.result_code_id == code.id,
            ResultCodeVersion.number == code.current_version,
        )
    ).one()


def checked(outcome: Outcome, flags: CodeFlags) -> CodeFlags:
    """The flags with their effects complete. Raises EffectsWrong."""
    effects = completed(outcome, flags.effects)
    check_effects(outcome, effects, allows_control=flags.allows_control)
    return replace(flags, effects=effects)


def stored_flags(flags: CodeFlags) -> dict[str, object]:
    """The flags as columns of a version."""
    plain: dict[str, object] = {name: getattr(flags, name) for name in FLAGS}
    return plain | {"effects": stored_effects(flags.effects)}


def _choice(row: Row[Any], locale: str) -> CodeChoice:
    values = row._asdict()
    values["effects"] = read_effects(values["effects"])
    return CodeChoice(name=wording(values.pop("names"), locale), **values)


def _add_version(
    session: Session,
    code: ResultCode,
    *,
    number: int,
    names: Mapping[str, str],
    flags: CodeFlags,
    actor: Actor,
    now: datetime,
) -> None:
    if not names.get(DEFAULT_LOCALE, "").strip():
        raise NameMissing()
    session.add(
        ResultCodeVersion(
            result_code_id=code.id,
            number=number,
            names=dict(names),
            created_at=now,
            created_by=actor.key,
            **stored_flags(flags),
        )
    )
    session.flush()


def _offer_by(session: Session, result_code_id: int, campaign_ids: Collection[int]) -> None:
    known = set(session.scalars(select(Campaign.id).where(Campaign.id.in_(campaign_ids))))
    for campaign_id in campaign_ids:
        if campaign_id not in known:
            raise NotFound("campaign", campaign_id)
    session.execute(delete(CampaignResult).where(CampaignResult.result_code_id == result_code_id))
    session.add_all(
        CampaignResult(campaign_id=campaign_id, result_code_id=result_code_id)
        for campaign_id in sorted(known)
    )
    session.flush()
