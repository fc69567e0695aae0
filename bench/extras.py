"""What is no program's time: filters, sizes, reading, ten thousand threads,
coming and going. Each gives (what, for people, for machines)."""

import os
import select
import shutil
import signal
import statistics
import subprocess
import time

from measure import Failed, fill, run

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


ATTACHED = 1000


def tracers(pid):
    """Of all threads of a process, those that have one."""
    found = []
    for tid in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/status" % (pid, tid),
                  encoding="ascii") as status:
            found += [int(line.split()[1]) for line in status
                      if line.startswith("TracerPid:")]
    return [tracer for tracer in found if tracer]


def await_end(pid):
    end = os.pidfd_open(pid)
    try:
        os.kill(pid, signal.SIGTERM)
        select.select([end], [], [])
    finally:
        os.close(end)


def visit_by_ktrace(place, pid):
    begin = time.monotonic()
    run([place["ktrace"], "-f", place["out"], "-p", str(pid)])
    with open("/proc/%d/status" % pid, encoding="ascii") as status:
        recorder = int(status.read().split("TracerPid:")[1].split()[0])
    await_end(recorder)
    return time.monotonic() - begin


def lines_of(path):
    with open(path, "rb") as file:
        return file.read().count(b"\n")


def visit_by_strace(place, pid):
    """It says so once it has seized all; each then has a line where it goes on,
    of which the last is not ended."""
    begin = time.monotonic()
    with subprocess.Popen(["strace", "-f", "-p", str(pid), "-o", place["out"]],
                          stderr=subprocess.PIPE, text=True) as strace:
        said = strace.stderr.readline()
        if "attached" not in said:
            raise Failed("strace: %s" % said.strip())
        while lines_of(place["out"]) < ATTACHED:
            time.sleep(0.001)
        strace.terminate()
    return time.monotonic() - begin


def attaching(place, rounds):
    """To a program whose threads sleep, until the last of them is free."""
    visits = {"ktrace-u": visit_by_ktrace}
    if shutil.which("strace"):
        visits["strace"] = visit_by_strace
    times = {who: [] for who in visits}
    with subprocess.Popen([place["asleep"], str(ATTACHED)], text=True,
                          stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as program:
        program.stdout.readline()
        for _ in range(rounds):
            for who, visit in visits.items():
                place.clean()
                times[who].append(visit(place, program.pid))
                if tracers(program.pid):
                    raise Failed("%s is gone, and its threads are not free"
                                 % who)
        said = program.communicate("")[0]
    if said != "0 wrong\n":
        raise Failed("%d threads that were attached to: %s"
                     % (ATTACHED, said.strip()))
    yield from attaching_rows(times)


def attaching_rows(times):
    what = "attach to %d threads and end" % ATTACHED
    for who, seconds in times.items():
        best, median = min(seconds), statistics.median(seconds)
        yield ("%s, %s, ms" % (what, who), "%.0f, median %.0f"
               % (best * 1e3, median * 1e3), [best * 1e3, median * 1e3])
    if "strace" in times:
        ratios = [of(times["ktrace-u"]) / of(times["strace"])
                  for of in (min, statistics.median)]
        yield ("%s, as a part of strace's" % what,
               "%.2f, median %.2f" % tuple(ratios), ratios)


EXTRAS = (filter_cost, size_of_records, reading, many_threads, attaching)


def collect(place, rounds):
    found = []
    for extra in EXTRAS:
        found += list(extra(place, rounds))
    return found
