#!/usr/bin/python3
"""Validates what kdump-u --json prints against its JSON Schema: of the golden
traces, and of a real compilation in every way to record and to show it. Members
that the schema does not know are errors here.

usage: schema.py SCHEMA KTRACE-U KDUMP-U GOLDEN-FOLDER
"""

import glob
import json
import os
import subprocess
import sys
import tempfile

SKIPPED = 77
WAYS = [[], ["-n"], ["-s"], ["-m", "3"], ["--stats"], ["--files"], ["--tree"],
        ["--summary"], ["-w", "failed"], ["--redact", "--redact=s.cret"]]


def strict(node):
    """The same schema, in which nothing may be that it does not name."""
    if isinstance(node, dict):
        node = {key: strict(value) for key, value in node.items()}
        if "properties" in node and "required" in node and "ev" not in \
                node.get("required", []):
            node.setdefault("additionalProperties", False)
        if node.get("type") == "object" and "properties" in node:
            node.setdefault("additionalProperties", False)
    elif isinstance(node, list):
        node = [strict(item) for item in node]
    return node


class Judge:
    def __init__(self, jsonschema, schema):
        whole = jsonschema.Draft202012Validator
        whole.check_schema(schema)
        self.loose = whole(schema)
        definitions = strict(schema["$defs"])
        # Looked up by its kind: all of them for each line would take long.
        self.by_event = {
            name[3:]: whole({"$ref": "#/$defs/" + name,
                             "$defs": definitions})
            for name in definitions if name.startswith("ev_")}
        self.lines = 0
        self.events = set()

    def line(self, text, where):
        value = json.loads(text)
        event = value["ev"]
        if event not in self.by_event:
            sys.exit("%s: no such event: %s" % (where, text[:300]))
        for error in self.by_event[event].iter_errors(value):
            sys.exit("%s: %s\n%s" % (where, error.message, text[:500]))
        if event not in self.events:
            self.loose.validate(value)
        self.events.add(event)
        self.lines += 1


def show(judge, kdump, words, trace):
    command = [kdump, "--json"] + words
    if "--diff" not in words:
        command += ["-f", trace]
    done = subprocess.run(command, stdout=subprocess.PIPE)
    # What differs, or cannot be compared, is no failure.
    if done.returncode and "--diff" not in words:
        sys.exit("%s: status %d" % (" ".join(command), done.returncode))
    for line in done.stdout.decode("utf-8").splitlines():
        judge.line(line, " ".join(command))


def record_and_show(judge, ktrace, kdump):
    with tempfile.TemporaryDirectory(prefix="ktrace-u.") as folder:
        trace = os.path.join(folder, "trace")
        source = os.path.join(folder, "a.c")
        with open(source, "w", encoding="ascii") as file:
            file.write("#include <stdio.h>\nint main(void) "
                       "{ return puts(\"x\"); }\n")
        command = [ktrace, "-i", "-k", "-t", "+ewf", "-f", trace, "cc", source,
                   "-o", os.path.join(folder, "a")]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        for words in WAYS:
            show(judge, kdump, words, trace)


def main():
    schema_path, ktrace, kdump, golden = sys.argv[1:]
    try:
        import jsonschema
        jsonschema.Draft202012Validator
    except (ImportError, AttributeError):
        print("skipped: python3-jsonschema is not there")
        return SKIPPED
    with open(schema_path, encoding="utf-8") as file:
        judge = Judge(jsonschema, json.load(file))
    job = os.path.join(golden, "job.ktr")
    for trace in sorted(glob.glob(os.path.join(golden, "*.ktr")) +
                        glob.glob(os.path.join(golden, "foreign/*.ktr"))):
        for words in WAYS + [["--diff", "--counts", "-f", job, trace]]:
            show(judge, kdump, words, trace)
    record_and_show(judge, ktrace, kdump)
    missing = set(judge.by_event) - judge.events
    print("%d lines; not among them: %s"
          % (judge.lines, ", ".join(sorted(missing)) or "none"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
