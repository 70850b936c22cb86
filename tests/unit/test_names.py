"""Names: equal when a person would call them equal."""

import pytest

from directory.clients.names import looks_like_legal_entity, name_norm, without_lookalikes


def test_spellings_of_one_name_meet() -> None:
    assert name_norm("  ФЁДОРОВА   Алёна\u00a0Ивановна ") == name_norm("Федорова Алена Ивановна")
    assert name_norm("ООО «Ромашка–Плюс»") == name_norm('ооо "Ромашка-Плюс"')
    assert name_norm("Лук'яненко") == name_norm("Лук’яненко")
    assert name_norm("Семеи\u0306") == name_norm("Семей")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Пeтpoв Ивaн", "Петров Иван"), ("Петров Ivan", "Петров Ivan"), ("Mayer", "Mayer"),
     ("ООО «Xyundai-Сервис»", "ООО «Xyundai-Сервис»"), ("Шeвчeнкo Iгор", "Шевченко Iгор")],
)  # fmt: skip
def test_latin_letters_among_cyrillic_ones_are_meant_as_those(typed: str, meant: str) -> None:
    assert without_lookalikes(typed) == meant


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Иванов Иван Иванович", "person"),
        ("Аоки Кен", "person"),
        ("Ипатьев Пётр", "person"),
        ("ООО «Ромашка»", "legal_entity"),
        ('"Ромашка" ООО', "legal_entity"),
        ("ТОВ «Сонях»", "legal_entity"),
        ("Акционерное общество «Заря»", "legal_entity"),
        ("ИП Петров А. В.", "sole_proprietor"),
        ("Петров А. В. (ИП)", "sole_proprietor"),
        ("ФОП Шевченко Т. Г.", "sole_proprietor"),
    ],
)
def test_the_legal_form_tells_the_kind(name: str, kind: str) -> None:
    assert looks_like_legal_entity(name) == kind
