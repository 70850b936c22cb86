"""Every value and every refusal has words, in every language."""

import re
from enum import Enum
from importlib import import_module
from pkgutil import walk_packages

import pytest

import campaigns
import core
import directory
import importers
import selections
import worklists
from campaigns.models import Outcome
from core.errors import Invalid, NotFound, NotPermitted, ProzvonError, Refused
from scripts.translations import LANGUAGES, missing, path_of, read_catalogue, renewed, text_of
from webui.labels.words import LABELS, SENTENCES
from worklists.models.task import Finish

ROOTS = {ProzvonError, Refused, Invalid, NotFound, NotPermitted}


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_is_in_the_catalogue(language: str) -> None:
    file = path_of(language).read_text()
    assert file == text_of(language, renewed(language)), "run: python scripts/translations.py"
    assert [message.id for message in missing(read_catalogue(language))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_fields_and_the_dashes(language: str) -> None:
    wrong = []
    for message in read_catalogue(language):
        singular, *plural = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        expected = _fields(plural[0] if plural else singular)
        wrong += [text for text in strings if message.id and _fields(text) != expected]
        wrong += [text for text in strings if "—" in text]
    assert wrong == []


@pytest.mark.parametrize(("language", "foreign"), [("en", "[а-яёіїєґ]"), ("uk", "[ыэъё]")])
def test_a_translation_is_written_in_its_language(language: str, foreign: str) -> None:
    catalogue = read_catalogue(language)
    strings = [str(message.string) for message in catalogue if message.id]
    assert [text for text in strings if re.search(foreign, text, re.IGNORECASE)] == []


def _fields(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)", text))
