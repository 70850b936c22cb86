"""The tree and its paths."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound, NotPermitted
from core.journal import history_of
from directory.permissions import DirectoryPermission
from directory.units import tree
from directory.units.models import Unit, UnitKind, UnitPath
from directory.units.naming import UnitCodeTaken, UnitCodeUnusable, UnknownTimeZone
from tests.conftest import NOON


def installation(session: Session) -> Actor:
    ids = frozenset(session.scalars(select(Unit.id)))
    return Actor(key="cli", permissions=frozenset(DirectoryPermission), unit_ids=ids)


def unit(
    session: Session,
    code: str,
    parent: Unit | None = None,
    kind: UnitKind = UnitKind.DEPARTMENT,
    zone: str | None = None,
) -> Unit:
    return tree.add_unit(
        session,
        kind=kind,
        code=code,
        name=code.title(),
        parent_id=parent.id if parent else None,
        time_zone=zone,
        actor=installation(session),
        now=NOON,
    )


@pytest.fixture
def group(session: Session) -> dict[str, Unit]:
    """company > east (centre) > (service > shop), sales; company > west (centre)."""
    company = unit(session, "company", kind=UnitKind.COMPANY)
    east = unit(session, "east", company, UnitKind.CENTRE, "Asia/Yekaterinburg")
    west = unit(session, "west", company, UnitKind.CENTRE)
    service = unit(session, "service", east)
    shop = unit(session, "shop", service, UnitKind.WORKSHOP)
    sales = unit(session, "sales", east)
    units = (company, east, west, service, shop, sales)
    return {u.code: u for u in units}


def paths(session: Session) -> set[tuple[int, int, int]]:
    rows = session.execute(
        select(UnitPath.ancestor_id, UnitPath.descendant_id, UnitPath.depth)
    ).all()
    return {(a, d, n) for a, d, n in rows}


def paths_by_parents(session: Session) -> set[tuple[int, int, int]]:
    """What the paths must be, walked up parent by parent."""
    parent = {unit.id: unit.parent_id for unit in session.scalars(select(Unit))}
    wanted = set()
    for start in parent:
        at: int | None = start
        depth = 0
        while at is not None:
            wanted.add((at, start, depth))
            at, depth = parent[at], depth + 1
    return wanted


def test_paths_follow_adding_and_moving(session: Session, group: dict[str, Unit]) -> None:
    assert paths(session) == paths_by_parents(session)
    actor = installation(session)
    tree.move_unit(session, group["service"].id, parent_id=group["west"].id, actor=actor, now=NOON)
    session.expire_all()
    assert paths(session) == paths_by_parents(session)
    below = set(session.scalars(tree.units_below([group["west"].id])))
    assert below == {group[c].id for c in ("west", "service", "shop")}
    events = [entry.event for entry in history_of(session, "unit", group["service"].id)]
    assert events == ["UnitAdded", "UnitMoved"]


@pytest.mark.parametrize("target", ["service", "shop"])
def test_a_unit_cannot_stand_below_itself(
    session: Session, group: dict[str, Unit], target: str
) -> None:
    before = paths(session)
    with pytest.raises(tree.UnitBelowItself):
        tree.move_unit(
            session,
            group["service"].id,
            parent_id=group[target].id,
            actor=installation(session),
            now=NOON,
        )
    assert paths(session) == before


def test_centre_and_zone_are_those_of_the_nearest_above(
    session: Session, group: dict[str, Unit]
) -> None:
    east, shop = group["east"].id, group["shop"].id
    assert tree.centre_of(session, shop) == east
    assert tree.centre_of(session, east) == east
    assert tree.centre_of(session, group["company"].id) is None
    assert tree.zone_of(session, shop, "Europe/Moscow") == "Asia/Yekaterinburg"
    assert tree.zone_of(session, group["west"].id, "Europe/Moscow") == "Europe/Moscow"


def test_the_page_shows_the_tree_in_order(session: Session, group: dict[str, Unit]) -> None:
    rows = [(row.unit.code, row.depth) for row in tree.unit_tree(session)]
    assert rows == [
        ("company", 0), ("east", 1), ("sales", 2), ("service", 2), ("shop", 3), ("west", 1),
    ]  # fmt: skip
    within = frozenset({group["service"].id, group["shop"].id})
    assert [(r.unit.code, r.depth) for r in tree.unit_tree(session, within=within)] == [
        ("service", 0),
        ("shop", 1),
    ]


def test_units_of_others_are_not_found(session: Session, group: dict[str, Unit]) -> None:
    actor = Actor(
        key="employee:1",
        employee_id=1,
        permissions=frozenset(DirectoryPermission),
        unit_ids=frozenset({group["west"].id}),
    )
    with pytest.raises(NotFound):
        tree.move_unit(session, group["shop"].id, parent_id=group["west"].id, actor=actor, now=NOON)
    with pytest.raises(NotPermitted):
        tree.add_unit(
            session,
            kind=UnitKind.COMPANY,
            code="rival",
            name="Rival",
            parent_id=None,
            time_zone=None,
            actor=actor,
            now=NOON,
        )


def test_only_an_empty_unit_goes_to_the_archive(session: Session, group: dict[str, Unit]) -> None:
    actor = installation(session)
    with pytest.raises(tree.UnitHasParts):
        tree.archive_unit(session, group["service"].id, actor=actor, now=NOON)
    tree.archive_unit(session, group["shop"].id, actor=actor, now=NOON)
    tree.archive_unit(session, group["service"].id, actor=actor, now=NOON)
    with pytest.raises(tree.ParentArchived):
        tree.restore_unit(session, group["shop"].id, actor=actor, now=NOON)
    assert "shop" not in {row.unit.code for row in tree.unit_tree(session)}


def test_names_codes_and_zones_are_checked(session: Session, group: dict[str, Unit]) -> None:
    with pytest.raises(UnitCodeTaken):
        unit(session, "shop", group["west"])
    with pytest.raises(UnitCodeUnusable):
        unit(session, "two words", group["west"])
    with pytest.raises(UnknownTimeZone):
        unit(session, "north", group["west"], zone="Moscow/Europe")
