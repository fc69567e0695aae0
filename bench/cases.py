"""What is measured: programs, and ways to run them. Tables; nothing runs here.

A case's command may hold {work}, {tree}, {dir}, {out}; a tracer's prefix the
same. Counts are calls of a micro case natively and traced, so that one run
takes a fraction of a second in either.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    group: str
    command: tuple
    # Micro cases print nanoseconds per operation; others are timed as a whole.
    micro: bool = False
    native_count: int = 0
    traced_count: int = 0
    quick: bool = False
    # At most so many rounds of --quick: one that takes long.
    quick_rounds: int = 3
    needs: tuple = ()
    # Run once before, not timed.
    setup: tuple = ()


@dataclass(frozen=True)
class Tracer:
    name: str
    prefix: tuple
    groups: tuple = ("micro", "whole")
    needs: tuple = ()
    # Prefix of the traced command itself, inside the tracer.
    inner: tuple = ()
    cpus: int = 1
    quick: bool = False


def micro(name, native, traced, how=(), quick=False):
    label = name + ("".join(" x%s %s" % (how[1], how[0])) if how else "")
    return Case(label, "micro", ("{work}", name, "{count}") + tuple(how),
                micro=True, native_count=native, traced_count=traced,
                quick=quick)


def each_micro():
    for name, native, traced in (("getppid", 400000, 12000),
                                 ("read64", 200000, 12000),
                                 ("read4k", 100000, 10000),
                                 ("open", 60000, 8000),
                                 ("pipe", 5000, 2000)):
        quick = name in ("getppid", "read64", "open")
        yield micro(name, native, traced, quick=quick)
        for how, number in (("threads", 2), ("threads", 8),
                            ("processes", 2), ("processes", 4)):
            yield micro(name, native // number, max(traced // number, 500),
                        (how, str(number)),
                        quick=quick and number == 2 and how == "threads")


WHOLE = (
    Case("gcc x5", "whole",
         ("sh", "-c", "for i in 1 2 3 4 5; do gcc -O2 -c -o {dir}/o$i.o "
          "{tree}/bench/work.c -D_GNU_SOURCE -I {tree}/tests || exit; done"),
         quick=True),
    Case("make -j2", "whole",
         ("sh", "-c", "make -s -C {dir}/make clean && "
          "make -s -C {dir}/make -j2 room_trace room_tracee room_unwind "
          "room_capture >/dev/null"),
         setup=("sh", "-c", "cmake -S {tree} -B {dir}/make "
                "-G 'Unix Makefiles' -DKTRACE_U_TESTS=OFF >/dev/null"),
         needs=("make", "cmake")),
    Case("find", "whole", ("sh", "-c", "find /usr -maxdepth 4 >/dev/null")),
    Case("python", "whole",
         ("python3", "-c", "import json, ssl, asyncio, email, sqlite3"),
         needs=("python3",), quick=True),
    Case("tar", "whole", ("tar", "cf", "{dir}/tar", "/usr/include/c++",
                         "/usr/include/linux"), quick=True),
    Case("spawn x200", "whole",
         ("sh", "-c", "i=0; while [ $i -lt 200 ]; do /bin/true; "
          "i=$((i + 1)); done"), quick=True),
    Case("redis", "whole",
         ("sh", "-c", "cd {dir} && redis-server --port 0 --unixsocket "
          "{dir}/redis --save '' --daemonize no >/dev/null & "
          "until redis-cli -s {dir}/redis ping >/dev/null 2>&1; do :; done; "
          "redis-benchmark -s {dir}/redis -t get,set -n 2000 -q >/dev/null; "
          "redis-cli -s {dir}/redis shutdown nosave; wait"),
         needs=("redis-server", "redis-benchmark")),
)

# What is selected, and by which options of each tracer.
FILTERED = (
    Case("make -j2, paths", "paths", WHOLE[1].command, setup=WHOLE[1].setup,
         needs=WHOLE[1].needs),
    Case("make -j2, signals", "signals", WHOLE[1].command,
         setup=WHOLE[1].setup, needs=WHOLE[1].needs),
)

# Who called, of every call.
STACKS = (
    Case("gcc, stacks", "stacks",
         ("gcc", "-c", "-o", "{dir}/stacks.o", "{tree}/bench/work.c",
          "-D_GNU_SOURCE", "-I", "{tree}/tests"), quick=True, quick_rounds=1),
)

# What a job did, and whether it was allowed to.
AUDITED = (
    Case("gcc x5, audit", "audit", WHOLE[0].command, quick=True),
    Case("make -j2, audit", "audit", WHOLE[1].command, setup=WHOLE[1].setup,
         needs=WHOLE[1].needs),
)

CASES = tuple(each_micro()) + WHOLE + FILTERED + STACKS + AUDITED

STRACE_ALL = ("strace", "-f", "-ttt", "-s", "4096", "-o", "{out}")

TRACERS = (
    Tracer("native", (), ("micro", "whole", "paths", "signals",
                          "stacks", "audit"), quick=True),
    Tracer("ktrace-u", ("{ktrace}", "-i", "-f", "{out}"), quick=True),
    Tracer("floor", ("{floor}",), quick=True),
    Tracer("strace", STRACE_ALL, needs=("strace",), quick=True),
    Tracer("strace, terse", ("strace", "-f", "-o", "{out}"),
           needs=("strace",)),
    Tracer("strace, one cpu", ("taskset", "-c", "0") + STRACE_ALL,
           needs=("strace", "taskset")),
    Tracer("strace, apart", ("taskset", "-c", "1") + STRACE_ALL,
           needs=("strace", "taskset"), inner=("taskset", "-c", "0"), cpus=2),
    Tracer("floor, one cpu", ("taskset", "-c", "0", "{floor}"),
           needs=("taskset",)),
    Tracer("perf trace", ("perf", "trace", "-o", "{out}"), needs=("perf",)),
    Tracer("ktrace-u -t n", ("{ktrace}", "-i", "-t", "n", "-f", "{out}"),
           ("paths",)),
    Tracer("floor, paths", ("{floor}", "--paths"), ("paths",)),
    Tracer("strace %file", ("strace", "-f", "-e", "trace=%file", "-o",
                            "{out}"), ("paths",), needs=("strace",)),
    Tracer("strace %file, filter", ("strace", "-f", "--seccomp-bpf", "-e",
                                    "trace=%file", "-o", "{out}"), ("paths",),
           needs=("strace",)),
    Tracer("ktrace-u -t s", ("{ktrace}", "-i", "-t", "s", "-f", "{out}"),
           ("signals",)),
    Tracer("ktrace-u -k", ("{ktrace}", "-i", "-k", "-f", "{out}"),
           ("stacks",), quick=True),
    Tracer("strace -k", ("strace", "-f", "-k", "-o", "{out}"), ("stacks",),
           needs=("strace",), quick=True),
    Tracer("kaudit-u", ("{kaudit}", "run", "--exit-policy=command", "-f",
                        "{out}"), ("audit",), quick=True),
    Tracer("floor, deeds", ("{floor}", "--deeds"), ("audit",)),
    Tracer("strace -f", ("strace", "-f", "-o", "{out}"), ("audit",),
           needs=("strace",), quick=True),
    Tracer("strace signals", ("strace", "-f", "-e", "trace=none", "-o",
                              "{out}"), ("signals",), needs=("strace",)),
)
