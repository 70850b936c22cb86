"""A person says what columns mean: the kept cells are read anew, and such files are known later."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound
from core.journal import JournalEntry, event_name
from directory.units.models import Unit, UnitKind
from importers.choices import keep_choice, kept_choice
from importers.columns import Remark, Source
from importers.events import FileReadAnew
from importers.fields import Field
from importers.files import recent_files
from importers.formats.catalogue import LEAD_FORMATS
from importers.kept_columns import columns_of
from importers.loading import Loaded, keep_file, read_file
from importers.mappings import mapping_for, remember_mapping
from importers.models import ImportedFile, ImportedRow, ImportMapping
from importers.plans import RowPlan
from importers.preview import preview
from importers.problems import FileProblem, FileRefused
from importers.remapping import ColumnsMissing, ColumnsUnfit, ColumnTwice, remap_file
from importers.rereading import recognised_again
from importers.running import form_from_file
from importers.usage import FileAlreadyUsed
from importers.variants import take_as, variant_by_headings
from tests.conftest import NOON
from tests.given import Given
from tests.workbooks import write_file
from worklists.models.task import Task

HEADINGS = ("Кто", "Куда", "Что", "Когда")
ROWS = (
    ("Море", "один", "XTA21901234567890", "01.02.2024"),
    ("Лес", "два", "Z94CT41DBLR000002", "05.02.2024"),
)
"""Nothing but the VIN is recognised: «Море» is no name that anybody would know."""
SAID = (Field.NAME, None, Field.VIN, Field.LAST_VISIT_ON)
LATER = NOON + timedelta(hours=1)


class Desk:
    """Units one below the other, and what a person does with files there."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session = session
        self.given = Given(session)
        self.given.catalogue()
        self.centre: Unit = self.given.unit("Центр", kind=UnitKind.CENTRE)
        self.unit: Unit = self.given.unit("Сервис", parent=self.centre)
        self.other: Unit = self.given.unit("Другой")
        units = frozenset(unit.id for unit in (self.centre, self.unit, self.other))
        self.actor: Actor = replace(self.given.manager(self.unit), unit_ids=units)
        self._folder = folder
        self._files = 0

    def load(
        self,
        *rows: tuple[str, ...],
        headings: tuple[str, ...] = HEADINGS,
        unit: Unit | None = None,
        code: str = "lost-clients",
        needs_columns: bool = False,
    ) -> Loaded:
        self._files += 1
        path = write_file(self._folder / f"{self._files}.xlsx", *rows, headings=headings)
        read = read_file(path, LEAD_FORMATS[code], needs_columns=False)
        return keep_file(
            self.session, read, name=path.name, unit_id=(unit or self.unit).id, actor=self.actor,
            now=NOON, needs_columns=needs_columns,
        )  # fmt: skip

    def remap(self, file: ImportedFile, *fields: Field | None) -> ImportedFile:
        return remap_file(self.session, file.id, fields, actor=self.actor, now=LATER)

    def rows(self, file: ImportedFile) -> list[ImportedRow]:
        self.session.expire_all()
        query = select(ImportedRow).where(ImportedRow.file_id == file.id)
        return list(self.session.scalars(query.order_by(ImportedRow.row_no)))

    def count(self, table: type) -> int:
        return self.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return Desk(session, tmp_path)


def test_columns_are_kept_with_how_they_are_known(desk: Desk) -> None:
    file = desk.load(*ROWS).file
    assert [(column.field, column.source) for column in columns_of(file)] == [
        (None, Source.HEADING),
        (None, Source.HEADING),
        (Field.VIN, Source.CONTENT),
        (None, Source.HEADING),
    ]
    assert columns_of(file)[3].remark is Remark.SOME_DATE
    # A file of before: nothing was kept, the headings tell.
    file.columns = []
    assert [column.field for column in columns_of(file)] == [None] * 4


def test_a_corrected_mapping_reads_the_kept_cells_anew(desk: Desk) -> None:
    client = desk.given.client("Лесков", unit=desk.unit)
    vehicle = desk.given.asset(client, vin="Z94CT41DBLR000002")
    file = desk.load(*ROWS).file
    before = [row.id for row in desk.rows(file)]
    keep_choice(desk.session, file.id, ticked=before, actor=desk.actor)
    assert desk.rows(file)[0].reading.get("name") is None
    desk.remap(file, *SAID)
    rows = desk.rows(file)
    assert [row.id for row in rows] == before
    assert [row.reading["name"] for row in rows] == ["Море", "Лес"]
    assert [row.reading["last_visit_on"] for row in rows] == ["2024-02-01", "2024-02-05"]
    assert [row.fate.value for row in rows] == ["new_client", "found_by_vin"]
    assert rows[1].client_id == client.id and rows[1].asset_id == vehicle.id
    assert [column.source for column in columns_of(file)] == [
        Source.PERSON, Source.HEADING, Source.PERSON, Source.PERSON,
    ]  # fmt: skip
    assert kept_choice(desk.session, file.id, actor=desk.actor).ticked == frozenset()
    entries = select(JournalEntry.event).where(JournalEntry.subject == FileReadAnew.subject)
    assert event_name(FileReadAnew) in desk.session.scalars(entries).all()


