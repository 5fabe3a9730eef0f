"""One course, played to a consumer and judged."""

from __future__ import annotations

from attrs import frozen

from trainstate.spec.model import Spec
from trainstate.testing.consumers.course import Course
from trainstate.testing.consumers.judge import Reading, judged
from trainstate.testing.consumers.perform import Stage, Wait
from trainstate.testing.consumers.report import ConsumerFinding, Played, snippet
from trainstate.testing.consumers.stage import NAME, Play
from trainstate.track.policy import Policy


@frozen
class Trial:
    """How one course is played to a consumer, and judged."""

    wait: Wait
    policy: Policy
    outcome: Reading
    crashes: tuple[type[BaseException], ...]
    patience: float
    polls: int
    spec: Spec

    def played(self, stage: Stage, course: Course) -> Played:
        """What the consumer does on a course, and what is wrong with it."""
        play = Play(course, self.spec, patience=self.patience, polls=self.polls)
        ending = stage.perform(self.wait, play, NAME)
        judgement = judged(
            ending,
            play,
            policy=self.policy,
            reading=self.outcome,
            crashes=self.crashes,
            spec=self.spec,
        )
        return Played(course=course, polls=tuple(play.polls), ending=ending, judgement=judgement)

    def finding(self, stage: Stage, course: Course) -> ConsumerFinding | None:
        """What the consumer gets wrong on a course; None where nothing."""
        again = snippet(self.wait, course, self.policy, self.outcome)
        return self.played(stage, course).finding(again)
