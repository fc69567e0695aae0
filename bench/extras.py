"""What is no program's time: filters, sizes, reading, ten thousand threads.
Each gives (what, for people, for machines)."""

import os
import subprocess
import time

from measure import fill, run

CALLS = 20000


def record(place, options, command):
    place.clean()
    return run(fill(("{ktrace}",) + options + ("-f", "{out}"), place.words) +
               fill(command, place.words))


def count_records(place):
    dump = subprocess.run([place["kdump"], "--json", "-f", place["out"]],
                          stdout=subprocess.PIPE, check=True)
    return dump.stdout.count(b"\n")


def size_of_records(place, _):
    for name in ("getppid", "read64", "open"):
        record(place, (), ("{work}", name, str(CALLS)))
        size = os.path.getsize(place["out"])
        each = size / CALLS
        yield ("bytes of a %s, all its records" % name, "%.0f" % each, each)


def reading(place, rounds):
    record(place, (), ("{work}", "getppid", str(CALLS * 5)))
    records = count_records(place)
    for what, options in (("text", ()), ("json", ("--json",))):
        best = None
        for _ in range(rounds):
            begin = time.monotonic()
            subprocess.run([place["kdump"], *options, "-f", place["out"]],
                           stdout=subprocess.DEVNULL, check=True)
            took = time.monotonic() - begin
            best = took if best is None else min(best, took)
        rate = records / best
        yield ("kdump-u, records a second, %s" % what,
               "%.2f M" % (rate / 1e6), rate)


def filter_cost(place, rounds):
    native, filtered = [], []
    command = ("{work}", "getppid", str(CALLS * 20))
    for _ in range(rounds):
        native.append(float(run(fill(command, place.words))[1].split()[0]))
        took = record(place, ("-t", "n", "--syscalls=open,openat"), command)
        filtered.append(float(took[1].split()[0]))
    cost = min(filtered) - min(native)
    yield "an unselected call, filtered, ns", "+%.0f" % cost, cost


def many_threads(place, rounds):
    """The cost of a call while so many other threads are traced and sleep."""
    for idle in (0, 1000, 10000):
        best, memory = None, 0
        for _ in range(max(1, rounds // 2)):
            command = ("{work}", "getppid", str(CALLS // 4), "beside",
                       str(idle))
            try:
                said = record(place, ("-i",), command)[1].split()
            except Exception as error:  # no room for them here
                yield ("%d threads" % idle, "not measured: %s" % error, None)
                return
            cost = float(said[0])
            best = cost if best is None else min(best, cost)
            memory = int(said[1])
        yield ("a call beside %d sleeping threads, ns" % idle,
               "%.0f" % best, best)
        yield ("recorder beside %d sleeping threads, KiB" % idle,
               "%d" % memory, memory)


EXTRAS = (filter_cost, size_of_records, reading, many_threads)


def collect(place, rounds):
    found = []
    for extra in EXTRAS:
        found += list(extra(place, rounds))
    return found
