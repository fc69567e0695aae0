"""Runs cases under tracers, interleaved, and keeps every time. Judges nothing."""

import os
import shutil
import statistics
import subprocess
import sys
import time

from cases import CASES, TRACERS

TIMEOUT_S = 300


class Failed(Exception):
    """A program that was measured did not do what it is measured for."""


def missing(item):
    return [name for name in item.needs if not shutil.which(name)]


def fill(words, places):
    return [word.format(**places) for word in words]


class Place:
    """Where programs are, and a directory for what they leave."""

    def __init__(self, tree, build, directory):
        self.words = {
            "tree": tree,
            "ktrace": os.path.join(build, "ktrace-u"),
            "kdump": os.path.join(build, "kdump-u"),
            "kaudit": os.path.join(build, "kaudit-u"),
            "work": os.path.join(build, "bench", "work"),
            "floor": os.path.join(build, "bench", "floor"),
            "asleep": os.path.join(build, "bench", "asleep"),
            "dir": directory,
            "out": os.path.join(directory, "out"),
        }
        for name in ("ktrace", "kdump", "kaudit", "work", "floor", "asleep"):
            if not os.access(self.words[name], os.X_OK):
                raise Failed("%s is not built: cmake --build %s"
                             % (self.words[name], build))

    def __getitem__(self, name):
        return self.words[name]

    def clean(self):
        if os.path.exists(self["out"]):
            os.unlink(self["out"])


def run(command):
    begin = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=TIMEOUT_S, check=False)
    took = time.monotonic() - begin
    if done.returncode:
        raise Failed("%s: status %d: %s" % (" ".join(command), done.returncode,
                                            done.stderr.strip()[-300:]))
    return took, done.stdout


def run_once(case, tracer, place, counts):
    """Nanoseconds per operation of a micro case, seconds of another."""
    words = dict(place.words, count=str(counts[tracer.name == "native"]))
    command = fill(tracer.prefix + tracer.inner + case.command, words)
    place.clean()
    took, said = run(command)
    return float(said.split()[0]) if case.micro else took


def tracers_of(case):
    for tracer in TRACERS:
        if case.group not in tracer.groups:
            continue
        if tracer.cpus > (os.cpu_count() or 1):
            continue
        yield tracer


class Results:
    """times[case name][tracer name]: one entry per round."""

    def __init__(self):
        self.times = {}
        self.skipped = {}

    def add(self, case, tracer, value):
        self.times.setdefault(case, {}).setdefault(tracer, []).append(value)

    def best(self, case, tracer):
        values = self.times.get(case, {}).get(tracer)
        return min(values) if values else None

    def median(self, case, tracer):
        values = self.times.get(case, {}).get(tracer)
        return statistics.median(values) if values else None

    def added(self, case, tracer):
        """What the tracer adds to the untraced run, by minimum."""
        traced, native = self.best(case, tracer), self.best(case, "native")
        if traced is None or native is None:
            return None
        return traced - native

    def ratio(self, case, tracer, against):
        """One tracer's added time as a part of another's."""
        ours, theirs = self.added(case, tracer), self.added(case, against)
        if ours is None or theirs is None or theirs <= 0:
            return None
        return ours / theirs


def wanted(quick, only):
    for case in CASES:
        if quick and not case.quick:
            continue
        if only and not any(word in case.name for word in only):
            continue
        yield case


def plan(quick, only, results):
    """(case, tracers) that can be run here; says what cannot."""
    for case in wanted(quick, only):
        absent = missing(case)
        if absent:
            results.skipped[case.name] = "no " + ", ".join(absent)
            continue
        tracers = []
        for tracer in tracers_of(case):
            if quick and not tracer.quick:
                continue
            if missing(tracer):
                results.skipped[tracer.name] = ("no " +
                                                ", ".join(missing(tracer)))
            else:
                tracers.append(tracer)
        yield case, tracers


def progress(tell, line):
    """One line that is written over, on a terminal alone."""
    if tell.isatty():
        print("\r%-60s\r%s" % ("", line), end="", file=tell, flush=True)


def measure(place, rounds, quick, only, results, ended, tell=sys.stderr):
    """All rounds. Each of them runs everything once, so that what disturbs the
    machine for a while disturbs all alike. ended(n) is called after the nth."""
    cases = list(plan(quick, only, results))
    for setup in {case.setup for case, _ in cases if case.setup}:
        run(fill(setup, place.words))
    for number in range(rounds):
        for case, tracers in cases:
            if quick and number >= case.quick_rounds:
                continue
            progress(tell, "round %d of %d: %s" % (number + 1, rounds,
                                                   case.name))
            divisor = 4 if quick else 1
            counts = (max(case.traced_count // divisor, 100),
                      max(case.native_count // divisor, 100))
            # Who comes first is somebody else each time.
            shift = number % len(tracers)
            for tracer in tracers[shift:] + tracers[:shift]:
                results.add(case.name, tracer.name,
                            run_once(case, tracer, place, counts))
        ended(number + 1)
    progress(tell, "")
