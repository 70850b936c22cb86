"""The shipped catalogue and its editing: flags, versions, languages (rule 9)."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.catalogue import install_catalogue
from campaigns.effects import block
from campaigns.models import (
    AcquisitionWay,
    Campaign,
    CampaignResult,
    Outcome,
    ResultCode,
    ResultCodeVersion,
)
from campaigns.result_codes import CodeChoice, acquisition_ways, codes_for
from directory.clients.models import RefusalScope
from tests.conftest import NOON, TOMORROW
from tests.given import Given

TABLES = (Campaign, ResultCode, ResultCodeVersion, CampaignResult, AcquisitionWay)


def _counts(session: Session) -> list[int]:
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


def _offered(session: Session, campaign: Campaign, locale: str = "ru") -> dict[str, CodeChoice]:
    return {choice.code: choice for choice in codes_for(session, campaign.id, locale=locale)}


def test_installing_twice_changes_nothing(session: Session) -> None:
    install_catalogue(session, now=NOON)
    before = _counts(session)
    install_catalogue(session, now=TOMORROW)
    assert _counts(session) == before
    assert min(before) > 0


def test_a_code_taken_out_of_a_campaign_stays_out(session: Session) -> None:
    given = Given(session)
    campaign = given.campaign()
    code_id = given.code_id("complaint")
    session.delete(session.get_one(CampaignResult, (campaign.id, code_id)))
    session.flush()
    install_catalogue(session, now=TOMORROW)
    assert "complaint" not in _offered(session, campaign)


def test_every_line_is_worded_in_three_languages(session: Session) -> None:
    Given(session).catalogue()
    for names in session.scalars(select(ResultCodeVersion.names)).all():
        assert set(names) == {"ru", "en", "uk"} and all(names.values())
    for names in session.scalars(select(AcquisitionWay.names)).all():
        assert set(names) == {"ru", "en", "uk"} and all(names.values())


def test_the_codes_of_the_workstation_carry_its_flags(session: Session) -> None:
    codes = _offered(session, Given(session).campaign())
    in_call, booked = codes["booked_in_call"], codes["booked"]
    assert in_call.name == "Клиент записан на сервис во время звонка"
    assert in_call.offers_service_request and in_call.offers_involvement and in_call.allows_control
    assert in_call.is_success and not in_call.comment_required
    assert booked.asks_acquisition and booked.comment_required and booked.is_success
    others = [c for c in codes.values() if c.outcome is Outcome.INTERVIEW and not c.is_success]
    assert others and all(code.comment_required and code.asks_mileage for code in others)
    assert block(RefusalScope.ALL) in codes["refuses_all"].effects
    assert block(RefusalScope.PURPOSE) in codes["refuses_purpose"].effects


def test_each_outcome_has_reasons_to_choose_from(session: Session) -> None:
    codes = _offered(session, Given(session).campaign("lost-clients"))
    assert {code.outcome for code in codes.values()} == set(Outcome) - {Outcome.REPEAT}


@pytest.mark.parametrize(
    ("locale", "name"), [("en", "Complaint"), ("uk", "Скарга"), ("de", "Жалоба")]
)
def test_a_code_is_named_in_the_language_of_the_reader(
    session: Session, locale: str, name: str
) -> None:
    assert _offered(session, Given(session).campaign(), locale)["complaint"].name == name


def test_ways_of_acquisition_are_listed_in_order(session: Session) -> None:
    Given(session).catalogue()
    ways = acquisition_ways(session, locale="ru")
    assert [way.code for way in ways][:2] == ["phone_call", "client_called"]
