"""What a process holds while it serves, read from /proc and from its database, and how its clients fare."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Sample(NamedTuple):
    """At `seconds` since the start: what all of a server's processes hold together, and what was answered since the last sample."""

    seconds: float
    memory_mib: float
    file_descriptors: int
    connections_open: int
    """To the database."""
    connections_at_work: int
    requests_per_second: float
    failures: int
    p50_milliseconds: float
    longest_milliseconds: float


TITLES = {
    "memory_mib": "Resident memory, MiB",
    "file_descriptors": "Open file descriptors",
    "connections_open": "Connections to the database",
    "connections_at_work": "Connections to the database that run a statement",
    "requests_per_second": "Answers, per second",
    "failures": "Requests that failed or were refused, since the last sample",
    "p50_milliseconds": "Time to answer, the median, ms",
    "longest_milliseconds": "Time to answer, the longest, ms",
}


def processes_of(process: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield process
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from processes_of(int(child))


def memory_mib(processes: Iterable[int]) -> float:
    """Resident memory, the shared pages counted in each process."""
    return sum(int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in processes) * PAGE_BYTES / 2**20


def file_descriptors(processes: Iterable[int]) -> int:
    return sum(len(list(Path(f"/proc/{each}/fd").iterdir())) for each in processes)


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that so large a share of them does not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
