"""What can be wrong with a file or a row. Codes and values only: the words live with the pages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FileProblem(StrEnum):
    """Why a whole file is refused. The values that come with each code stand behind it."""

    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"  # size, limit (bytes)
    NOT_A_WORKBOOK = "not_a_workbook"
    """Bytes of which nothing is known."""
    WEB_PAGE = "web_page"
    """«Веб-страница в одном файле», and, of loads of earlier versions, any HTML."""
    PAGE_WITHOUT_TABLE = "page_without_table"
    """HTML in which nothing is a table: a page of signing in, an error."""
    XML_SPREADSHEET = "xml_spreadsheet"
    """«Таблица XML 2003»: told by earlier versions, which could not read it."""
    XML_DATA = "xml_data"
    PDF = "pdf"
    PICTURE = "picture"
    DOCUMENT = "document"
    """A text, a presentation: DOCX, DOC, RTF, ODT, PPTX."""
    ARCHIVE = "archive"
    """ZIP, RAR, 7z with something else inside."""
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    UNSAFE_NAMES = "unsafe_names"
    TOO_MANY_PARTS = "too_many_parts"  # count, limit
    UNPACKED_TOO_LARGE = "unpacked_too_large"  # size, limit (bytes)
    PACKED_TOO_TIGHTLY = "packed_too_tightly"  # ratio, limit
    FORBIDDEN_MARKUP = "forbidden_markup"
    NO_WORKSHEET = "no_worksheet"
    TOO_MANY_ROWS = "too_many_rows"  # limit; cell where a cell reference shows it
    TOO_MANY_COLUMNS = "too_many_columns"  # limit, cell
    TOOK_TOO_LONG = "took_too_long"  # seconds
    TOO_MUCH_MEMORY = "too_much_memory"
    READER_FAILED = "reader_failed"  # not the file's fault: no process could be started
    FILE_GONE = "file_gone"
    """A staged load whose kept file is not there any more."""
    LOAD_FAILED = "load_failed"
    """A staged load that got stuck at one place again and again; not the file's fault."""
    NO_ROWS = "no_rows"
    MISSING_COLUMNS = (
        "missing_columns"  # missing: list of alternatives (field codes); found: headings
    )


class FileRefused(Exception):
    """The file cannot be read, as a whole; nothing of it was taken."""

    def __init__(self, code: FileProblem, **values: object) -> None:
        super().__init__(code.value)
        self.code = code
        self.values = values


@dataclass(slots=True)
class Skipped:
    """Rows below the headings that are not data: counted and told, never dropped in silence."""

    blank: int = 0
    totals: int = 0
    repeated_headings: int = 0
    """Headings again on a next page, and the line «1 2 3 4» that numbers the columns."""
    groups: int = 0
    """Headings of groups, as 1C reports have them; their text stands in the column «Группа»."""
    footers: int = 0
    """Signatures and the like below the table."""
    hidden_rows: int = 0
    """Not skipped but read: rows that a filter or a person has hidden are data all the same."""


