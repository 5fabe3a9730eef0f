"""The targets that can be fuzzed by name; each imports what it needs when used."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from types import MethodType
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from trainstate.errors import InputError, UsageError, needing
from trainstate.spec.facts import Evidence
from trainstate.spec.load import BUILTIN
from trainstate.testing.fuzzing.ledger import api
from trainstate.testing.fuzzing.subject import Advance, Script, Subject, Target, target_of
from trainstate.testing.imported import imported

MOTO, SIMULATOR, LOCAL_MODE = "moto", "simulator", "local-mode"

_UNUSED: Mapping[str, str] = {
    "region_name": "us-east-1",
    "aws_access_key_id": "any",
    "aws_secret_access_key": "any",
}

# The SDK runs without Docker only if its private parts are replaced.
_CONTAINER, _JOBS = "_SageMakerContainer", "_training_jobs"
_MODULES = ("sagemaker.local.local_session", "sagemaker.core.local.local_session")

_CLOCK = "/_trainstate/clock"
_RESET = "/moto-api/reset"
_TIMEOUT = 30
_UNREACHED = "it cannot be reached"


def named(text: str) -> Target:
    """The target for the text of ``--target``. Raises UsageError if there is none."""
    if text == MOTO:
        return moto()
    if text == SIMULATOR:
        return simulator()
    if text == LOCAL_MODE:
        return local_mode()
    if text.startswith(("http://", "https://")):
        return served(text)
    if not all(text.partition(":")):
        raise UsageError(
            f"Expected {MOTO}, {SIMULATOR}, {LOCAL_MODE}, a URL or module:function as the target"
            f" but got {text!r}."
        )
    return target_of(imported(text, what="The target "))


def moto() -> Target:
    """Moto in this process: the mock is on while a program runs, and reset before each.

    Raises UsageError if moto is not installed.
    """
    with needing("Fuzzing moto", ": pip install 'moto[sagemaker]'."):
        from moto import mock_aws  # noqa: PLC0415 - an optional package
        from moto.core.config import default_user_config  # noqa: F401, PLC0415
    # Making a client takes a hundred times as long as a call: one is enough for all programs.
    kept: list[Any] = []

    @contextmanager
    def opened(_seed: int) -> Iterator[Subject]:
        with mock_aws():
            kept[:] = kept or [_client()]
            yield Subject(client=kept[0])

    script = Script(
        setup=("import boto3", "from moto import mock_aws"),
        block="with mock_aws():",
        inner=_client_lines(),
    )
    return Target(label="moto", open=opened, script=script, patience=0.0, shared=False)


def simulator() -> Target:
    """The reference simulator in this process, with random scenarios.

    Every other program's jobs do what is recorded, the rest also what is inferred: otherwise the
    many inferred walks would leave little time for the others. Raises UsageError if boto3 is
    not installed.
    """
    with needing("Fuzzing the simulator", ": pip install '.[server]'."):
        from trainstate.simulator import Service, Simulation, VirtualClock, chooser  # noqa: PLC0415
        from trainstate.simulator.inprocess import leave  # noqa: PLC0415
    first = Simulation(Service(choose=chooser(None), clock=VirtualClock()), region="us-east-1")
    # Making a client takes a hundred times as long as a call: one is attached to each service.
    services = ("sagemaker", "logs", "sagemaker-metrics")
    clients = {name: first.client(name) for name in services}
    for client in clients.values():
        leave(client.meta.events, first.serve)

    @contextmanager
    def opened(seed: int) -> Iterator[Subject]:
        accept = Evidence.RECORDED if seed % 2 else Evidence.INFERRED
        service = Service(choose=chooser(seed, accept=accept), clock=VirtualClock())
        simulation = Simulation(service, region="us-east-1")
        for client in clients.values():
            simulation.attach(client)
        try:
            yield Subject(
                client=clients["sagemaker"], advance=service.clock.advance, beside=clients
            )
        finally:
            for client in clients.values():
                leave(client.meta.events, simulation.serve)
            simulation.close()

    accepted = 'Evidence("recorded" if {seed} % 2 else "inferred")'
    script = Script(
        setup=(
            "from trainstate.simulator import simulate",
            "from trainstate.spec.model import Evidence",
        ),
        block=f"with simulate({{seed}}, accept={accepted}) as sm:",
        inner=("client = sm.client()",),
        advance="sm.clock.advance({seconds})",
    )
    return Target(label="simulator", open=opened, script=script, shared=False, wide=True)


class Container:
    """Stands in for the SDK's container, and runs nothing."""

    fails = False

    def __init__(self, instance_type: str, instance_count: int, image: str, **_: Any) -> None:
        self.instance_type, self.instance_count, self.image = instance_type, instance_count, image
        self.container_entrypoint: Any = None
        self.container_arguments: Any = None

    def train(self, *_: Any, **__: Any) -> str:
        """The model's location, or the SDK's error for a failed container."""
        if self.fails:
            raise RuntimeError("Failed to run: docker compose up, the container ended with 1")
        return "file:///tmp/model.tar.gz"


