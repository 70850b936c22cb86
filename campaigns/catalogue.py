"""Puts the shipped campaigns, result codes and ways of acquisition into a new installation."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.models import AcquisitionWay, Campaign, CampaignResult, ResultCode, ResultCodeVersion
from campaigns.result_codes import checked, stored_flags
from campaigns.shipped import (
    ACQUISITIONS,
    CAMPAIGNS,
    REASONS,
    RESULTS,
    ShippedCampaign,
    ShippedCode,
)

INSTALLER = "install"
"""Actor key of what was there from the beginning."""
DEPARTMENT = "department"
"""Code of the campaign that jobs for other departments belong to."""


def install_catalogue(session: Session, *, now: datetime) -> None:
    """Add what is missing; what is there, edited or not, stays as it is. Harmless twice."""
    fresh_codes = _install_codes(session, now)
    fresh_campaigns = _install_campaigns(session, now)
    _offer_codes(session, fresh_codes=fresh_codes, fresh_campaigns=fresh_campaigns)
    _install_acquisitions(session)


def department_campaign_id(session: Session) -> int:
    """The campaign of jobs that one department asks of another."""
    return session.scalars(select(Campaign.id).where(Campaign.code == DEPARTMENT)).one()


def _install_codes(session: Session, now: datetime) -> set[int]:
    known = set(session.scalars(select(ResultCode.code)))
    fresh = set()
    for position, line in enumerate((*RESULTS, *REASONS), start=1):
        if line.code not in known:
            fresh.add(_install_code(session, line, position, now))
    return fresh


def _install_code(session: Session, line: ShippedCode, position: int, now: datetime) -> int:
    code = ResultCode(code=line.code, outcome=line.outcome, position=position)
    session.add(code)
    session.flush()
    session.add(
        ResultCodeVersion(
            result_code_id=code.id,
            number=1,
            names=dict(line.names),
            created_at=now,
            created_by=INSTALLER,
            **stored_flags(checked(line.outcome, line.flags)),
        )
    )
    return code.id


def _install_campaigns(session: Session, now: datetime) -> set[int]:
    known = set(session.scalars(select(Campaign.code)))
    missing = [_campaign(line, now) for line in CAMPAIGNS if line.code not in known]
    session.add_all(missing)
    session.flush()
    return {campaign.id for campaign in missing}


def _campaign(line: ShippedCampaign, now: datetime) -> Campaign:
    return Campaign(
        code=line.code,
        name=line.name,
        purpose=line.purpose,
        goal=line.goal,
        script=line.script,
        priority=line.priority,
        retry_ladder=[dict(rung) for rung in line.ladder],
        control_days=line.control_days,
        is_pressure_exempt=line.is_pressure_exempt,
        created_at=now,
    )


def _offer_codes(session: Session, *, fresh_codes: set[int], fresh_campaigns: set[int]) -> None:
    """Offer a new pair of campaign and code; a pair that somebody took apart stays so."""
    phoned = {line.code for line in CAMPAIGNS if line.is_phoned}
    shipped = {line.code for line in (*RESULTS, *REASONS)}
    campaign_ids = session.scalars(
        select(Campaign.id).where(Campaign.code.in_(phoned)).order_by(Campaign.id)
    ).all()
    code_ids = session.scalars(
        select(ResultCode.id).where(ResultCode.code.in_(shipped)).order_by(ResultCode.id)
    ).all()
    session.add_all(
        CampaignResult(campaign_id=campaign_id, result_code_id=code_id)
        for campaign_id in campaign_ids
        for code_id in code_ids
        if campaign_id in fresh_campaigns or code_id in fresh_codes
    )
    session.flush()


def _install_acquisitions(session: Session) -> None:
    known = set(session.scalars(select(AcquisitionWay.code)))
    session.add_all(
        AcquisitionWay(code=code, names=dict(names), position=position)
        for position, (code, names) in enumerate(ACQUISITIONS, start=1)
        if code not in known
    )
    session.flush()