def test_a_file_whose_rows_were_all_rejected_becomes_usable(desk: Desk) -> None:
    rows = (("Иванов Иван", "8 916 123-45-67"), ("Петрова Анна", "8 903 765-43-21"))
    headings = ("Клиент", "Электронная почта")
    with pytest.raises(FileRefused) as refused:
        desk.load(("Иванов", "x"), headings=headings, needs_columns=True)
    assert refused.value.code is FileProblem.MISSING_COLUMNS
    file = desk.load(("Иванов Иван", "x"), ("Петрова", "y"), headings=headings).file
    assert [row.fate.value for row in desk.rows(file)] == ["rejected", "rejected"]
    assert LEAD_FORMATS["lost-clients"].missing(columns_of(file)) == [["phone", "vin"]]
    # The cells speak against the heading, and so it is read by them.
    file = desk.load(*rows, ("Ткач О.В.", "8 903 765-43-29"), headings=headings).file
    assert columns_of(file)[1].remark is Remark.CONTRADICTS
    assert [row.fate.value for row in desk.rows(file)] == ["new_client"] * 3
    told = {one.id: one for one in recent_files(desk.session, actor=desk.actor)}
    assert (told[file.id].rows, told[file.id].rejected) == (3, 0)


def test_counts_of_the_list_of_files_follow_the_last_reading(desk: Desk) -> None:
    file = desk.load(("Лес", "XTA21901234567890"), ("Море", "-"), headings=("Кто", "Год")).file

    def told() -> tuple[int, int]:
        summary = recent_files(desk.session, actor=desk.actor)[0]
        return summary.rows, summary.rejected

    assert told() == (2, 2)
    desk.remap(file, Field.NAME, Field.VIN)
    assert told() == (2, 1)


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ((Field.NAME, Field.NAME, Field.VIN, None), ColumnTwice),
        ((Field.NAME, None, None, None), ColumnsMissing),
        ((Field.NAME, None, Field.VIN), ColumnsUnfit),
        ((Field.NAME, Field.VISIT_STATUS, Field.VIN, None), ColumnsUnfit),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    desk: Desk, said: tuple[Field | None, ...], refusal: type[Exception]
) -> None:
    file = desk.load(*ROWS).file
    before = [row.reading for row in desk.rows(file)]
    with pytest.raises(refusal):
        desk.remap(file, *said)
    assert [row.reading for row in desk.rows(file)] == before
    assert desk.count(ImportMapping) == 0


def test_phones_may_stand_in_several_columns(desk: Desk) -> None:
    rows = (("Иванов", "8 916 123-45-67", "8 903 765-43-21"),)
    file = desk.load(*rows, headings=("Кто", "Первый", "Второй")).file
    desk.remap(file, Field.NAME, Field.PHONE, Field.PHONE)
    assert len(desk.rows(file)[0].reading["phones"]) == 2


def test_a_used_file_and_a_foreign_one_stay_as_they_are(desk: Desk) -> None:
    file = desk.load(("Иванов", "8 916 123-45-67"), headings=("ФИО", "Телефон")).file
    stranger = desk.given.manager(desk.given.unit("Чужой"))
    with pytest.raises(NotFound):
        remap_file(desk.session, file.id, (Field.NAME, None), actor=stranger, now=LATER)
    form_from_file(
        desk.session, file.id, row_ids=None, actor=desk.actor, now=NOON,
        default_zone="Europe/Moscow",
    )  # fmt: skip
    assert desk.count(Task) == 1
    with pytest.raises(FileAlreadyUsed):
        desk.remap(file, Field.NAME, Field.PHONE)


def test_the_next_file_with_these_headings_is_known(desk: Desk) -> None:
    desk.remap(desk.load(*ROWS).file, *SAID)
    later = desk.load(("Гора", "три", "KNAFK4A69F5300001", "07.02.2024")).file
    assert [column.field for column in columns_of(later)] == list(SAID)
    assert desk.rows(later)[0].reading["name"] == "Гора"
    # Another variant, another unit, other headings: nothing was said of those.
    for changed in (
        {"code": "maintenance-due"},
        {"unit": desk.other},
        {"headings": ("Кто", "Куда", "Что", "Зачем")},
    ):
        row = ("Река", "три", "KNAFK4A69F5300001", "08.02.2024")
        other = desk.load(row, **changed).file  # type: ignore[arg-type]
        assert columns_of(other)[0].field is None, changed


