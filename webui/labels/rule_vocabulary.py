"""How the words of fields and of related rows are kept."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FieldWords:
    """How a field is called in a list and in a sentence."""

    name: Any
    within: Any = None
    """For ONE_OF beside the noun of its row: «в цех %(values)s»; None: name and values."""
    is_plain: bool = False
    """The day that the row is about: a sentence leaves its name out."""
    unit: Any = ""
    yes: Any = ""
    no: Any = ""
    hint: Any = ""


@dataclass(frozen=True)
class RelationWords:
    """How related rows are called: «есть заезд», «нет заездов», «2 заездов», «последний заезд»."""

    name: Any
    some: Any
    none: Any
    many: Callable[[int], str]
    """After «не меньше» and «не больше»."""
    newest: Any
    before: Any = ""
    """What stands before every form: «до него»."""
    over: Any = ""
    """«по заездам»: whose sum it is."""
    offered: Any = ""
    """In a list of conditions, where ``some`` would say too little alone."""
