"""Every value and every refusal has words, in every language."""

import re
from enum import Enum
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import campaigns
import core
import directory
import importers
import selections
import worklists
from campaigns.models import Outcome
from core.errors import Invalid, NotFound, NotPermitted, ProzvonError, Refused
from webui.labels.words import LABELS, SENTENCES
from worklists.models.task import Finish

ROOT = Path(__file__).resolve().parents[2]
ROOTS = {ProzvonError, Refused, Invalid, NotFound, NotPermitted}
LANGUAGES = ("ru", "en", "uk")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2),
            "_n": (1, 2), "lazy_ngettext": (1, 2), "pgettext": ((1, "c"), 2)}  # fmt: skip


def _domain() -> None:
    for package in (core, directory, selections, campaigns, worklists, importers):
        for module in walk_packages(package.__path__, package.__name__ + "."):
            if module.name != "importers.child":
                import_module(module.name)


def _subclasses(root: type) -> set[type]:
    return {root} | {deep for sub in root.__subclasses__() for deep in _subclasses(sub)}


def test_every_refusal_has_its_sentence() -> None:
    _domain()
    ours = {kind for kind in _subclasses(ProzvonError) if not kind.__module__.startswith("tests")}
    assert ours - set(SENTENCES) - ROOTS == set()


def test_labelled_enums_are_labelled_whole() -> None:
    for kind, words in LABELS.items():
        assert issubclass(kind, Enum)
        assert set(kind) <= set(words), kind


def test_equal_texts_of_two_enums_keep_their_own_words() -> None:
    """``Outcome.REFUSED == Finish.REFUSED``: both are the text «refused»."""
    assert LABELS[Outcome][Outcome.REFUSED] != LABELS[Finish][Finish.REFUSED]


def _messages() -> set[str | tuple[str, ...]]:
    found: set[str | tuple[str, ...]] = set()
    for _file, _line, message, _comments, _context in extract_from_dir(
        str(ROOT / "webui"), METHODS, {"**": {"trim_blocks": "true", "lstrip_blocks": "true"}},
        KEYWORDS,
    ):  # fmt: skip
        found.add(tuple(message) if isinstance(message, tuple) else message)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_is_in_the_catalogue(language: str) -> None:
    path = ROOT / f"webui/translations/{language}/LC_MESSAGES/messages.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    missing, wrong = [], []
    for message in _messages():
        key = message[0] if isinstance(message, tuple) else message
        entry = catalogue.get(key)
        forms = entry.string if entry is not None and isinstance(entry.string, tuple) else (
            (entry.string,) if entry is not None else ()
        )  # fmt: skip
        if not forms or not all(forms) or (entry is not None and entry.fuzzy):
            missing.append(key)
        elif any(_fields(form) - _fields(key) for form in forms):
            wrong.append(key)
    assert missing == [] and wrong == []


def _fields(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)", text)) - {"num"}