def test_the_last_word_counts_and_a_unit_above_shares_with_those_below(desk: Desk) -> None:
    file = desk.load(*ROWS).file
    columns = recognised_again(desk.session, file, LEAD_FORMATS["lost-clients"])
    above = (Field.NAME, None, Field.VIN, Field.SOLD_ON)

    def remember(unit: Unit, fields: tuple[Field | None, ...]) -> None:
        remember_mapping(
            desk.session, unit.id, "lost-clients", columns, fields, actor=desk.actor, now=NOON
        )

    def found(unit: Unit) -> object:
        return mapping_for(desk.session, unit.id, "lost-clients", columns)

    remember(desk.centre, above)
    assert (found(desk.unit), found(desk.centre), found(desk.other)) == (above, above, None)
    remember(desk.unit, SAID)
    remember(desk.unit, (None, *SAID[1:]))
    remember(desk.unit, SAID)
    assert (found(desk.unit), found(desk.centre)) == (SAID, above)
    assert desk.count(ImportMapping) == 2


def test_a_meaning_that_the_format_lost_is_not_used(desk: Desk) -> None:
    file = desk.load(*ROWS).file
    columns = columns_of(file)
    for fields in ((Field.NAME,), (Field.VISIT_STATUS, None, Field.VIN, None)):
        remember_mapping(
            desk.session, desk.unit.id, "lost-clients", columns, fields, actor=desk.actor, now=NOON
        )
        assert mapping_for(desk.session, desk.unit.id, "lost-clients", columns) is None


def test_files_without_headings_are_known_by_what_their_cells_are(desk: Desk) -> None:
    first = ("Море", "8 916 123-45-67", "01.02.2024")
    blank = ("", "", "")
    file = desk.load(("Лес", "8 916 123-45-68", "02.02.2024"), headings=first).file
    assert [column.heading for column in columns_of(file)] == list(blank)
    desk.remap(file, Field.NAME, Field.PHONE, Field.LAST_VISIT_ON)
    assert [row.row_no for row in desk.rows(file)] == [1, 2]
    again = desk.load(("Поле", "8 916 123-45-69", "03.02.2024"), headings=first).file
    assert columns_of(again)[0].field is Field.NAME
    swapped = ("8 916 123-45-67", "Море", "01.02.2024")
    other = desk.load(("8 916 123-45-70", "Луг", "04.02.2024"), headings=swapped).file
    assert [column.field for column in columns_of(other)] == [Field.PHONE, None, None]


def test_a_recall_forms_work_lists_of_owners_by_the_vin_alone(desk: Desk) -> None:
    client = desk.given.client("Лесков", unit=desk.unit)
    vehicle = desk.given.asset(client, vin="Z94CT41DBLR000002")
    rows = (("Z94CT41DBLR000002", "R-15"), ("KNAFK4A69F5300001", "R-15"), ("Z94CT", "R-15"))
    file = desk.load(*rows, headings=("VIN", "Код отзыва"), code="recall").file
    seen = preview(desk.session, file.id, actor=desk.actor, now=NOON)
    assert [row.plan for row in seen.rows] == [
        RowPlan.NEW_LIST, RowPlan.BLOCKED, RowPlan.REJECTED,
    ]  # fmt: skip
    form_from_file(
        desk.session, file.id, row_ids=None, actor=desk.actor, now=NOON,
        default_zone="Europe/Moscow",
    )  # fmt: skip
    task = desk.session.scalars(select(Task)).one()
    assert (task.client_id, task.asset_id) == (client.id, vehicle.id)
    assert task.campaign_id == desk.given.campaign("recall").id
    assert desk.given.campaign("recall").is_pressure_exempt


def test_taken_as_another_variant_a_file_is_read_as_that_variant_reads(desk: Desk) -> None:
    headings = ("VIN", "Модель", "Описание кампании")
    row = ("XTA21901234567890", "Vesta", "подушка безопасности")
    assert variant_by_headings(headings) == "recall"
    file = desk.load(row, ("короткий", "Vesta", "подушка"), headings=headings).file
    taken = take_as(desk.session, file.id, "recall", actor=desk.actor, now=LATER)
    rows = desk.rows(taken)
    assert rows[0].reading["comment"] == "подушка безопасности"
    assert [note[1] for note in rows[1].problems] == ["vin_wrong_length", "no_vin"]
