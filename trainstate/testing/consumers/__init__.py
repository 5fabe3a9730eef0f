"""Consumers of job statuses, run over all legal histories up to a bound."""

from trainstate.testing.consumers import adapters
from trainstate.testing.consumers.check import check_consumer, replay
from trainstate.testing.consumers.course import Course, Item, course
from trainstate.testing.consumers.judge import CRASHES, FindingKind, Judgement, plainly
from trainstate.testing.consumers.perform import Ending, How
from trainstate.testing.consumers.report import ConsumerFinding, ConsumerReport, Played
from trainstate.testing.consumers.scope import CourseScope
from trainstate.testing.consumers.stage import CoursePoll
from trainstate.testing.imported import MissingLibraryError, named

__all__ = [
    "CRASHES",
    "ConsumerFinding",
    "ConsumerReport",
    "Course",
    "Ending",
    "How",
    "Item",
    "Judgement",
    "FindingKind",
    "MissingLibraryError",
    "Played",
    "CoursePoll",
    "CourseScope",
    "adapters",
    "check_consumer",
    "course",
    "named",
    "plainly",
    "replay",
]