def local_mode() -> Target:
    """Local mode of the SageMaker Python SDK, v2 or v3: its client; containers run nothing.

    A job is created in a call that returns after its run. The container is replaced by one that
    succeeds, or, for odd seeds, fails at creation, so no Docker is needed.
    Raises UsageError if the SDK is not installed.
    """
    module = _session_module()

    @contextmanager
    def opened(seed: int) -> Iterator[Subject]:
        kept = getattr(module, _CONTAINER)
        failing = type("Failing", (Container,), {"fails": True})
        setattr(module, _CONTAINER, failing if seed % 2 else Container)
        # The SDK keeps the jobs of all clients of a process in one place.
        setattr(module.LocalSagemakerClient, _JOBS, {})
        try:
            yield Subject(client=_bare(module.LocalSagemakerClient))
        finally:
            setattr(module, _CONTAINER, kept)

    script = Script(
        setup=("from trainstate.testing.fuzzing.targets import local_mode",),
        block="with local_mode().open({seed}) as subject:",
        inner=("client = subject.client",),
    )
    return Target(
        label="local-mode", open=opened, script=script, patience=0.0, shared=False, only=BUILTIN
    )


def _bare(kind: Any) -> Any:
    """A client without a session: making one asks AWS for an account and a bucket.

    Nor does it report each call to the makers of the SDK: what they wrapped is unwrapped.
    """
    client = object.__new__(kind)
    client.sagemaker_session = None
    for name in api().methods.values():
        plain = getattr(getattr(kind, name, None), "__wrapped__", None)
        if plain is not None:
            setattr(client, name, MethodType(plain, client))
    return client


def _session_module() -> Any:
    for name in _MODULES:
        try:
            module = import_module(name)
        except ImportError:
            continue
        if hasattr(module, "LocalSagemakerClient"):
            return module
    raise UsageError(
        "Fuzzing local mode needs the SageMaker Python SDK:"
        " pip install 'sagemaker[local]', or 'sagemaker<3' for version 2."
    )


def served(url: str) -> Target:
    """A service by URL: a trainstate or moto server, or any other that speaks AWS's JSON.

    Raises InputError if nothing answers there, and UsageError for AWS itself.
    """
    base = url.rstrip("/")
    host = urlsplit(base).hostname or ""
    if host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".aws")):
        raise UsageError(f"The target {url!r} is AWS: the fuzzer creates jobs and deletes them.")
    said = _asked(base, "/", method="GET")
    if said is None:
        raise InputError(f"The target {url!r} does not answer; is the server running?")
    ours = b'"trainstate"' in said
    moto = not ours and _asked(base, "/moto-api/data.json", method="GET") not in (None, b"")
    advance = _advancing(base) if ours else None
    still = ours and _speed(base) == 0
    with needing("Fuzzing a server", ": pip install 'boto3'."):
        import boto3  # noqa: F401, PLC0415 - an optional package
        from botocore.config import Config  # noqa: PLC0415

        # A retry would hide the service's first answer.
        client = _client(endpoint_url=base, config=Config(retries={"total_max_attempts": 1}))

    @contextmanager
    def opened(_seed: int) -> Iterator[Subject]:
        if moto:
            _asked(base, _RESET, method="POST")
        yield Subject(client=client, advance=advance, still=still)

    return Target(
        label=base,
        open=opened,
        script=_script(base, ours),
        patience=0.0 if moto else 5.0,
        shared=True,
    )


def _advancing(base: str) -> Advance:
    def advance(seconds: float) -> None:
        body = json.dumps({"advance": seconds}).encode()
        if _asked(base, _CLOCK, method="POST", body=body) is None:
            raise InputError(f"The clock of {base!r} cannot be advanced: {_UNREACHED}.")

    return advance


def _speed(base: str) -> float:
    said = _asked(base, _CLOCK, method="GET")
    return float(json.loads(said)["speed"]) if said else 1.0


def _asked(base: str, path: str, *, method: str, body: bytes | None = None) -> bytes | None:
    """A server's answer; empty if it refuses, None if it is unreachable."""
    headers = {"Content-Type": "application/json"}
    request = Request(base + path, data=body, method=method, headers=headers)  # noqa: S310 - http
    try:
        with urlopen(request, timeout=_TIMEOUT) as reply:  # noqa: S310 - checked by `named`
            said: bytes = reply.read()
            return said
    except HTTPError as error:
        error.close()
        return b""
    except (URLError, OSError):
        return None


def _script(base: str, ours: bool) -> Script:
    posting = ("import json", "from urllib.request import Request, urlopen") if ours else ()
    client = _client_lines(f'endpoint_url="{base}"')
    body = 'json.dumps({{"advance": {seconds}}}).encode()'
    kind = '{{"Content-Type": "application/json"}}'
    advance = f'urlopen(Request("{base}{_CLOCK}", {body}, {kind}))' if ours else ""
    return Script(setup=("import boto3", *posting, "", *client), advance=advance, unique=True)


def _client(**options: Any) -> Any:
    import boto3  # noqa: PLC0415 - an optional package

    return boto3.client("sagemaker", **options, **_UNUSED)


def _client_lines(*options: str) -> tuple[str, ...]:
    """The same as text."""
    given = (*options, *(f'{name}="{value}"' for name, value in _UNUSED.items()))
    return ("client = boto3.client(", '    "sagemaker",', *(f"    {one}," for one in given), ")")
