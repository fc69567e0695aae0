#!/usr/bin/env python3
"""What kaudit-u says a build read, wrote and ran, against strace -f -y of the
same build: none may be missing.
usage: kaudit.py KAUDIT-U"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
KAUDIT = os.path.abspath(sys.argv[1])

MAKEFILE = """\
all: prog sub/lib.a copy link
prog: a.o b.o
\tcc -o prog a.o b.o
a.o: a.c a.h
\tcc -c a.c
b.o: b.c a.h
\tcc -c b.c
sub/lib.a: sub/c.c
\tcd sub && cc -c c.c && ar rcs lib.a c.o && rm c.o
copy: a.c
\tcp a.c copy.new
\tmv copy.new copy
link: a.c
\tln -sf a.c link
\tcat link ./sub/../b.c > both
\tgrep -c main both
"""
FILES = {
    "Makefile": MAKEFILE,
    "a.h": "int b(void);\n",
    "a.c": '#include "a.h"\n#include <stdio.h>\n'
           'int main(void) { printf("%d\\n", b()); return 0; }\n',
    "b.c": '#include "a.h"\nint b(void) { return 7; }\n',
    "sub/c.c": "int c;\n",
}


def skip(reason):
    print("skipped: " + reason)
    sys.exit(SKIPPED)


def make_tree(place):
    shutil.rmtree(place, ignore_errors=True)
    for name, text in FILES.items():
        path = os.path.join(place, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)


# Names that compilers and ar make up are others each time.
def plain(path):
    path = re.sub(r"/cc[A-Za-z0-9]{6}", "/ccXXXXXX", path)
    return re.sub(r"/st[A-Za-z0-9]{6}$", "/stXXXXXX", path)


def of_kaudit(place, trace):
    run = subprocess.run([KAUDIT, "run", "-f", trace, "-o", trace + ".txt",
                          "make", "-C", place, "-s", "-j2"],
                         stdout=subprocess.DEVNULL)
    assert run.returncode == 0, open(trace + ".txt").read()
    out = subprocess.run([KAUDIT, "report", "--json", trace],
                         stdout=subprocess.PIPE, check=True).stdout
    report = json.loads(out)
    assert report["complete"], report["not_known"]
    sets = {"read": set(), "write": set(), "exec": set()}
    for fact in report["facts"]:
        verb = "read" if fact["verb"] == "list" else fact["verb"]
        if fact["outcome"] == "ok" and verb in sets:
            sets[verb].add(plain(fact["object"]))
    return sets


OPEN = re.compile(r'openat\((?:AT_FDCWD|\d+)<[^>]*>, "[^"]*", '
                  r'([A-Z_|]+).* = \d+<([^>]*)>')
EXEC = re.compile(r'execve\("([^"]*)", .* = 0$')


def of_strace(place, output):
    subprocess.run(["strace", "-f", "-y", "-qq", "-s", "4096", "-o", output,
                    "-e", "trace=openat,open,creat,execve,chdir",
                    "make", "-C", place, "-s", "-j2"],
                   stdout=subprocess.DEVNULL, check=True)
    sets = {"read": set(), "write": set(), "exec": set()}
    waiting = {}
    for line in open(output):
        pid, text = line.rstrip("\n").split(None, 1)
        if text.endswith("<unfinished ...>"):
            waiting[pid] = text[:-len("<unfinished ...>")]
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", text)
        if resumed:
            text = waiting.pop(pid) + resumed.group(1)
        found = EXEC.match(text)
        if found and found.group(1).startswith("/"):
            sets["exec"].add(plain(os.path.normpath(found.group(1))))
        found = OPEN.match(text)
        if not found or "O_PATH" in found.group(1):
            continue
        flags = found.group(1)
        path = plain(re.sub("^/proc/" + pid + "/", "/proc/self/",
                            found.group(2)))
        if "O_WRONLY" not in flags:
            sets["read"].add(path)
        if "O_WRONLY" in flags or "O_RDWR" in flags or "O_TRUNC" in flags:
            sets["write"].add(path)
    return sets


def main():
    for program in ["strace", "make", "cc", "ar"]:
        if not shutil.which(program):
            skip("no " + program + " here")
    if subprocess.run(["strace", "-qq", "-e", "trace=none", "true"],
                      stderr=subprocess.DEVNULL).returncode:
        skip("strace may not trace here")
    with tempfile.TemporaryDirectory() as home:
        place = os.path.join(home, "build")
        make_tree(place)
        ours = of_kaudit(place, os.path.join(home, "trace"))
        make_tree(place)
        theirs = of_strace(place, os.path.join(home, "strace"))
    failed = False
    for verb in theirs:
        assert len(theirs[verb]) > 3, (verb, theirs)
        for path in sorted(theirs[verb] - ours[verb]):
            print("not told:", verb, path)
            failed = True
        # An exec is told by the file that runs, too.
        if verb != "exec":
            for path in sorted(ours[verb] - theirs[verb]):
                print("invented:", verb, path)
                failed = True
        print(verb, len(theirs[verb]), "files")
    sys.exit(failed)


main()
