"""One table: which field of the outcome form belongs to which outcome and flag of the result code.

The template shows by it, the script in the browser switches by what the template wrote, and the
server validates by it (A13). A field that does not belong is neither checked nor saved.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from campaigns.models import Outcome
from campaigns.result_codes import CodeChoice
from core.access import Actor, Permission
from worklists.permissions import WorkPermission

_TALKED = frozenset({Outcome.INTERVIEW})
_CALLED = frozenset(Outcome) - {Outcome.REPEAT}


@dataclass(frozen=True)
class Rule:
    """When a field belongs to the form, and when it must be filled in."""

    outcomes: frozenset[Outcome]
    flag: str = ""
    """Flag of the result code that offers it; empty: every code does."""
    demanded_by: str = ""
    """Flag of the result code that demands it."""
    permission: Permission | None = None


RULES: Mapping[str, Rule] = {
    "result": Rule(_CALLED),
    "contact_point_id": Rule(_CALLED),
    "comment": Rule(frozenset(Outcome), demanded_by="comment_required"),
    "mileage_km": Rule(_TALKED, "asks_mileage"),
    "acquisition_id": Rule(_TALKED, "asks_acquisition", demanded_by="asks_acquisition"),
    "book": Rule(_TALKED, "offers_service_request", permission=WorkPermission.BOOK_SERVICE),
    "involve": Rule(_TALKED, "offers_involvement", permission=WorkPermission.INVOLVE),
    "goal_reached": Rule(_TALKED),
    "control_at": Rule(_TALKED, "allows_control"),
    "plan": Rule(_TALKED | {Outcome.REPEAT}, demanded_by="needs_next_date"),
    "settles": Rule(_TALKED),
    "copy_of_task_id": Rule(frozenset({Outcome.REPEAT})),
}


def belongs(name: str, outcome: Outcome | None, code: CodeChoice | None, actor: Actor) -> bool:
    """Whether the field counts for this choice of this person."""
    rule = RULES[name]
    if outcome not in rule.outcomes or not _may(rule, actor):
        return False
    return not rule.flag or (code is not None and bool(getattr(code, rule.flag)))


def is_demanded(name: str, outcome: Outcome | None, code: CodeChoice | None) -> bool:
    """Whether the result code demands the field."""
    rule = RULES[name]
    if outcome not in rule.outcomes or not rule.demanded_by or code is None:
        return False
    return bool(getattr(code, rule.demanded_by))


@dataclass(frozen=True)
class Switch:
    """What the template writes beside a field, for the script: values of the two switches."""

    outcomes: str
    """Outcomes that show it."""
    codes: str
    """Result codes that show it."""
    demanding: str
    """Result codes that demand it."""


def switches(codes: Iterable[CodeChoice], actor: Actor) -> dict[str, Switch]:
    """The table as attributes, with the codes of this campaign; fields not permitted are absent."""
    offered = list(codes)
    return {
        name: Switch(
            " ".join(sorted(rule.outcomes)),
            _ids(offered, rule.flag),
            _ids(offered, rule.demanded_by) if rule.demanded_by else "",
        )
        for name, rule in RULES.items()
        if _may(rule, actor)
    }


def _may(rule: Rule, actor: Actor) -> bool:
    return rule.permission is None or actor.may(rule.permission)


def _ids(codes: list[CodeChoice], flag: str) -> str:
    chosen = (code for code in codes if not flag or getattr(code, flag))
    return " ".join(str(code.result_code_id) for code in chosen)