class RowProblemCode(StrEnum):
    """What is wrong in one cell, or with the row as a whole."""

    NO_SUCH_DATE = "no_such_date"
    NOT_A_DATE = "not_a_date"
    ONLY_MONTH = "only_month"
    """A day was told by its month alone; the first day of it was taken."""
    YOUNG_BIRTHDAY = "young_birthday"
    """A person born so lately owns no car: the day was taken, a person should look."""
    NOT_A_TIME = "not_a_time"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_YEAR = "not_a_year"
    OUT_OF_RANGE = "out_of_range"
    ERROR_IN_CELL = "error_in_cell"
    PHONE_EMPTY = "phone_empty"
    PHONE_TOO_SHORT = "phone_too_short"
    PHONE_TOO_LONG = "phone_too_long"
    PHONE_NOT_A_NUMBER = "phone_not_a_number"
    PHONE_DIGITS_LOST = "phone_digits_lost"
    PHONE_UNKNOWN = "phone_unknown"
    VIN_WRONG_LENGTH = "vin_wrong_length"
    VIN_BAD_CHARACTER = "vin_bad_character"
    VIN_MENDED = "vin_mended"
    VIN_ALONE = "vin_alone"
    """Words stood beside the VIN in a column that tells nothing else; they were left out."""
    NOT_AN_EMAIL = "not_an_email"
    ONLY_FIRST = "only_first"
    """Several addresses stand in the cell; the first of them was taken."""
    NOT_A_NAME = "not_a_name"
    """A number where a name is to be; nothing of it was taken."""
    NO_PHONE = "no_phone"
    NO_PHONE_AND_NO_VIN = "no_phone_and_no_vin"
    NO_NAME_AND_NO_VIN = "no_name_and_no_vin"
    NO_VIN = "no_vin"
    MISSING_VALUE = "missing_value"
    """The row must have one of these; the value names the fields: ``vin|plate``."""
    NOT_KNOWN = "not_known"
    """A word that stands for none of what the column may hold (a status, a scope)."""
    REFUSAL_UNCLEAR = "refusal_unclear"
    """Words that say what is refused, but not understood: everything is."""
    REFUSAL_IN_PART = "refusal_in_part"
    """Only the first words were understood: the scope that was taken, then the cell (``|``)."""
    CALLS_STAY = "calls_stay"
    """Another channel is refused: calls are not forbidden."""
    NOT_REFUSED = "not_refused"
    """The row of a list of refusals says that there is none."""
    REFUSAL_LEFT = "refusal_left"
    """A refusal beside a client in a list of clients: it was not taken."""
    SEVERAL_CLIENTS = "several_clients"
    """The phone belongs to several clients; one of them was taken."""
    OTHER_OWNER = "other_owner"
    """The VIN is known as another client's: that client stays the owner."""
    OTHER_NAME = "other_name"
    """What the row is known by belongs to a client of another name."""
    OTHER_NAME_ABOVE = "other_name_above"
    """The earlier row of the same client names somebody else; the value is its number."""
    OTHER_DETAILS = "other_details"
    """The name agrees, but the outside key, tax number or day of birth is another one."""
    SEVERAL_FIT = "several_fit"
    """Several clients or vehicles fit equally well; none was taken."""
    WRONG_NUMBER = "wrong_number"
    """The client's number is known to be wrong, and nothing else tells who is meant."""
    UNKNOWN_CLIENT = "unknown_client"
    UNKNOWN_VEHICLE = "unknown_vehicle"
    UNKNOWN_ORDER = "unknown_order"
    UNKNOWN_CAMPAIGN = "unknown_campaign"
    """The purpose is refused: of which campaign, if the row does not say it or there is none."""
    UNKNOWN_WORKSHOP = "unknown_workshop"
    OTHER_PLATE = "other_plate"
    """The vehicle wears another plate, which stays: the row's, then the vehicle's (``|``)."""
    OTHER_DETAIL = "other_detail"
    """Model, year or day of sale are other ones, which stay: the row's, then the known (``|``)."""
    OTHER_ORDER = "other_order"
    """The order's number is known for another vehicle or workshop."""
    NOT_YET = "not_yet"
    """A day that is still to come, of something that has been done."""
    CLOSED_BEFORE = "closed_before"
    """Closed before it was opened: both days. It was loaded all the same."""
    NO_OWNER = "no_owner"
    """The vehicle is known without an owner, and the row names nobody."""
    OWNER_STAYS = "owner_stays"
    """A person has said who the row means, and the vehicle is known as another client's."""
    OWNER_UNREACHABLE = "owner_unreachable"
    """The owner has neither phone nor e-mail nor code: nobody could be known again by the name."""
    OWNER_NAMELESS = "owner_nameless"
    """Only a code tells who the owner is, and no client has it."""
    LIFTED_SINCE = "lifted_since"
    """The refusal was lifted by a person after that."""
    OLDER_NEWS = "older_news"
    """A later state is known."""
    LEFT_OUT = "left_out"
    """A person said that the row be left out."""
    UNKNOWN_RESULT = "unknown_result"
    """Words that stand for no result, or for several: the cell, then what may be meant (``|``)."""
    IN_FUTURE = "in_future"
    """The call is later than now."""
    NO_TASK = "no_task"
    """The client had no call to be made then: an attempt needs its task."""
    SEVERAL_TASKS = "several_tasks"
    """The client had several calls to be made then, and the row does not say which."""
    BEFORE_TASK = "before_task"
    """The task was made after the call."""
    CLOSED_SINCE = "closed_since"
    """The task of that time was closed since."""
    IN_HAND = "in_hand"
    """Somebody works on the task, or phones the client, at this moment."""
    ON_CONTROL = "on_control"
    """The result is known and watched; a person goes on from there."""
    TAKEN_BACK = "taken_back"
    """A person has taken this very attempt back."""
    CHANGED_MEANWHILE = "changed_meanwhile"
    """Somebody changed the task while the file was loaded."""
    UNKNOWN_NUMBER = "unknown_number"
    """The number that was found wrong is none of the client's."""
    NOT_TAKEN = "not_taken"
    """A value that does not fit what is known; the rest of the row was taken."""
    MILEAGE_FILLER = "mileage_filler"
    """What people type who do not know the mileage: no reading."""
    MILEAGE_FELL = "mileage_fell"
    """Less than half of what the odometer showed before: no reading; now, then before (``|``)."""
    MILEAGE_AGAINST = "mileage_against"
    """More than on a later day, or less than on an earlier one, which the second value (``|``)
    tells: no reading."""
    RESULT_NEEDS_MORE = "result_needs_more"
    """The result needs something that such a file does not hold."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """``column``: the heading as in the file, "" for the whole row; ``value``: the cell."""

    column: str
    code: RowProblemCode
    value: str = ""
