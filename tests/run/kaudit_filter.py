#!/usr/bin/env python3
"""What kaudit-u tells of a job is the same whether all calls were recorded or
only those that matter; and the same but for looks without those that look.
usage: kaudit_filter.py KAUDIT-U KTRACE-U PROGRAMS"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
KAUDIT, KTRACE, PROGRAMS = (os.path.abspath(word) for word in sys.argv[1:])

MAKEFILE = """\
all: prog lib.a copy
prog: a.o b.o
\tcc -o prog a.o b.o
a.o: a.c
\tcc -c a.c
b.o: b.c
\tcc -c b.c
lib.a: b.o
\tar rcs lib.a b.o
copy: a.c
\tcp a.c new && mv new copy && chmod 600 copy && ln -sf copy link
\tmkdir -p dir && ln copy dir/hard && rm -r dir
"""
FILES = {
    "Makefile": MAKEFILE,
    "a.c": '#include <stdio.h>\nint b(void);\n'
           'int main(void) { printf("%d\\n", b()); return 0; }\n',
    "b.c": "int b(void) { return 7; }\n",
}
# What is told of each, at least: facts, and in which of them these occur.
JOBS = (
    (["make", "-s"], 200, {"exec", "map", "create", "rename", "link",
                           "change", "delete", "look"}),
    ([os.path.join(PROGRAMS, "mixed")], 15, {"map", "read", "exec"}),
    ([os.path.join(PROGRAMS, "paths")], 30, {"map", "delete", "rename"}),
    ([os.path.join(PROGRAMS, "doors")], 5, {"map"}),
)


def make_place(place):
    shutil.rmtree(place, ignore_errors=True)
    os.mkdir(place)
    for name, text in FILES.items():
        with open(os.path.join(place, name), "w") as file:
            file.write(text)


# Names and numbers that are others each time.
def plain(text):
    text = re.sub(r"/(cc|st|tmp\.)[A-Za-z0-9]{6}", "/XXXXXX", text)
    return re.sub(r"\d{3,}", "N", text)


# As a user the job counts what only root may do as wrong.
def run(words, place, status=None):
    done = subprocess.run(words, cwd=place, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          check=False)
    assert status in (None, done.returncode), done
    return done.returncode


def facts_of(trace):
    said = subprocess.run([KAUDIT, "report", "--json", trace],
                          stdout=subprocess.PIPE, check=True).stdout
    report = json.loads(said)
    keys = ("verb", "object", "other", "outcome", "proof", "exe")
    gaps = {plain(gap["what"]) for gap in report["not_known"]}
    return gaps, {tuple(plain(str(fact.get(key))) for key in keys)
                  for fact in report["facts"]}


def compare(job, least, verbs, home):
    place = os.path.join(home, "place")
    traces = [os.path.join(home, name) for name in ("all", "deeds", "least")]
    make_place(place)
    status = run(job, place)
    make_place(place)
    run([KTRACE, "-i", "-t", "cntasp", "--setuid=deny", "--no-io-uring",
         "--resolve", "--seccomp=never", "-f", traces[0]] + job, place, status)
    for trace, looks in (traces[1], ["--looks"]), (traces[2], []):
        make_place(place)
        run([KAUDIT, "run", "--exit-policy=command", "-f", trace] + looks +
            job, place, status)
    (gaps, facts), (our_gaps, ours), (least_gaps, least_facts) = (
        facts_of(trace) for trace in traces)
    missing = {verb for verb in verbs
               if not any(fact[0] == verb for fact in ours)}
    sizes = [os.path.getsize(trace) for trace in traces]
    smaller = sizes[0] > sizes[1] > sizes[2]
    left_out = {fact[0] for fact in ours ^ least_facts}
    for fact in sorted(facts - ours):
        print("not told:", fact)
    for fact in sorted(ours - facts):
        print("invented:", fact)
    print(os.path.basename(job[0]), len(ours), "facts", gaps ^ our_gaps,
          missing, left_out)
    return (facts == ours and gaps == our_gaps == least_gaps and
            len(ours) >= least and not missing and smaller and
            left_out <= {"look"})


def main():
    if subprocess.run([KTRACE, "-f", "-", "true"],
                      stdout=subprocess.DEVNULL).returncode:
        print("skipped: may not trace here")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as home:
        same = [compare(job, least, verbs, home)
                for job, least, verbs in JOBS
                if shutil.which(job[0])]
    assert len(same) > 2
    sys.exit(not all(same))


main()
