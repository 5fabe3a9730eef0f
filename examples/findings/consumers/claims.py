"""What the scripts of this folder share: claims about a library, confirmed by running it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any

from trainstate.testing.consumers import plainly, replay
from trainstate.track import STRICT, Policy


class Claim:
    """That a consumer gets a course wrong, in one way: ``kind`` and a part of what it says."""

    def __init__(
        self,
        title: str,
        wait: Any,
        course: str,
        *,
        kind: str,
        shows: str = "",
        policy: Policy = STRICT,
        outcome: Callable[..., Any] = plainly,
    ) -> None:
        self.title, self.wait, self.course = title, wait, course
        self.kind, self.shows = kind, shows
        self.policy, self.outcome = policy, outcome

    def holds(self) -> bool:
        """Plays the course, prints what happened, and says whether it is as claimed."""
        played = replay(
            self.wait, self.course, policy=self.policy, outcome=self.outcome, quiet=True
        )
        kind = "" if played.judgement is None else str(played.judgement.kind)
        print(f"\n# {self.title}\n{played}")
        return kind == self.kind and self.shows in str(played)


class Fact:
    """That a function of a library does something: ``check`` gives what it did, or None."""

    def __init__(self, title: str, check: Callable[[], str | None]) -> None:
        self.title, self.check = title, check

    def holds(self) -> bool:
        """Runs the function, prints what it did, and says whether it is as claimed."""
        did = self.check()
        print(f"\n# {self.title}\n{did or 'not so any more'}")
        return did is not None


def raised(call: Callable[[], object], error: type[BaseException], text: str = "") -> str | None:
    """How a call raised an error, or None where it did not."""
    try:
        call()
    except error as caught:
        return f"raises {type(caught).__name__}: {caught}" if text in str(caught) else None
    return None


def run(packages: Iterable[str], claims: Iterable[Claim | Fact]) -> None:
    """Prints the versions, tries all claims, and exits with 1 where one does not hold."""
    print(", ".join(f"{name} {version(name)}" for name in packages))
    wrong = [claim.title for claim in claims if not claim.holds()]
    print(f"\n{'all confirmed' if not wrong else 'not confirmed: ' + '; '.join(wrong)}")
    sys.exit(bool(wrong))
