"""Why a selection is not saved or does not run."""

from collections.abc import Sequence

from core.errors import Invalid, Refused
from selections.checking import Problem
from selections.models import SelectionVersion
from selections.rules import Parameter


class SelectionNameMissing(Invalid):
    """A selection has a name, not longer than ``LONGEST_NAME``."""

    field = "name"


class SelectionNameTaken(Invalid):
    """Another selection in use of the same unit is called ``name``."""

    field = "name"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class SelectionNoteTooLong(Invalid):
    """A note is not longer than ``LONGEST_NOTE``."""

    field = "note"


class SelectionChangedByAnother(Refused):
    """Somebody saved the selection since it was opened: ``version`` is the newest one.

    It belongs to no session any more, so that it can be read after the rollback.
    """

    def __init__(self, version: SelectionVersion) -> None:
        super().__init__(f"version {version.number}")
        self.version = version


class SelectionOutOfUse(Refused):
    """A selection in the archive is neither changed nor run."""


class DefinitionFaulty(Refused):
    """The rule cannot be saved or run: ``problems`` says what is wrong and where."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(f"{one.fault} at {one.path}" for one in problems))
        self.problems = tuple(problems)


class AnswerRefused(Invalid):
    """What was answered to a question of the selection cannot be used."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(parameter.code)
        self.parameter = parameter
        self.field = parameter.code


class AnswerMissing(AnswerRefused):
    """The question must be answered."""


class AnswerUnusable(AnswerRefused):
    """No day, no number, no text as the question wants it, or more than one where one fits."""


class AnswerUnitUnknown(AnswerRefused):
    """There is no such unit in use, or it is of another kind than is asked for."""


class AnswerUnitForeign(AnswerRefused):
    """A unit that the person who asks does not see."""


class PeriodTurnedRound(AnswerRefused):
    """From is after until; ``parameter`` is the first of the two that was asked."""


class HoldOutImpossible(Invalid):
    """At most ``HIGHEST_HOLD_OUT`` ten-thousandths of the leads are kept uncalled."""

    field = "hold_out_share"
