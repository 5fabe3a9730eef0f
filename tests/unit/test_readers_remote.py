"""URLs and patterns: what they stand for, what is said where they stand for nothing."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner

import trainstate as ts
from tests.lives import COMPLETED, FAILED, life
from trainstate.cli.main import main
from trainstate.history.readers.remote import public

fsspec = pytest.importorskip("fsspec", reason="the extra `remote` is not installed")

LINES = [json.dumps(one) for one in life(*COMPLETED)]
OTHERS = [json.dumps(one) for one in life(*FAILED, name="job-2")]
TEXT = "\n".join(LINES)
RECORDINGS: dict[str, bytes] = {
    "a.ndjson": TEXT.encode(),
    "b.json": f"[{','.join(OTHERS)}]".encode(),
    "b/c.ndjson.gz": gzip.compress(TEXT.encode()),
    "b/c.d.json.bz2": bz2.compress(OTHERS[-1].encode()),
    "b/.hidden.json": b"[",
    ".folder/e.json": b"[",
    "readme.md": b"hello",
    "z/x.xz": lzma.compress(TEXT.encode()),
    "z/broken.json": OTHERS[-1].encode()[:-9],
}
SECRET = "hush"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The recordings as local files."""
    for name, data in RECORDINGS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.fixture
def bucket() -> Iterator[str]:
    """The recordings in a store that is not the file system."""
    files = fsspec.filesystem("memory")
    for name, data in RECORDINGS.items():
        files.pipe(f"/bucket/runs/{name}", data)
    yield "memory://bucket/runs"
    files.rm("/bucket", recursive=True)


@contextmanager
def served(handler: Callable[..., Any]) -> Iterator[str]:
    """A server of this machine, at its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    """The files of a folder, in one answer each, and nothing told of it."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def web(folder: Path) -> Iterator[str]:
    """The recordings behind a web server."""
    pytest.importorskip("aiohttp", reason="reads from the web")
    with served(partial(Quiet, directory=str(folder))) as address:
        yield address


def check(*paths: object) -> tuple[int, str]:
    """The exit status of a check, and what it prints."""
    result = CliRunner().invoke(main, ["check", *map(str, paths), "-v"])
    return result.exit_code, result.output


@pytest.mark.parametrize(
    "name",
    ["", "/", "/b", "/a.ndjson", "/b/c.ndjson.gz", "/*", "/**", "/**/*.*json", "/?/c*", "/[bz]"],
)
def test_a_url_says_what_local_files_say(name: str, folder: Path, bucket: str) -> None:
    """A file, a folder or a pattern: the report is that of the same files, in their order."""
    expected = check(f"{folder}{name}")

    assert (expected[0], expected[1].replace(str(folder), bucket)) == check(f"{bucket}{name}")


def test_a_url_of_this_machine_is_a_path(folder: Path) -> None:
    """`file://` needs no library; a report has the path."""
    (folder / "two words.json").write_text(LINES[-1])
    for name in ("a.ndjson", "b", "*.json"):
        assert check(folder / name) == check(f"file://{folder}/{name}")

    assert check(folder / "two words.json") == check(f"file://localhost{folder}/two%20words.json")


def test_a_value_of_python_may_be_a_url_or_a_pattern(folder: Path, bucket: str) -> None:
    """`ts.check` takes them alone and in lists."""
    expected = ts.check(folder / "b").summary

    for value in (f"{bucket}/b", [f"{bucket}/b"], f"{folder}/b/*", [f"{bucket}/b/*"]):
        assert expected == ts.check(value).summary


def test_a_line_of_a_log_is_no_url(bucket: str) -> None:
    """Among lines of a text a URL, and what looks like a pattern, is a line."""
    log = "2020-05-18 10:11:12 Starting - Starting the training job..."

    lines = [log, f"{bucket}/b", "*", "https://example.com/*"]

    one, other = ts.check("\n".join(lines)), ts.check(lines)

    assert one.summary == other.summary
    assert [found.message for found in one] == [found.message for found in other]


def test_a_file_of_the_web_is_read(folder: Path, web: str) -> None:
    """A server that gives a file in one answer alone suffices; a query is no part of the name."""
    for name in ("a.ndjson", "b/c.ndjson.gz", "z/x.xz"):
        expected = check(folder / name)

        assert (0, expected[1].replace(str(folder), web)) == check(f"{web}/{name}?token={SECRET}")


