#!/usr/bin/python3
"""Compares the database of kdump-u --sqlite with what kdump-u --json says of the
same trace: of the golden traces, and of a real compilation. The questions of the
manual page are asked, and files that are not ours stay.

usage: sqlite.py MANUAL KTRACE-U KDUMP-U GOLDEN-FOLDER
"""

import base64
import collections
import glob
import json
import os
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile

SKIPPED = 77
LEARNT = ("abi", "descriptors", "mapping", "syscall_number")


def must(condition, *what):
    if not condition:
        sys.exit("sqlite: " + " ".join(str(part) for part in what))


class Maker:
    def __init__(self, kdump, folder):
        self.kdump = kdump
        self.path = os.path.join(folder, "trace.db")

    def run(self, trace, *words, database=None):
        return subprocess.run(
            [self.kdump, "--sqlite", database or self.path, *words, "-f",
             trace], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            check=False)

    def make(self, trace, *words):
        done = self.run(trace, *words)
        must(not done.stdout, "printed", done.stdout)
        return done, sqlite3.connect(self.path)

    def records(self, trace, *words):
        done = subprocess.run([self.kdump, "--json", *words, "-f", trace],
                              stdout=subprocess.PIPE, check=False)
        return [json.loads(line)
                for line in done.stdout.decode("utf-8").splitlines()]


def ask(database, question):
    return database.execute(question).fetchall()


def count(database, table):
    return ask(database, "SELECT count(*) FROM %s" % table)[0][0]


def compare_calls(database, records):
    said = collections.Counter(record.get("name") or "#%s" % record["number"]
                               for record in records
                               if record["ev"] == "syscall")
    held = collections.Counter(name for name, in
                               ask(database, "SELECT name FROM calls"))
    must(sum(said.values()) == sum(held.values()), said, held)
    for name, number in said.items():
        if not name.startswith("#"):
            must(held[name] == number, name, number, held[name])


def compare_failures(database, records):
    """An entry that was not recorded leaves no call for its return."""
    said = collections.Counter(record.get("errno") for record in records
                               if record["ev"] == "sysret")
    for error, number in ask(database, "SELECT error, count(*) FROM calls "
                             "WHERE error IS NOT NULL GROUP BY error"):
        must(number <= said[error], error, number, said[error])


def compare_data(database, records):
    said = collections.Counter()
    for record in records:
        if record["ev"] == "genio":
            said[record["dir"]] += record["size"]
    for direction, size in ask(database, "SELECT direction, "
                               "sum(length(bytes)) FROM data GROUP BY 1"):
        must(size == said[direction], direction, size, said[direction])
        del said[direction]
    must(not any(said.values()), said)


def bytes_of(record):
    return (base64.b64decode(record["data_b64"]) if "data_b64" in record
            else record["data"].encode("utf-8"))


def compare_bytes(database, records):
    said = sorted(bytes_of(record) for record in records
                  if record["ev"] == "genio")
    held = sorted(data for data, in ask(database, "SELECT bytes FROM data"))
    must(said == held, "data differs")


def plain(record):
    """Frames are named when a call has returned, by what is mapped then."""
    return json.dumps({name: value for name, value in record.items()
                       if name != "frames"}, sort_keys=True)


def compare_records(database, records):
    """All that is neither entry, return nor data: the same objects; but for what
    others are understood by, and which stands in their rows."""
    others = ("syscall", "sysret", "genio", "drop", "cut")
    said = collections.Counter(
        plain(record) for record in records
        if record["ev"] not in others and
        record.get("name") not in LEARNT)
    held = collections.Counter(
        plain(json.loads(text)) for text, in
        ask(database, "SELECT json FROM records "
            "WHERE kind NOT IN ('sysret', 'syscall')"))
    must(said == held, "records differ:",
         list((said - held) + (held - said))[:2])


def compare(maker, trace, *words):
    done, database = maker.make(trace, *words)
    records = maker.records(trace, *words)
    must(done.returncode in (0, 1), done)
    for judge in (compare_calls, compare_failures, compare_data,
                  compare_bytes, compare_records):
        judge(database, records)
    orphans = ask(database, "SELECT count(*) FROM calls WHERE process NOT IN "
                  "(SELECT id FROM processes)")[0][0]
    must(orphans == 0, trace, orphans, "calls of nobody")
    must(ask(database, "PRAGMA integrity_check") == [("ok",)], trace)
    database.close()
    return len(records)


