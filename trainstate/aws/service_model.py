"""What an installed botocore says about the response: its members, types and statuses.

Read from botocore's own data, without a network.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from trainstate.errors import UsageError, needing
from trainstate.rules.drift import Drift
from trainstate.spec.model import Spec

SERVICE = "sagemaker"


def installed_drift(spec: Spec) -> Drift:
    """The installed botocore's view; raises UsageError if there is none."""
    with needing("The comparison", "; `pip install botocore` brings it."):
        import botocore  # noqa: PLC0415 - an extra
        from botocore.loaders import Loader  # noqa: PLC0415
    model = Loader().load_service_model(SERVICE, "service-2")
    return drift_of(spec, model["shapes"], version=f"botocore {botocore.__version__}")


def drift_of(spec: Spec, shapes: Mapping[str, Any], *, version: str) -> Drift:
    """The view of a service's shapes, in botocore's JSON; raises UsageError."""
    response = f"{spec.layout.operation}Response"
    if response not in shapes:
        raise UsageError(f"Expected {version} to have the shape {response} but it has none.")
    members = shapes[response]["members"]
    return Drift(
        spec=spec,
        version=version,
        statuses=dict(_statuses(spec, shapes, members)),
        members={name: shapes[row["shape"]]["type"] for name, row in members.items()},
    )


def _statuses(
    spec: Spec, shapes: Mapping[str, Any], members: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    holders = {spec.layout.primary: "", spec.layout.secondary: ""}
    holders |= {machine.member: machine.status for machine in spec.machines}
    for member, inner in holders.items():
        if member in members:
            yield member, _values(shapes, members[member]["shape"], inner)


def _values(shapes: Mapping[str, Any], name: str, inner: str) -> tuple[str, ...]:
    """The enumeration of a shape: its own, its items', or that of a member inside."""
    shape = shapes[name]
    if shape["type"] == "list":
        return _values(shapes, shape["member"]["shape"], inner)
    if shape["type"] == "structure":
        return _values(shapes, shape["members"][inner]["shape"], "")
    return tuple(shape.get("enum", ()))
