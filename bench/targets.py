"""What must hold, as ratios within one run. `--quick` fails only where a limit
is missed by a factor, since one quick run on a busy machine proves little."""

from dataclasses import dataclass

FAR_OFF = 2.5


@dataclass(frozen=True)
class Target:
    case: str
    tracer: str
    against: str  # a tracer: by added time; "native": by whole time
    limit: float


TARGETS = (
    Target("getppid", "ktrace-u", "strace", 0.70),
    Target("read64", "ktrace-u", "strace", 0.65),
    Target("open", "ktrace-u", "strace", 0.65),
    Target("getppid x2 threads", "ktrace-u", "strace", 0.85),
    Target("getppid x2 processes", "ktrace-u", "strace", 0.85),
    Target("getppid", "ktrace-u", "strace, apart", 0.50),
    Target("read64", "ktrace-u", "strace, apart", 0.50),
    Target("open", "ktrace-u", "strace, apart", 0.50),
    Target("gcc x5", "ktrace-u", "strace", 0.65),
    Target("make -j2", "ktrace-u", "strace", 0.65),
    Target("find", "ktrace-u", "strace", 0.65),
    Target("tar", "ktrace-u", "strace", 0.65),
    Target("spawn x200", "ktrace-u", "strace", 0.60),
    Target("make -j2, paths", "ktrace-u -t n", "native", 1.10),
    Target("make -j2, paths", "ktrace-u -t n", "strace %file", 0.25),
    Target("make -j2, paths", "ktrace-u -t n", "strace %file, filter", 1.0),
    Target("make -j2, signals", "ktrace-u -t s", "native", 1.05),
    Target("make -j2, audit", "kaudit-u", "native", 1.20),
    Target("make -j2, audit", "kaudit-u", "strace -f", 0.25),
    Target("gcc x5, audit", "kaudit-u", "strace -f", 0.80),
    Target("gcc, stacks", "ktrace-u -k", "strace -k", 0.33),
)


def measured(target, results):
    """The ratio, or None where it was not measured."""
    if target.against == "native":
        ours = results.best(target.case, target.tracer)
        theirs = results.best(target.case, "native")
        return ours / theirs if ours and theirs else None
    return results.ratio(target.case, target.tracer, target.against)


def verdicts(results):
    """(target, ratio, met) of all that were measured."""
    for target in TARGETS:
        ratio = measured(target, results)
        if ratio is not None:
            yield target, ratio, ratio <= target.limit


def far_off(results):
    return [(target, ratio) for target, ratio, _ in verdicts(results)
            if ratio > target.limit * FAR_OFF]
