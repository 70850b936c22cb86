"""Who may be phoned at all, as conditions of statements: refusals, rest, budget, number (13)."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ColumnExpressionArgument,
    Select,
    and_,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from campaigns.models import Campaign, ContactCap
from core.db import ONE, constant
from directory.clients.models import (
    Client,
    ClientKind,
    ContactKind,
    ContactPoint,
    ContactRefusal,
    ContactState,
    RefusalScope,
)
from worklists.lifecycle import TaskState
from worklists.models.task import Task, TaskKind

CHANNEL = "phone"
_PHONING_IN_ORDER = (TaskKind.CALL, TaskKind.CALLBACK)


def client_is_clear(
    client_id: ColumnExpressionArgument[int],
    asset_id: ColumnExpressionArgument[int | None],
    purpose: ColumnExpressionArgument[str],
    now: Any,
    *,
    keeps_budget: ColumnElement[bool],
) -> ColumnElement[bool]:
    """The same as a condition on few rows: ``client_block`` would be NULL.

    And where ``keeps_budget``: the budget of contacts is not spent (rule 14).
    """
    return and_(
        has_none(_refusals(client_id, asset_id, purpose)),
        has_none(_resting(client_id, now, keeps_budget)),
        has_none(_household_in_hand(client_id).where(keeps_budget)),
        _phones(client_id).limit(ONE).scalar_subquery().is_not(None),
    )


def has_none(rows: Select[Any]) -> ColumnElement[bool]:
    """No such row, asked by a probe for each row of the statement around it.

    An anti join would be planned by what is expected to be held, and the queue changes faster
    than statistics do. «Not equal» is what PostgreSQL expects to be true of nearly every row, so
    that it walks the queue in its order until the first hit instead of sorting it.
    """
    found = rows.with_only_columns(ONE).limit(ONE).scalar_subquery()
    return func.coalesce(found, literal_column("0")) != ONE


def is_refused(
    client_id: ColumnExpressionArgument[int],
    asset_id: ColumnExpressionArgument[int | None],
    purpose: ColumnExpressionArgument[str],
) -> ColumnElement[bool]:
    """Whether a refusal that nobody lifted reaches this channel, purpose or asset."""
    return _refusals(client_id, asset_id, purpose).exists()


def cools_off(client_id: ColumnExpressionArgument[int], now: Any) -> ColumnElement[bool]:
    """Whether the client refused to talk and the cooling-off time is not over."""
    return _cooling_off(client_id, now).exists()


def is_pressed(client_id: ColumnExpressionArgument[int], now: Any) -> ColumnElement[bool]:
    """Whether the client's budget of contacts is spent (rule 14)."""
    client = aliased(Client)
    pressed = select(client.id).correlate_except(client)
    return pressed.where(client.id == client_id, client.pressed_until > now).exists()


def household_is_called(
    client_id: ColumnExpressionArgument[int], now: Any, viewer_id: Any
) -> ColumnElement[bool]:
    """Whether somebody with the same number was called lately or is in hand of another person."""
    client = aliased(Client)
    called = select(client.id).correlate_except(client)
    return or_(
        called.where(client.id == client_id, client.household_until > now).exists(),
        _household_in_hand(client_id, viewer_id).exists(),
    )


def household_lease(
    client_id: ColumnExpressionArgument[int], viewer_id: Any
) -> ColumnElement[datetime | None]:
    """Until when another person holds somebody with the same number; NULL: nobody does."""
    found = _household_in_hand(client_id, viewer_id)
    held = aliased(Task)
    return (
        select(func.max(held.lease_until))
        .correlate_except(held)
        .where(held.id.in_(found))
        .scalar_subquery()
    )


