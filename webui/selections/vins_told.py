"""What became of a list of VINs that a selection asks for: told before the run and at it (A9)."""

from dataclasses import dataclass

from flask import g

from directory.assets.vin_lists import VinList, read_vin_list
from selections.rules import Asked, Condition, Definition, Operator, walk
from selections.settling import Answers
from webui.requests import session

_VIN = "vehicle.vin"
_MOST_SHOWN = 200


@dataclass(frozen=True)
class VinsTold:
    """The list, and as much of what is wrong in it as a page shows."""

    read: VinList
    wrong: list[str]
    unknown: list[str]

    @property
    def wrong_more(self) -> int:
        """Texts that are not shown."""
        return len(self.read.wrong) - len(self.wrong)

    @property
    def unknown_more(self) -> int:
        """VINs that are not shown."""
        return len(self.read.unknown) - len(self.unknown)


def vins_told(definition: Definition, answers: Answers, unit_id: int | None) -> VinsTold | None:
    """The VINs that the rule or the answers name, for a unit of the person; None: there are none.

    Only whole VINs: a part of one (``CONTAINS``) is none, and is not meant to be.
    """
    texts = _texts(definition, answers)
    if not texts or unit_id is None or unit_id not in g.actor.unit_ids:
        return None
    read = read_vin_list(session(), texts, unit_id=unit_id)
    return VinsTold(read, read.wrong[:_MOST_SHOWN], read.unknown[:_MOST_SHOWN])


def _texts(definition: Definition, answers: Answers) -> list[str]:
    texts: list[str] = []
    defaults = {one.code: one.default for one in definition.parameters}
    for _path, rule in walk(definition.rule):
        if not isinstance(rule, Condition) or rule.field != _VIN:
            continue
        if rule.operator not in (Operator.ONE_OF, Operator.NONE_OF):
            continue
        for value in rule.values:
            if isinstance(value, Asked):
                given = answers.get(value.parameter, defaults.get(value.parameter))
                several = given if isinstance(given, tuple) else (given,)
                texts += [one for one in several if isinstance(one, str)]
            elif isinstance(value, str):
                texts.append(value)
    return texts
