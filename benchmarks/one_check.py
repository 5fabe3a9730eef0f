"""Checks one path; prints responses, jobs, seconds of processor time, and bytes of peak memory."""

from __future__ import annotations

import sys
from time import process_time

from processes import peak_memory  # type: ignore[import-not-found]

from trainstate.checking.stream import Checker
from trainstate.cli.progress import rarely_collected
from trainstate.history.readers import read_records

checker = Checker()
begun = process_time()
with rarely_collected():
    for record in read_records([sys.argv[1]], checker.spec):
        checker.feed(record)
    _, jobs = checker.close()
taken = process_time() - begun
print(checker.summary.responses, len(jobs), taken, peak_memory())