def asks_household(kind: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether calls of this kind of task in the statement's campaign keep «one per household»."""
    asked = select(ContactCap.id).where(ContactCap.is_household).exists()
    return and_(kind == constant(TaskKind.CALL), ~Campaign.is_pressure_exempt, asked)


def shares_number(mine: type[ContactPoint], theirs: type[ContactPoint]) -> ColumnElement[bool]:
    """Two contact points of different people with one number that may be dialled for both.

    Companies have switchboards and no households.
    """
    people = []
    for point in (mine, theirs):
        person = aliased(Client)
        found = select(person.id).correlate_except(person)
        people.append(
            found.where(
                person.id == point.client_id,
                person.kind != constant(ClientKind.LEGAL_ENTITY),
            ).exists()
        )
    usable = [
        and_(
            point.kind == constant(ContactKind.PHONE),
            point.is_valid,
            point.state != constant(ContactState.WRONG),
        )
        for point in (mine, theirs)
    ]
    same = and_(theirs.value == mine.value, theirs.client_id != mine.client_id)
    return and_(*usable, same, *people)


def _household_in_hand(
    client_id: ColumnExpressionArgument[int], viewer_id: Any = None
) -> Select[Any]:
    """Calls in work of others with the client's number; the first condition costs all that is
    spent where households are not asked about: it depends on no row."""
    mine, theirs, other, cap = (
        aliased(ContactPoint), aliased(ContactPoint), aliased(Task), aliased(ContactCap)
    )  # fmt: skip
    is_asked = select(cap.id).where(cap.is_household).limit(ONE).correlate_except(cap)
    found = select(other.id).correlate_except(mine, theirs, other)
    return found.where(
        is_asked.scalar_subquery().is_not(None),
        mine.client_id == client_id,
        shares_number(mine, theirs),
        other.client_id == theirs.client_id,
        phones_now(other),
        other.performer_id.is_distinct_from(viewer_id),
    )


def has_phone(client_id: ColumnExpressionArgument[int]) -> ColumnElement[bool]:
    """Whether there is a number that may be dialled."""
    return _phones(client_id).exists()


def _refusals(
    client_id: ColumnExpressionArgument[int],
    asset_id: ColumnExpressionArgument[int | None],
    purpose: ColumnExpressionArgument[str],
) -> Select[Any]:
    refusal = aliased(ContactRefusal)
    refusals = select(refusal.id).correlate_except(refusal)
    return refusals.where(
        refusal.client_id == client_id,
        refusal.lifted_at.is_(None),
        or_(refusal.channel.is_(None), refusal.channel == constant(CHANNEL)),
        or_(
            refusal.scope == constant(RefusalScope.ALL),
            refusal.scope == constant(RefusalScope.CHANNEL),
            and_(refusal.scope == constant(RefusalScope.PURPOSE), refusal.purpose == purpose),
            and_(refusal.scope == constant(RefusalScope.ASSET), refusal.asset_id == asset_id),
        ),
    )


def _cooling_off(client_id: ColumnExpressionArgument[int], now: Any) -> Select[Any]:
    client = aliased(Client)
    cooling = select(client.id).correlate_except(client)
    return cooling.where(client.id == client_id, client.cooling_off_until > now)


def _resting(
    client_id: ColumnExpressionArgument[int], now: Any, keeps_budget: ColumnElement[bool]
) -> Select[Any]:
    """The client in one look: cools off, or has been contacted enough, or the household has."""
    client = aliased(Client)
    resting = select(client.id).correlate_except(client)
    return resting.where(
        client.id == client_id,
        or_(
            client.cooling_off_until > now,
            and_(keeps_budget, or_(client.pressed_until > now, client.household_until > now)),
        ),
    )


def _phones(client_id: ColumnExpressionArgument[int]) -> Select[Any]:
    point = aliased(ContactPoint)
    return (
        select(point.id)
        .correlate_except(point)
        .where(
            point.client_id == client_id,
            point.kind == constant(ContactKind.PHONE),
            point.is_valid,
            point.state != constant(ContactState.WRONG),
            ~point.do_not_contact,
        )
    )


def phones_now(task: Any) -> ColumnElement[bool]:
    """Condition on a ``tasks`` alias: its client is being phoned; as its unique index says it."""
    return and_(
        task.state == constant(TaskState.IN_WORK),
        task.kind.in_([constant(kind) for kind in _PHONING_IN_ORDER]),
    )
