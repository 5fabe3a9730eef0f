"""A SageMaker training-job service with a virtual clock, in this process or as a server."""

from trainstate.simulator.clock import TimeIsUp, VirtualClock
from trainstate.simulator.errors import ApiError
from trainstate.simulator.inprocess import Simulation, chooser, simulate
from trainstate.simulator.scenario import Act, Scenario, on_demand, spot, through
from trainstate.simulator.service import Service
from trainstate.simulator.store import Store

__all__ = [
    "Act",
    "VirtualClock",
    "Scenario",
    "Service",
    "ApiError",
    "Simulation",
    "Store",
    "TimeIsUp",
    "chooser",
    "on_demand",
    "simulate",
    "spot",
    "through",
]
