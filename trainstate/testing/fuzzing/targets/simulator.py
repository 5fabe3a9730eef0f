"""The reference simulator in this process, with scenarios by chance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from trainstate.errors import needing
from trainstate.spec.facts import Evidence
from trainstate.testing.fuzzing.subject import Script, Subject, Target


def simulator() -> Target:
    """The target; raises UsageError where boto3 is not installed.

    The jobs of every other program do what is recorded, and those of the others what is
    inferred, too: else the many inferred ways leave little time for the rest.
    """
    with needing("Fuzzing the simulator", ": pip install '.[server]'."):
        from trainstate.simulator import Clock, Service, Simulation, chooser  # noqa: PLC0415
        from trainstate.simulator.inprocess import leave  # noqa: PLC0415
    first = Simulation(Service(choose=chooser(None), clock=Clock()), region="us-east-1")
    # Making a client takes a hundred times as long as a call: one is attached to each service.
    services = ("sagemaker", "logs", "sagemaker-metrics")
    clients = {name: first.client(name) for name in services}
    for client in clients.values():
        leave(client.meta.events, first.serve)

    @contextmanager
    def opened(seed: int) -> Iterator[Subject]:
        accept = Evidence.RECORDED if seed % 2 else Evidence.INFERRED
        service = Service(choose=chooser(seed, accept=accept), clock=Clock())
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
