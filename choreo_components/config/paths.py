"""Paths: the files that a path or a glob matches, the same with every version of Python, and what cannot be read.

Globs work as in a shell: `*`, `?` and `[…]` match characters of one name, and `**` any number of folders, including
none. Names that begin with a dot are matched only by parts that begin with one. `**` does not follow links to folders:
it matches the files in a linked folder, but not those in the folders below it.
"""

import errno
import glob
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from choreo_components.config.findings import Finding, Location, error, warning


def is_file(path: Path) -> bool:
    """Whether the path is a file. Raises OSError if that cannot be determined (pathlib since Python 3.14: False)."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False


class Search:
    """Finds the files that paths and globs match, and collects findings.

    What one glob leaves out another may find, so `findings` is complete only after the last search.
    """

    def __init__(self, folder: Path) -> None:
        """Paths are relative to `folder`."""
        self._folder = str(folder)
        self._entries: dict[str, Sequence[os.DirEntry[str]]] = {}
        self._searched: set[str] = set()
        self._links: dict[str, Finding] = {}
        self._findings: dict[str, Finding] = {}
        self._failed = False

    def files(self, pattern: str, where: Location) -> list[Path]:
        """The files that a path or glob matches, sorted by path. `where` is the setting that has it.

        A file whose name contains characters of a glob is found by its exact name. It is an error if there are none.
        """
        if self.names_one(pattern):
            return [Path(self._folder, pattern)]
        self._failed = False
        found = sorted(Path(self._folder, path) for path in self._matching(pattern, where))
        if not found and not self._failed:
            self._findings[pattern] = error(where, self._nothing(pattern))
        return found

    def names_one(self, pattern: str) -> bool:
        """Whether a path or glob is the exact name of a file."""
        return os.path.isfile(self._absolute(pattern))

    def findings(self) -> list[Finding]:
        """What could not be read, what matches no file, and what was left out."""
        left_out = list(self._left_out())
        return [*self._findings.values(), *left_out]

    def _matching(self, pattern: str, where: Location) -> set[str]:
        parts = _parts(pattern)
        found: set[str] = set()
        # Folders, each with the parts to match in it; each pair once, however many ways lead there.
        pending = [(os.sep if pattern.startswith(os.sep) else "", parts)] if parts else []
        done = set()
        while pending:
            step = folder, (part, *rest) = pending.pop()
            if step in done:
                continue
            done.add(step)
            self._searched.add(folder)
            further = tuple(rest)
            if part == "**":
                pending.append((folder, further))
                for path, is_link in self._folders(folder, where):
                    pending.append((path, further if is_link else (part, *further)))
                    if is_link:
                        self._links.setdefault(path, _beyond(path, further, where))
                continue
            for path in self._named(folder, part, where):
                if not further and self._is_file(path, where):
                    found.add(path)
                elif further and self._is_folder(path, where):
                    pending.append((path, further))
        return found

    def _nothing(self, pattern: str) -> str:
        """Why no file matches."""
        within = pattern.rstrip("/")
        if pattern.endswith("/") or os.path.isdir(self._absolute(pattern)):
            what = "is a directory" if os.path.isdir(self._absolute(within)) else "matches directories only"
            return f"{pattern!r} {what}; name the files in it, for example {within + '/*.yaml'!r}"
        message = f"no file matches {pattern!r}" + ("" if os.path.isabs(pattern) else f" in {self._folder}")
        if re.match(r"~|.*[{$]", pattern):
            message += "; `~`, `{a,b}` and variables are not expanded"
        return message

    def _left_out(self) -> Iterator[Finding]:
        """A warning for each link to a folder with subfolders that no glob has searched, by whatever path."""
        known = {self._real(folder) for folder in self._searched} if self._links else set()
        for link, finding in self._links.items():
            if any(self._real(path) not in known for path, _ in self._folders(link, finding.where)):
                yield finding

    def _folders(self, folder: str, where: Location) -> Iterator[tuple[str, bool]]:
        """The folders that `**` matches in a folder, and whether each is a link."""
        for entry in self._listed(folder, where):
            path = os.path.join(folder, entry.name)
            is_link = entry.is_symlink()
            if not entry.name.startswith(".") and (self._is_folder(path, where) if is_link else entry.is_dir()):
                yield path, is_link

    def _named(self, folder: str, part: str, where: Location) -> Iterator[str]:
        """The paths that one part of a glob matches in a folder."""
        if not re.search(r"[*?[\\]", part):
            path = os.path.join(folder, part)
            if self._stat(os.lstat, path, where):
                yield path
            return
        # Imported here because few stacks need it, and it takes longer than reading their manifests.
        from wcmatch import fnmatch

        names = [entry.name for entry in self._listed(folder, where)]
        for name in fnmatch.filter(names, part, flags=fnmatch.CASE | fnmatch.FORCEUNIX):
            yield os.path.join(folder, name)

    def _listed(self, folder: str, where: Location) -> Sequence[os.DirEntry[str]]:
        """The contents of a folder, sorted by name."""
        if folder not in self._entries:
            self._entries[folder] = ()
            try:
                with os.scandir(self._absolute(folder)) as entries:
                    self._entries[folder] = sorted(entries, key=lambda entry: entry.name)
            except OSError as problem:
                self._refuse(folder or ".", where, problem)
        return self._entries[folder]

    def _is_file(self, path: str, where: Location) -> bool:
        found = self._stat(os.stat, path, where)
        if found is None and self._is_link(path):
            self._fail(path, error(where, f"{path} is a broken link; remove or repair it"))
        return found is not None and stat.S_ISREG(found.st_mode)

    def _is_folder(self, path: str, where: Location) -> bool:
        found = self._stat(os.stat, path, where)
        if found is None and self._is_link(path):
            # It may have been a link to a file that the glob does not match.
            message = f"{path} is a broken link: if it led to a folder, the files in it are missing"
            self._findings.setdefault(path, warning(where, message))
        return found is not None and stat.S_ISDIR(found.st_mode)

    def _is_link(self, path: str) -> bool:
        return os.path.islink(self._absolute(path))

    def _stat(self, look: Callable[[str], os.stat_result], path: str, where: Location) -> os.stat_result | None:
        """The status of a path; None if nothing is there, or if that cannot be determined, which is an error."""
        try:
            return look(self._absolute(path))
        except OSError as problem:
            self._refuse(path, where, problem)
        except ValueError:
            pass  # not a valid name of a file
        return None

    def _refuse(self, path: str, where: Location, problem: OSError) -> None:
        if problem.errno not in _NOTHING_THERE:
            self._fail(path, error(where, f"{path} cannot be read: {problem.strerror}"))

    def _fail(self, path: str, finding: Finding) -> None:
        self._findings[path] = finding
        self._failed = True

    def _absolute(self, path: str) -> str:
        return os.path.join(self._folder, path)

    def _real(self, path: str) -> str:
        return os.path.realpath(self._absolute(path))


_NOTHING_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)
"""The system's errors for a path at which there is nothing, or cannot be anything."""


def _parts(pattern: str) -> tuple[str, ...]:
    """The parts of a glob; none if it matches folders only. At its end, `**` matches all files below."""
    if pattern.endswith("/"):
        return ()
    named = (part for part in pattern.split("/") if part not in ("", "."))
    # Repeated `**` match no more than one.
    parts = [part for name, same in groupby(named) for part in ([name] if name == "**" else same)]
    return (*parts, "*") if parts[-1:] == ["**"] else tuple(parts)


def _beyond(link: str, parts: Sequence[str], where: Location) -> Finding:
    """The warning that `**`, followed by these parts, did not search the folders below this link."""
    wanted = "/".join((glob.escape(link), "**", *parts))
    message = "is a link to a folder, and `**` does not search the folders below a link; to read their files, add"
    return warning(where, f"{link} {message} {wanted!r}")
