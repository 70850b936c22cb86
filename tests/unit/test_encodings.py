"""Old code pages are told apart by the letters, in texts as short as a row of names."""

from pathlib import Path
from time import perf_counter

import pytest

from entrypoints.demo.identities import sample_person
from importers.delimited import dialect_of
from importers.encodings import code_page_of, encoding_of

PEOPLE = [sample_person(number) for number in range(0, 3_000, 30)]
READ_AS = {"cp1251": {"cp1251"}, "cp866": {"cp866", "cp1125"}, "koi8-r": {"koi8_u"}}


@pytest.mark.parametrize("written", READ_AS)
@pytest.mark.parametrize("shape", [str, str.upper, str.lower])
def test_one_name_is_enough(written: str, shape: type[str]) -> None:
    for person in PEOPLE:
        text = shape(f"{person.last_name} {person.first_name}")
        assert code_page_of(text.encode(written)) in READ_AS[written], text


@pytest.mark.parametrize("written", ["cp1251", "koi8-u"])
def test_ukrainian_is_read_too(written: str) -> None:
    for text in ("Шевченко Ірина", "ГНАТЮК ЄВГЕН", "Їжакевич Олексій", "вул. Хрещатик, Київ"):
        assert code_page_of(text.encode(written)).replace("_", "-") == written, text


def test_endless_plain_letters_cost_no_time(tmp_path: Path) -> None:
    path = tmp_path / "endless.csv"
    path.write_bytes(b"w" * 900_000 + " Иванов Иван".encode("cp1251"))
    started = perf_counter()
    assert encoding_of(path) == "cp1251"
    assert perf_counter() - started < 5


def test_letters_far_behind_a_megabyte_of_plain_text_count(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    path.write_bytes(b"a;b\n" * 700_000 + "Иванов;Пётр\n".encode("cp866"))
    assert encoding_of(path) in READ_AS["cp866"]


def test_a_single_broken_letter_does_not_change_the_encoding(tmp_path: Path) -> None:
    path = tmp_path / "broken.csv"
    path.write_bytes("Иванов;Пётр\n".encode() * 300 + b"\xff\n")
    dialect = dialect_of(path)
    assert (dialect.encoding, dialect.separator) == ("utf-8", ";")
