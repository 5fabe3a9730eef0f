"""The fuzzer: finds the shortest programs of API calls on which a job simulator is wrong."""

from trainstate.testing.fuzzing.fuzzer import fuzz
from trainstate.testing.fuzzing.program import Call, Program
from trainstate.testing.fuzzing.report import Discovery, FuzzReport, Key
from trainstate.testing.fuzzing.subject import Script, Subject, Target, target_of

__all__ = [
    "Call",
    "Discovery",
    "FuzzReport",
    "Key",
    "Program",
    "Script",
    "Subject",
    "Target",
    "fuzz",
    "target_of",
]
