"""Files behind URLs, through fsspec (extra ``remote``): s3, gs, https and others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import PurePath
from typing import Any

from attrs import frozen

from trainstate.errors import InputError, installed_by
from trainstate.history.readers.compressed import Readable

EXTRA = "remote"
"""The extra that installs fsspec; each service needs its own package too."""

Opening = Callable[[], AbstractContextManager[Readable]]

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_WEB = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
_MAGIC = re.compile(r"[*?\[]")
_SECRETS = (
    (re.compile(r"(?<=://)[^/]*@"), ""),
    (re.compile(r"(https?://[^?#\n]*)[?#].*", re.IGNORECASE), r"\1"),
    (re.compile(r"(://.*?)\?[^/?\n]*=.*"), r"\1"),  # a ? without a later = is a wildcard
)
_SECONDS = 30
"""How long to wait for a response and between its parts; a whole file may take longer."""


def is_url(path: str) -> bool:
    """Whether a path has a scheme, as in ``s3://bucket/jobs/``."""
    return _SCHEME.match(path) is not None


def public(text: str) -> str:
    """Text without the secrets of its URLs: user and query."""
    for secret, shown in _SECRETS:
        text = secret.sub(shown, text)
    return text


def remote_matches(url: str) -> list[str]:
    """The URLs that match a pattern; the URL itself if it is no pattern, or exists.

    Raises InputError if a package is missing, the service refuses, or nothing matches.
    """
    web = _WEB.match(url)
    if not _MAGIC.search(url[web.end() :].partition("?")[0] if web else url):
        return [url]
    with _as_input_error(url):
        place = _Place.of(url)
        if place.files.exists(place.path):
            return [url]
        found = place.files.glob(place.path)
    # As in a shell, hidden files match only a pattern with the dot.
    seen = [one for one in found if "/." in place.path or "/." not in one]
    if not seen:
        raise InputError(f"{public(url)}: cannot be read: nothing matches it.")
    return [place.url(one) for one in outermost(seen)]


def remote_files(url: str) -> tuple[bool, list[tuple[str, Opening]]]:
    """Whether a URL names one file; and the files there, each with its opener.

    A folder means all files in and below it. Raises InputError as ``remote_matches`` does.
    """
    with _as_input_error(url):
        place = _Place.of(url)
        single = bool(_WEB.match(url)) or place.files.info(place.path)["type"] != "directory"
        found = {url: place.path} if single else {place.url(one): one for one in place.inside()}
    return single, [(public(name), partial(place.opened, one)) for name, one in found.items()]


def outermost(paths: Iterable[str]) -> list[str]:
    """The paths in order of their names, without those inside another of them."""
    found = {PurePath(path): path for path in paths}
    return [found[path] for path in sorted(found) if found.keys().isdisjoint(path.parents)]


@frozen
class _Place:
    """A path of a service; ``before`` completes each of its paths to a URL."""

    files: Any
    path: str
    before: str

    @classmethod
    def of(cls, url: str) -> _Place:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - an extra

        files, path = url_to_fs(url, **(_streamed() if _WEB.match(url) else {}))
        before = url.rstrip("/").removesuffix(path)
        return cls(files, path, "" if before == url else before)

    def url(self, path: str) -> str:
        whole: str = self.before + path if self.before else self.files.unstrip_protocol(path)
        return whole

    def inside(self) -> list[str]:
        """The files of a folder without hidden ones, in the order of a local folder."""
        start = len(self.path)
        shown = (one for one in self.files.find(self.path) if "/." not in one[start:])
        return sorted(shown, key=lambda one: one.split("/"))

    @contextmanager
    def opened(self, path: str) -> Iterator[Readable]:
        """Opens a file; any error of its service becomes an OSError."""
        try:
            stream = self.files.open(path)
        except Exception as error:  # noqa: BLE001 - each service raises its own
            raise OSError(_first_line(error)) from None
        with stream:
            yield _Stream(stream)


@frozen
class _Stream:
    """A file that is read once from beginning to end."""

    stream: Any

    def readinto(self, buffer: memoryview, /) -> int:
        """Fills the buffer from its beginning; 0 at the end."""
        try:
            size: int = self.stream.readinto(buffer)
        except Exception as error:  # noqa: BLE001 - each service raises its own
            raise OSError(_first_line(error)) from None
        return size


def _streamed() -> dict[str, Any]:
    """Options for HTTP: a file is one response, as not every server supports ranges."""
    from aiohttp import ClientTimeout  # noqa: PLC0415 - an extra

    limits = ClientTimeout(total=None, sock_connect=_SECONDS, sock_read=_SECONDS)
    return {"block_size": 0, "client_kwargs": {"timeout": limits, "trust_env": True}}


@contextmanager
def _as_input_error(url: str) -> Iterator[None]:
    """Turns any error of a service into an InputError of one sentence."""
    try:
        yield
    except ImportError as error:
        name = (getattr(error.__cause__, "name", None) or error.name or "").partition(".")[0]
        more = "" if name == "fsspec" else f" {name}"
        hint = f"{installed_by(EXTRA)}{more}"
        raise InputError(f"{public(url)}: is a URL, which needs {name}; {hint}.") from None
    except Exception as error:  # noqa: BLE001 - each service raises its own
        raise InputError(f"{public(url)}: cannot be read: {_first_line(error)}.") from None


def _first_line(error: BaseException) -> str:
    """The first line of a library's error or of its cause."""
    cause = error.__cause__ or error
    if isinstance(cause, FileNotFoundError):
        return "nothing is there"
    # aiohttp's text would repeat the URL.
    answer = getattr(cause, "status", None)
    text = f"{answer} {getattr(cause, 'message', '')}" if answer else str(cause)
    lines = text.strip().splitlines() or [type(cause).__name__]
    return public(lines[0]).rstrip(".")
