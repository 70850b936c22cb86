"""Looking into a folder, taking copies out of it, putting files aside in it; nothing outside of it.

Every folder is opened part by part and no link is followed (the folder that an administrator has
set may be one itself). Parts of paths come from us; names of files never become parts of paths.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
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


def free_place(root: Path, path: str, aside: str, taken: Collection[str]) -> str:
    """Where below ``root`` the file can be put into ``aside`` beside it.

    ``taken``: places that are promised to other files, whether these are there by now or not.
    """
    *folder, name = path.split("/")
    parts = (*folder, aside)
    beside = "/".join(parts) + "/"
    kept = [one.removeprefix(beside) for one in taken if one.startswith(beside)]
    with (
        suppress(FileNotFoundError),
        opened(root, parts) as place,
        os.scandir(place) as entries,
    ):
        kept += [entry.name for entry in entries]
    # On shares of Windows two names that differ in case only are one.
    return "/".join((*parts, _free_name(name, {one.casefold() for one in kept})))


def put_aside(root: Path, path: str, place: str, told: Mapping[str, bytes]) -> None:
    """Move the file to that place of ``free_place``, with what is told: ending → content of a file.

    The telling stands there before the file comes: whoever is killed in between does the same
    again, at the same place.
    """
    *folder, name = path.split("/")
    *_, aside, kept = place.split("/")
    with opened(root, tuple(folder)) as outer:
        with suppress(FileExistsError):
            os.mkdir(aside, dir_fd=outer)
        inner = os.open(aside, _FOLDER, dir_fd=outer)
        try:
            for ending, content in told.items():
                _write(inner, f"{kept}{ending}", content)
            os.rename(name, kept, src_dir_fd=outer, dst_dir_fd=inner)
        finally:
            os.close(inner)


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


def _free_name(name: str, taken: Collection[str]) -> str:
    """The name, shortened to leave room, with a number where another file has it."""
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, f"{dot}{ending}") if stem else (name, "")
    stem = stem.encode("utf-8", "surrogateescape")[:_LONGEST_NAME].decode("utf-8", "ignore")
    free, number = f"{stem}{ending[:20]}", 1
    while free.casefold() in taken:
        number += 1
        free = f"{stem} ({number}){ending[:20]}"
    return free


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
