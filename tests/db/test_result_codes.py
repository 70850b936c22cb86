"""Result codes are edited as data: versions, archived instead of deleted (rule 9)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.models import Outcome, ResultCodeVersion
from campaigns.result_codes import CodeFlags, add_code, archive_code, change_code, codes_for
from core.access import Actor
from core.errors import Invalid, NotFound, NotPermitted
from core.journal import history_of
from directory.staff.models import Role
from tests.conftest import NOON
from tests.given import Given

NAMES = {"ru": "Ждёт запчасть", "en": "Waits for a part"}


@pytest.fixture
def given(session: Session) -> Given:
    return Given(session)


@pytest.fixture
def head(given: Given) -> Actor:
    unit = given.unit()
    return given.actor(given.employee("Глава", role=Role.HEAD, unit=unit), role=Role.HEAD)


def offered(given: Given) -> set[str]:
    return {c.code for c in codes_for(given.session, given.campaign().id, locale="ru")}


def test_a_new_code_is_offered_by_the_chosen_campaigns(given: Given, head: Actor) -> None:
    code = add_code(
        given.session, code="waits", outcome=Outcome.INTERVIEW, names=NAMES,
        flags=CodeFlags(allows_control=True), campaign_ids=[given.campaign().id], actor=head,
        now=NOON,
    )  # fmt: skip
    assert "waits" in offered(given)
    other = codes_for(given.session, given.campaign("lost-clients").id, locale="ru")
    assert "waits" not in {choice.code for choice in other}
    assert [e.event for e in history_of(given.session, "result_code", code.id)] == [
        "ResultCodeAdded"
    ]


def test_a_change_makes_a_new_version_and_keeps_the_old_one(given: Given, head: Actor) -> None:
    given.catalogue()
    code_id = given.code_id("complaint")
    change_code(given.session, code_id, names={"ru": "Претензия"},
                flags=CodeFlags(comment_required=True), actor=head, now=NOON)  # fmt: skip
    versions = given.session.scalars(
        select(ResultCodeVersion)
        .where(ResultCodeVersion.result_code_id == code_id)
        .order_by(ResultCodeVersion.number)
    ).all()
    assert [v.names["ru"] for v in versions] == ["Жалоба", "Претензия"]
    assert versions[0].offers_involvement and not versions[1].offers_involvement
    (entry,) = history_of(given.session, "result_code", code_id)
    assert entry.details["number"] == 2 and "names" in entry.details["changed"]


def test_a_change_of_nothing_makes_no_version(given: Given, head: Actor) -> None:
    given.catalogue()
    code_id = given.code_id("busy")
    names = {"ru": "Занято", "en": "Busy", "uk": "Зайнято"}
    code = change_code(given.session, code_id, names=names, flags=CodeFlags(), actor=head, now=NOON)
    assert code.current_version == 1


def test_an_archived_code_is_offered_no_more(given: Given, head: Actor) -> None:
    given.catalogue()
    for _ in range(2):
        archive_code(given.session, given.code_id("complaint"), actor=head, now=NOON)
    assert "complaint" not in offered(given)
    assert len(history_of(given.session, "result_code", given.code_id("complaint"))) == 1


def test_a_code_needs_a_russian_name_and_a_key_of_its_own(given: Given, head: Actor) -> None:
    given.catalogue()
    for code, names, field in (("fresh", {"en": "X"}, "name_ru"), ("busy", NAMES, "code")):
        with pytest.raises(Invalid) as refusal:
            add_code(given.session, code=code, outcome=Outcome.INTERVIEW, names=names,
                     flags=CodeFlags(), campaign_ids=[], actor=head, now=NOON)  # fmt: skip
        assert refusal.value.field == field


def test_a_manager_does_not_edit_the_catalogue(given: Given) -> None:
    manager = given.manager(given.unit())
    with pytest.raises(NotPermitted):
        archive_code(given.session, 1, actor=manager, now=NOON)


def test_a_code_that_is_not_there_is_not_found(given: Given, head: Actor) -> None:
    with pytest.raises(NotFound):
        archive_code(given.session, 10**6, actor=head, now=NOON)
