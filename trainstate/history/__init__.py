"""What a job did: responses, entries, instants, and the readers that find them in files."""

from trainstate.history.model import Entry, Kind, Origin, Problem, Response, Unreadable

__all__ = ["Entry", "Kind", "Origin", "Problem", "Response", "Unreadable"]