def test_a_pattern_of_the_web_is_what_an_index_names(folder: Path, web: str) -> None:
    """Where a server lists its files a pattern stands for those that match."""
    expected = check(f"{folder}/*json")

    assert (0, expected[1].replace(str(folder), web)) == check(f"{web}/*json")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("memory://bucket/gone.json", "nothing is there"),
        ("memory://bucket/none*.json", "nothing matches it"),
        ("{folder}/none*.json", "nothing matches it; "),
        ("file:///gone.json", "No such file or directory"),
        ("{web}/gone.json?sig=hush", "404 File not found"),
        ("http://me:hush@127.0.0.1:1/x.json", "Cannot connect to host 127.0.0.1:1"),
        ("http://nowhere.invalid/x.json", "Cannot connect to host nowhere.invalid"),
        ("nosuch://x", "Protocol not known: nosuch"),
        ("{web}/readme.md", "is in no format that is known"),
    ],
)
def test_what_is_not_there_is_told_and_the_rest_is_read(
    name: str, reason: str, folder: Path, web: str, bucket: str
) -> None:
    """One sentence, exit status 2, and the report of the other inputs."""
    url = name.format(folder=folder, web=web)

    status, output = check(url, f"{bucket}/a.ndjson")
    (told,) = (line for line in output.splitlines() if line.startswith("trainstate: "))

    assert (2, True) == (status, reason in told)
    assert "1 job: 1 consistent" in output
    assert SECRET not in output
    with pytest.raises(ts.InputError) as refused:
        ts.check([url])
    assert SECRET not in str(refused.value)


def test_one_broken_match_does_not_end_the_others(folder: Path, bucket: str) -> None:
    """Each match is an input of its own."""
    for place in (folder, bucket):
        status, output = check(f"{place}/*")

        assert (2, True) == (status, f"{place}/readme.md: is in no format" in output)
        assert "2 jobs" in output


@pytest.mark.parametrize(
    ("url", "module"),
    [
        ("memory://x", "fsspec"),
        ("https://example.com/x", "aiohttp"),
        ("s3://bucket/x", "s3fs"),
        ("gs://bucket/*", "gcsfs"),
        ("abfs://bucket/x", "adlfs"),
    ],
)
def test_a_missing_package_is_named(url: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence says which, and how it is installed."""
    for one in (module, *(["fsspec.core"] if module == "fsspec" else [])):
        monkeypatch.setitem(sys.modules, one, None)

    status, output = check(url)

    more = "" if module == "fsspec" else f" {module}"
    hint = f"in a checkout of trainstate run: pip install '.[remote]'{more}."
    assert (2, f"trainstate: {url}: is a URL, which needs {module}; {hint}\n") == (status, output)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("https://me:hush@host:1/a.json?sig=hush#hush", "https://host:1/a.json"),
        ("https://hush@host/a b.json?X-Amz=a/b hush", "https://host/a b.json"),
        ("sftp://me:hu@sh@host/a.json", "sftp://host/a.json"),
        ("s3://b/part-?.json", "s3://b/part-?.json"),
        ("s3://b/a#1/y=2/part-?.json", "s3://b/a#1/y=2/part-?.json"),
        ("s3://b/a.json?versionId=hush", "s3://b/a.json"),
        ("az://b/a.json?sv=1&sig=hush/hush", "az://b/a.json"),
        ("zip://a.json::https://me:hush@h/x?hush", "zip://a.json::https://h/x"),
        ("403 'No', url='https://me:hush@h/x?hush'", "403 'No', url='https://h/x"),
        ("no URL? a=b", "no URL? a=b"),
    ],
)
def test_secrets_of_a_url_are_not_shown(given: str, shown: str) -> None:
    """User, password and query leave a URL before it is shown."""
    assert shown == public(given)


@pytest.mark.parametrize(
    "form", ["json", "jsonl", "sarif", "html", "junit", "github", "csv", "text"]
)
def test_no_report_has_a_secret(form: str, web: str, folder: Path) -> None:
    """Whatever is written of a URL has no password and no query in it."""
    broken = [{**json.loads(LINES[-1]), "SecondaryStatus": "Odd"}]
    (folder / "odd.json").write_text(json.dumps(broken))
    url = f"{web.replace('//', '//me:hush@')}/%s?X-Amz-Signature=hush"

    args = ["check", url % "odd.json", url % "gone.json", "-v", "--format", form]
    result = CliRunner().invoke(main, args)

    assert (2, False) == (result.exit_code, SECRET in result.output)
    assert f"{web}/odd.json" in unquote(result.output)


class Cut(BaseHTTPRequestHandler):
    """Promises more than it sends."""

    def do_GET(self) -> None:
        """Half a file."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(TEXT) + 9))
        self.end_headers()
        self.wfile.write(TEXT.encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


def test_a_connection_that_breaks_is_told() -> None:
    """What came before is judged, and the exit status is 2."""
    pytest.importorskip("aiohttp", reason="reads from the web")
    with served(Cut) as address:
        status, output = check(f"{address}/x.ndjson")

    assert (2, True) == (status, "x.ndjson: cannot be read: " in output)


def test_a_url_cannot_be_watched() -> None:
    """Nobody is told when a bucket changes."""
    status, output = check("s3://bucket/x", "--watch")

    assert (2, True) == (status, "Only files can be watched" in output)


@pytest.mark.usefixtures("bucket")
def test_limits_hold_behind_a_url() -> None:
    """Compressed data of a bucket may expand as far as a local file's may."""
    bomb = gzip.compress(TEXT.encode() + b" " * (80 << 20))
    fsspec.filesystem("memory").pipe("/bucket/bomb.gz", bomb)

    status, output = check("memory://bucket/bomb.gz")

    assert (2, True) == (status, "expands to more than 1000 times its size" in output)
