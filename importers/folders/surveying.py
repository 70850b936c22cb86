"""Looking into a folder, taking copies out of it, putting files aside in it; nothing outside of it.

Every folder is opened part by part and no link is followed (the folder that an administrator has
set may be one itself). Parts of paths come from us; names of files never become parts of paths.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

Parts = tuple[str, ...]
DONE, REFUSED = "done", "refused"
"""Folders beside the files into which they are put aside."""
_BLOCK = 1 << 20
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_BEGINNINGS = (".", "~")
_ENDINGS = (".tmp", ".part", ".partial", ".crdownload", ".download", ".filepart", ".lock")
_OF_WINDOWS = ("thumbs.db", "desktop.ini")
_LONGEST_NAME = 200
"""Bytes; file systems allow 255, and a result is named after its file."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file of a folder as it was at the look."""

    folder: Parts
    name: str
    size: int
    changed_ns: int

    @property
    def path(self) -> str:
        """Below the folder that is looked into."""
        return "/".join((*self.folder, self.name))


def is_part(text: str) -> bool:
    """Whether the text can be the name of one folder."""
    return text not in ("", ".", "..") and not set(text) & {"/", "\\", "\0"}


def survey(root: Path, folders: Iterable[Parts]) -> list[Found]:
    """The files in these folders, those that are still being written left out by their names."""
    found = []
    for parts in folders:
        with suppress(FileNotFoundError, NotADirectoryError), opened(root, parts) as place:
            with os.scandir(place) as entries:
                names = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
            for name in sorted(filter(_is_whole, names)):
                with suppress(FileNotFoundError):
                    told = os.stat(name, dir_fd=place, follow_symlinks=False)
                    found.append(Found(parts, name, told.st_size, told.st_mtime_ns))
    return found


def quiet(first: Iterable[Found], second: Iterable[Found]) -> list[Found]:
    """The files that two looks have seen alike: nobody writes into them."""
    before = set(first)
    return [one for one in second if one in before]


def make_folders(root: Path, parts: Parts, inner: Iterable[str]) -> None:
    """Make the folder with these folders in it, unless it is there: what is removed stays so."""
    with opened(root, parts[:-1]) as place:
        try:
            os.mkdir(parts[-1], dir_fd=place)
        except FileExistsError:
            return
    with opened(root, parts) as place:
        for name in inner:
            os.mkdir(name, dir_fd=place)


@contextmanager
def opened(root: Path, parts: Parts) -> Iterator[int]:
    """The descriptor of a folder below ``root``. Raises OSError: it is not there, or a link."""
    place = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts:
            inner = os.open(part, _FOLDER, dir_fd=place)
            os.close(place)
            place = inner
        yield place
    finally:
        os.close(place)


def copy_out(root: Path, found: Found, into: Path) -> str | None:
    """Copy the file as it was seen; the SHA-256 of its content, None: it is another by now.

    Raises PermissionError, and other OSErrors of a full disk.
    """
    content = hashlib.sha256()
    with opened(root, found.folder) as place, _file(place, found.name) as file:
        if file is None or not _is_as_seen(file, found):
            return None
        with into.open("wb") as copy:
            while block := os.read(file, _BLOCK):
                content.update(block)
                copy.write(block)
        return content.hexdigest() if _is_as_seen(file, found) else None


def content_of(root: Path, folder: Parts, name: str) -> str | None:
    """The SHA-256 of a file; None: it is not there."""
    content = hashlib.sha256()
    with suppress(FileNotFoundError, NotADirectoryError), opened(root, folder) as place:
        with _file(place, name) as file:
            if file is None:
                return None
            while block := os.read(file, _BLOCK):
                content.update(block)
        return content.hexdigest()
    return None


def put_aside(root: Path, folder: Parts, name: str, aside: str, told: dict[str, bytes]) -> str:
    """Move the file into ``aside`` beside it, with what is told: ending → content of a file.

    Returns where it is, below ``root``. The telling stands there before the file comes: whoever is
    killed in between does the same again.
    """
    with opened(root, folder) as place:
        with suppress(FileExistsError):
            os.mkdir(aside, dir_fd=place)
        inner = os.open(aside, _FOLDER, dir_fd=place)
        try:
            kept = _free_name(inner, name)
            for ending, content in told.items():
                _write(inner, f"{kept}{ending}", content)
            os.rename(name, kept, src_dir_fd=place, dst_dir_fd=inner)
        finally:
            os.close(inner)
    return "/".join((*folder, aside, kept))


def remove(root: Path, path: str, endings: Iterable[str]) -> None:
    """Remove a file that was put aside, and what was told with it; harmless when it is gone."""
    *folder, name = path.split("/")
    with suppress(FileNotFoundError, NotADirectoryError), opened(root, tuple(folder)) as place:
        for one in (name, *(f"{name}{ending}" for ending in endings)):
            with suppress(FileNotFoundError):
                os.unlink(one, dir_fd=place)


def _is_whole(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False  # bytes that are no text: neither the database nor a person could name it
    low = name.casefold()
    return not (low.startswith(_BEGINNINGS) or low.endswith(_ENDINGS) or low in _OF_WINDOWS)


@contextmanager
def _file(place: int, name: str) -> Iterator[int | None]:
    """The file for reading; None: it is no plain file. A pipe is not waited for."""
    try:
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=place)
    except PermissionError:
        raise
    except OSError:
        yield None
        return
    try:
        yield file if stat.S_ISREG(os.fstat(file).st_mode) else None
    finally:
        os.close(file)


def _is_as_seen(file: int, found: Found) -> bool:
    told = os.fstat(file)
    return (told.st_size, told.st_mtime_ns) == (found.size, found.changed_ns)


def _free_name(place: int, name: str) -> str:
    """The name, shortened to leave room, with a number where another file has it."""
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, f"{dot}{ending}") if stem else (name, "")
    stem = stem.encode("utf-8", "surrogateescape")[:_LONGEST_NAME].decode("utf-8", "ignore")
    number = 1
    while True:
        free = f"{stem}{ending[:20]}" if number == 1 else f"{stem} ({number}){ending[:20]}"
        try:
            os.stat(free, dir_fd=place, follow_symlinks=False)
        except FileNotFoundError:
            return free
        number += 1


def _write(place: int, name: str, content: bytes) -> None:
    """Whole or not at all."""
    fresh = f".{name}.part"
    with suppress(FileNotFoundError):
        os.unlink(fresh, dir_fd=place)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    file = os.open(fresh, flags, 0o640, dir_fd=place)
    with os.fdopen(file, "wb") as stream:
        stream.write(content)
    os.replace(fresh, name, src_dir_fd=place, dst_dir_fd=place)
