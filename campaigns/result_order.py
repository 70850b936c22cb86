"""The catalogue of result codes as its editor sees it: all codes in order, archived ones too."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.events import ResultCodeMoved, ResultCodeRestored
from campaigns.models import Campaign, CampaignResult, Outcome, ResultCode, ResultCodeVersion
from campaigns.permissions import CampaignPermission
from campaigns.result_codes import current_version_of_code, get_code, wording
from core.access import Actor
from core.journal import record
from core.locks import exclusively


@dataclass(frozen=True)
class CodeLine:
    """A code with its present version."""

    code: ResultCode
    version: ResultCodeVersion
    name: str


def codes_by_outcome(
    session: Session, *, locale: str, with_archived: bool = False
) -> dict[Outcome, list[CodeLine]]:
    """The catalogue in the order in which codes are offered, outcome by outcome."""
    query = (
        select(ResultCode, ResultCodeVersion)
        .join(ResultCodeVersion, current_version_of_code())
        .order_by(ResultCode.position, ResultCode.id)
    )
    if not with_archived:
        query = query.where(ResultCode.is_archived.is_(False))
    lines: dict[Outcome, list[CodeLine]] = {outcome: [] for outcome in Outcome}
    for code, version in session.execute(query):
        lines[code.outcome].append(CodeLine(code, version, wording(version.names, locale)))
    return lines


def campaigns_to_offer(session: Session) -> list[Campaign]:
    """All campaigns, by name."""
    return list(session.scalars(select(Campaign).order_by(Campaign.name, Campaign.id)))


def offering_campaigns(session: Session, result_code_id: int) -> list[int]:
    """Ids of the campaigns that offer the code."""
    return list(
        session.scalars(
            select(CampaignResult.campaign_id).where(
                CampaignResult.result_code_id == result_code_id
            )
        )
    )


def move_code(
    session: Session, result_code_id: int, *, up: bool, actor: Actor, now: datetime
) -> None:
    """Change places with the neighbour of the same outcome; the first and last stay."""
    actor.require(CampaignPermission.MANAGE_RESULTS)
    exclusively(session, "result codes")
    code = get_code(session, result_code_id)
    beside = select(ResultCode).where(
        ResultCode.outcome == code.outcome, ResultCode.is_archived.is_(False)
    )
    if up:
        beside = beside.where(ResultCode.position < code.position)
        other = session.scalar(beside.order_by(ResultCode.position.desc()).limit(1))
    else:
        beside = beside.where(ResultCode.position > code.position)
        other = session.scalar(beside.order_by(ResultCode.position).limit(1))
    if other is None:
        return
    code.position, other.position = other.position, code.position
    event = ResultCodeMoved(result_code_id=code.id, other_id=other.id)
    record(session, event, actor=actor, at=now)


def restore_code(
    session: Session, result_code_id: int, *, actor: Actor, now: datetime
) -> ResultCode:
    """Offer an archived code again."""
    actor.require(CampaignPermission.MANAGE_RESULTS)
    code = get_code(session, result_code_id)
    if code.is_archived:
        code.is_archived = False
        record(session, ResultCodeRestored(result_code_id=code.id), actor=actor, at=now)
    return code