def compare_processes(maker, trace):
    _, database = maker.make(trace)
    tree = {item["pid"]: item for item in maker.records(trace, "--tree")}
    held = ask(database, "SELECT id, pid, ppid, status, maxrss_kib "
               "FROM processes")
    must({row[1] for row in held} == set(tree), held)
    for process, pid, ppid, status, memory in held:
        item = tree[pid]
        must((ppid, status, memory) == (item["ppid"], item["status"],
                                        item["maxrss_kib"]), pid)
        execs = ask(database, "SELECT args FROM execs WHERE process = %d "
                    "ORDER BY id" % process)
        must([json.loads(args) for args, in execs] ==
             [one["args"] for one in item["execs"]], pid, execs)
    parents = ask(database, "SELECT count(*) FROM processes AS child "
                  "JOIN processes ON processes.id = child.parent "
                  "WHERE processes.pid = child.ppid")[0][0]
    must(parents == len(held) - 1, parents)
    database.close()


def compare_files(maker, trace):
    _, database = maker.make(trace)
    said = {item["name"]: item for item in maker.records(trace, "--files")}
    held = dict(ask(database, "SELECT name, calls FROM files "
                    "WHERE typeof(name) = 'text'"))
    for name, item in said.items():
        # One that a path led to counts its result there as well.
        must(name in held and held[name] >= item["calls"], name,
             held.get(name), item)
    database.close()


def questions(manual):
    with open(manual, encoding="utf-8") as file:
        text = file.read()
    found = re.findall(r"^\$ sqlite3 trace\.db (['\"])(.*?)\1$", text,
                       re.M | re.S)
    return [question for _, question in found]


def ask_manual(maker, manual, trace):
    _, database = maker.make(trace)
    asked = questions(manual)
    must(len(asked) >= 5, asked)
    for question in asked:
        must(ask(database, question), question, "has no answer")
    for view in ("stats", "files", "failures", "lines", "signals", "marks",
                 "missing"):
        count(database, view)
    must(count(database, "failures") and count(database, "lines"), "views")
    database.close()


def refuse(maker, trace, folder):
    """What is somebody else's is not replaced, and what fails leaves nothing."""
    other = os.path.join(folder, "other")
    with open(other, "w", encoding="ascii") as file:
        file.write("mine")
    done = maker.run(trace, database=other)
    must(done.returncode == 1 and done.stderr ==
         "kdump-u: %s: is there, and no database of kdump-u: not replaced\n"
         % other, done)
    with open(other, encoding="ascii") as file:
        must(file.read() == "mine", "replaced")
    done = maker.run(trace, database=os.path.join(folder, "no", "where"))
    must(done.returncode == 1 and "No such file or directory" in done.stderr,
         done)
    other = os.path.join(folder, "small.db")
    small = 64 << 10
    done = subprocess.run(
        [maker.kdump, "--sqlite", other, "-f", trace], text=True, check=False,
        stderr=subprocess.PIPE, restore_signals=False, preexec_fn=lambda:
        resource.setrlimit(resource.RLIMIT_FSIZE, (small, small)))
    must(done.returncode == 1 and other in done.stderr, done)
    must(not glob.glob(other + "*"), "left behind")


def record(ktrace, folder):
    trace = os.path.join(folder, "trace")
    with open(os.path.join(folder, "a.c"), "w", encoding="ascii") as file:
        file.write("#include <stdio.h>\nint main(void) "
                   "{ return puts(\"x\"); }\n")
    subprocess.run([ktrace, "-i", "-f", trace, "sh", "-c",
                    "cc a.c -o a && ./a && cat no-such-file; kill -0 $$; :"],
                   cwd=folder, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return trace


def main():
    manual, ktrace, kdump, golden = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="ktrace-u.") as folder:
        maker = Maker(kdump, folder)
        lines = sum(compare(maker, trace) for trace in
                    sorted(glob.glob(os.path.join(golden, "*.ktr"))))
        trace = record(ktrace, folder)
        for words in ((), ("-w", "failed"), ("-t", "cn")):
            lines += compare(maker, trace, *words)
        compare_processes(maker, trace)
        compare_files(maker, trace)
        ask_manual(maker, manual, trace)
        refuse(maker, trace, folder)
    print("%d records compared" % lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
