"""Recorded responses: the domain model, times, and the readers of files and values."""

from trainstate.history.model import Entry, Kind, Origin, Problem, Response, Unreadable

__all__ = ["Entry", "Kind", "Origin", "Problem", "Response", "Unreadable"]
