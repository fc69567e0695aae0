#!/usr/bin/python3
"""Secrets that a job has in its words, its variables and its files' names are in
no report and, but for the latter, not in the trace that is kept; what is judged
is what there was all the same.
usage: secrets.py KAUDIT-U KDUMP-U"""
import os
import subprocess
import sys
import tempfile

KAUDIT, KDUMP = (os.path.abspath(path) for path in sys.argv[1:])
FORMS = ["text", "json", "markdown", "html", "sarif", "junit", "gitlab",
         "in-toto"]

# Of words and variables; of a name; of a variable, as a name; and what only
# --redact knows.
SECRETS = [b"argument9", b"announced9", b"basicpass9", b"bearertoken9",
           b"shortvalue"]
NAMED = [b"namedtoken9"]
VARIABLE = [b"variable9"]
OWN = [b"bluewhale"]
JOB = """
sh -c : --password=argument9 x; sh -c : --token announced9
sh -c : x http://me:basicpass9@host/ 'Authorization: Bearer bearertoken9'
echo > "token=namedtoken9"
echo > "$MY_API_KEY"; sh -c : "$MY_API_KEY"
sh -c : x bluewhale
:
"""


def must(condition, *what):
    if not condition:
        sys.exit("secrets: " + " ".join(str(part) for part in what))


def kaudit(place, status, *words):
    run = subprocess.run([KAUDIT] + list(words), cwd=place,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         env=dict(os.environ, MY_API_KEY="variable9",
                                  PLAIN="shortvalue"))
    must(run.returncode == status, words, run.returncode, run.stderr)
    return run.stdout + run.stderr


def read(place, name):
    with open(os.path.join(place, name), "rb") as file:
        return file.read()


def must_have_none(text, secrets, where):
    for secret in secrets:
        must(secret not in text, secret, "is in", where)


def check_reports(place):
    reports = [word for form in FORMS
               for word in ("--report", form + "=of-" + form)]
    # Each deed is a finding, so that all is told.
    kaudit(place, 0, "run", "-f", "t", "-p", "each", "--redact", "blue[a-z]+",
           *reports, "sh", "-c", JOB)
    for form in FORMS:
        text = read(place, "of-" + form)
        must_have_none(text, SECRETS + NAMED + VARIABLE + OWN, form)
        must(b"token=***********" in text or form == "in-toto" and
             b"***********" in text or form == "markdown", "no mask in", form)
    must_have_none(read(place, "t"), SECRETS + OWN, "the trace")
    for form in FORMS:
        text = kaudit(place, 0, "report", "--format", form, "t")
        must_have_none(text, NAMED, "a later " + form)


def check_judging(place):
    """What looks like a secret is no way around a policy, now or later."""
    kaudit(place, 1, "run", "-f", "t", "-p", "hidden", "sh", "-c",
           "sh -c : --password=hidden999; cat hidden999/x; :")
    kaudit(place, 1, "check", "-p", "hidden", "t")


def variables(place, *options):
    kaudit(place, 0, "run", *options, "-f", "t", "sh", "-c", "true; env true")
    shown = subprocess.run([KDUMP, "-f", "t", "-t", "e"], cwd=place,
                           stdout=subprocess.PIPE, check=True).stdout
    return shown.decode()


def check_variables(place):
    shown = variables(place)
    must('"MY_API_KEY=' in shown and '"PLAIN=' in shown, "no names")
    must("shortvalue" not in shown and "variable9" not in shown, shown)
    shown = variables(place, "--env")
    must('"PLAIN=shortvalue"' in shown, "not kept", shown)
    must("variable9" not in shown, "a secret is kept")


def main():
    with tempfile.TemporaryDirectory() as place:
        for name, text in (("each", "default warn\n"),
                           ("hidden", "deny read @src/hidden999/**\n")):
            with open(os.path.join(place, name), "w") as file:
                file.write(text)
        os.mkdir(os.path.join(place, "hidden999"))
        check_reports(place)
        check_judging(place)
        check_variables(place)


main()
