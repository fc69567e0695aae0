#!/usr/bin/python3
"""Every form of a report that programs read, of a job whose names mean harm, of
one that breaks nothing and of a trace that was cut: each is what its format
wants, says the verdict and whether all is known, and tells the same findings.
usage: report.py KAUDIT-U SARIF-SCHEMA"""
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

SKIPPED = 77
KAUDIT = os.path.abspath(sys.argv[1])

POLICY = """\
default warn
allow * @sys/**
allow look,list,read,map,exec **
allow * self
warn write @src/**
deny delete @src/**
"""
HOSTILE = r"""
printf x > "$(printf 'a\nb|"<script>alert(1)<!-- & ]]> '\'' `x` @me')"
printf x > "$(printf '\377\376 \033[31m\033]0;t\007 \342\200\256 \357\277\276')"
printf x > "a b:c%41#?"
rm "a b:c%41#?"
cat /etc/shadow 2>&-
:
"""
FORMS = ["json", "sarif", "junit", "gitlab", "in-toto"]


def must(condition, *what):
    if not condition:
        sys.exit("report: " + " ".join(str(part) for part in what))


def kaudit(place, status, *words):
    run = subprocess.run([KAUDIT] + list(words), cwd=place,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    must(run.returncode == status, words, run.returncode, run.stderr)
    return run.stdout


def reports(place, status, *words):
    """All forms of one run, by its name, as they were written."""
    more = [word for form in FORMS
            for word in ("--report", form + "=of-" + form)]
    kaudit(place, status, words[0], "-o", "of-text", *more, *words[1:])
    told = {}
    for form in FORMS:
        with open(os.path.join(place, "of-" + form), "rb") as file:
            told[form] = file.read()
            told[form].decode("utf-8")
        for byte in told[form]:
            must(byte >= 32 or byte == 10, form, "has byte", byte)
    return told


# ---- each form ----

def of_json(text):
    report = json.loads(text)
    deny = [f for f in report["facts"] if f["decision"] == "deny"]
    warn = [f for f in report["facts"] if f["decision"] == "warn"]
    must(len(deny) == report["violations"], "json: violations")
    must(len(warn) == report["warnings"], "json: warnings")
    return report


def check_sarif(text, report, schema):
    import jsonschema
    sarif = json.loads(text)
    jsonschema.Draft7Validator(schema).validate(sarif)
    run = sarif["runs"][0]
    levels = [result["level"] for result in run["results"]]
    must(levels.count("error") == report["violations"], "sarif: errors")
    must(levels.count("warning") == report["warnings"], "sarif: warnings")
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        must(rules[result["ruleIndex"]]["id"] == result["ruleId"], result)
    must(run["properties"]["verdict"] == report["verdict"], "sarif: verdict")
    invocation = run["invocations"][0]
    must(invocation["executionSuccessful"] == report["complete"], "sarif")
    must(len(invocation["toolExecutionNotifications"]) ==
         len(report["not_known"]), "sarif: what is not known")
    return run


def check_junit(text, report):
    root = ElementTree.fromstring(text)
    must(root.tag == "testsuites", root.tag)
    suite, = root
    cases = suite.findall("testcase")
    failed = [case for case in cases if case.find("failure") is not None]
    errors = [case for case in cases if case.find("error") is not None]
    must(int(suite.get("tests")) == len(cases), "junit: tests")
    must(int(suite.get("failures")) == len(failed), "junit: failures")
    must(int(suite.get("errors")) == len(errors), "junit: errors")
    must(bool(failed) == bool(report["violations"]), "junit: violations")
    must(bool(errors) != report["complete"], "junit: complete")
    for case in cases:
        must(case.get("classname") and case.get("name"), "junit: a name")
        must(not (case in failed and not case.find("failure").text), case)
    values = {each.get("name"): each.get("value")
              for each in suite.find("properties")}
    must(values["verdict"] == report["verdict"], "junit: verdict")
    must("completeness" in values, "junit: completeness")
    return suite


def check_gitlab(text, report):
    issues = json.loads(text)
    for issue in issues:
        must(set(issue) == {"description", "check_name", "fingerprint",
                            "severity", "location"}, issue)
        must(issue["severity"] in ("info", "minor", "major", "critical",
                                   "blocker"), issue)
        must(issue["location"]["path"], issue)
        must(issue["location"]["lines"]["begin"] >= 1, issue)
        must(len(issue["fingerprint"]) == 64, issue)
    severities = [issue["severity"] for issue in issues[:-1]]
    must(severities.count("critical") == report["violations"], "gitlab")
    must(severities.count("minor") == report["warnings"], "gitlab")
    must(report["verdict"] in issues[-1]["description"], issues[-1])
    must((issues[-1]["check_name"] == "verdict") == report["complete"],
         issues[-1])
    return issues


def check_intoto(text, report, trace):
    statement = json.loads(text)
    must(statement["_type"] == "https://in-toto.io/Statement/v1", "type")
    must(statement["predicateType"] ==
         "https://in-toto.io/attestation/runtime-trace/v0.1", "predicate")
    for subject in statement["subject"]:
        must(len(subject["digest"]["sha256"]) == 64, subject)
    if trace:
        with open(trace, "rb") as file:
            own = hashlib.sha256(file.read()).hexdigest()
        must(statement["subject"][0]["digest"]["sha256"] == own, "subject")
    predicate = statement["predicate"]
    must(predicate["monitor"]["type"], "monitor")
    for member in ("hostID", "type", "event"):
        must(predicate["monitoredProcess"][member], member)
    for each in predicate["monitorLog"]["fileAccess"]:
        must(each["name"] and each["uri"].startswith("file:///"), each)
    must(predicate["metadata"]["buildStartedOn"] <=
         predicate["metadata"]["buildFinishedOn"], "metadata")
    must(predicate["kaudit_u"]["verdict"] == report["verdict"], "verdict")
    must(predicate["kaudit_u"]["complete"] == report["complete"], "complete")
    must("completeness" in predicate["kaudit_u"], "completeness")
    return predicate


def check(told, schema, trace):
    report = of_json(told["json"])
    return (report, check_sarif(told["sarif"], report, schema),
            check_junit(told["junit"], report),
            check_gitlab(told["gitlab"], report),
            check_intoto(told["in-toto"], report, trace))


# ---- the jobs ----

def check_hostile(place, schema):
    told = reports(place, 1, "run", "-f", "t", "-p", "policy", "sh", "-c",
                   HOSTILE)
    report, sarif, suite, issues, predicate = check(
        told, schema, os.path.join(place, "t"))
    must(report["complete"] and report["violations"] >= 2, report)
    # A line of the policy is where to look; without one it is the file.
    places = [(result["ruleId"], location["physicalLocation"])
              for result in sarif["results"]
              for location in result["locations"]]
    must(("kaudit-u/delete", {"artifactLocation": {"uri": "policy"},
                              "region": {"startLine": 6}}) in places, places)
    must(any("\\nb|\"<script>" in issue["description"] for issue in issues),
         "no name in gitlab's")
    bodies = "".join(text for each in suite.iter()
                     for text in [each.text or ""])
    must("a\\nb|\"<script>alert(1)<!-- & ]]> ' `x` @me" in bodies, bodies)
    must("\\377\\376 \\033[31m" in bodies, bodies)
    uris = [each["uri"] for each in predicate["monitorLog"]["fileAccess"]]
    must("file://" + place + "/a%20b%3Ac%2541%23%3F" in uris, uris)
    must("file:///etc/shadow" in uris or os.geteuid() != 0, uris)
    programs = [each["argv"][0] for each in predicate["monitorLog"]["process"]
                if "argv" in each]
    must("rm" in programs and "cat" in programs, programs)
    ends = [each.get("status") for each in predicate["monitorLog"]["process"]]
    must(0 in ends, ends)


def check_again(place, schema):
    """The same of the trace, later, and by check: findings are the same."""
    first = reports(place, 1, "run", "-f", "t", "-p", "policy",
                    "--exit-policy", "audit", "sh", "-c", HOSTILE)
    again = reports(place, 1, "check", "-p", "policy", "t")
    for form in ("sarif", "gitlab", "junit"):
        must(first[form] == again[form], form, "differs")
    check(again, schema, os.path.join(place, "t"))


def check_clean(place, schema):
    told = reports(place, 0, "run", "-f", "t", "true")
    report, sarif, _, issues, _ = check(told, schema,
                                        os.path.join(place, "t"))
    must(report["complete"] and not report["violations"], report)
    must(not sarif["results"] and len(issues) == 1, issues)


def check_cut(place, schema):
    trace = os.path.join(place, "t")
    os.truncate(trace, os.path.getsize(trace) - 1)
    told = reports(place, 3, "check", "-p", "all", "t")
    report = check(told, schema, trace)[0]
    must(not report["complete"], report)


# What is hashed has not been changed just before.
SELF = os.path.realpath(__file__)
HASHED = """
cat '%s' > out
cp out gone; rm gone
cat changed; echo more >> changed
echo x > first; mv first second; ln second third
sh -c 'cat /proc/self/stat' > /dev/null
""" % SELF


def check_hashes(place, schema):
    """Of what is as it was then; of all else it is said why not."""
    # The time that can be set is not the one that counts.
    with open(os.path.join(place, "changed"), "w") as file:
        file.write("changed")
    os.utime(os.path.join(place, "changed"), (0, 0))
    own = os.path.relpath(SELF, place)
    told = reports(place, 0, "run", "--hash", "-f", "t", "-p", "each", "sh",
                   "-c", HASHED)
    report, *_, predicate = check(told, schema, None)
    known = {}
    for fact in report["facts"]:
        name = fact.get("other", fact["object"])
        known[fact["verb"], os.path.relpath(name, place)] = \
            fact.get("sha256") or fact.get("not_hashed")
    for verb, name in (("read", own), ("write", "out"), ("write", "changed"),
                       ("rename", "second"), ("link", "third"),
                       ("exec", os.path.relpath("/usr/bin/cat", place))):
        with open(os.path.join(place, name), "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        must(known[verb, name] == digest, verb, name, known[verb, name])
    must(known["read", "changed"] == "changed", known["read", "changed"])
    must(known["create", "gone"] == "gone", known["create", "gone"])
    must(known["write", os.path.relpath("/dev/null", place)] == "no file",
         "a device")
    must("no file" in [value for (_, name), value in known.items()
                       if name.endswith("proc/self/stat")], "/proc")
    subjects = {os.path.basename(each["name"]): each["digest"]["sha256"]
                for each in json.loads(told["in-toto"])["subject"]}
    must(set(subjects) == {"out", "changed", "second", "third"}, subjects)
    must(subjects["out"] == known["write", "out"], subjects)
    digests = [each["digest"]["sha256"]
               for each in predicate["monitorLog"]["fileAccess"]
               if "digest" in each]
    must(known["read", own] in digests, "no digest of what was read")
    with open(os.path.join(place, "of-text"), encoding="utf-8") as file:
        must("\nhashed      " in file.read(), "nothing hashed in the text")


def check_moved(place):
    """A name in another place is another file's."""
    words = ["unshare", "-r", "-m", "cat", "policy"]
    if subprocess.run(words, cwd=place, stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL).returncode:
        print("left out: no namespaces of our own here")
        return
    kaudit(place, 0, "run", "--exit-policy", "command", "--hash", "-o", "moved",
           "--json", "-p", "each", *words)
    with open(os.path.join(place, "moved"), encoding="utf-8") as file:
        facts = json.load(file)["facts"]
    must(not any("sha256" in fact for fact in facts), "hashed all the same")
    must(any(fact.get("not_hashed") == "elsewhere" for fact in facts), facts)


def main():
    try:
        import jsonschema  # noqa: F401
    except ImportError:
        print("skipped: no python3-jsonschema here")
        return SKIPPED
    with open(sys.argv[2], encoding="utf-8") as file:
        schema = json.load(file)
    with tempfile.TemporaryDirectory() as place:
        place = os.path.realpath(place)
        with open(os.path.join(place, "policy"), "w") as file:
            file.write(POLICY)
        with open(os.path.join(place, "all"), "w") as file:
            file.write("allow * **\n")
        # A finding of each fact, so that run and check tell all of them.
        with open(os.path.join(place, "each"), "w") as file:
            file.write("default warn\n")
        check_hostile(place, schema)
        check_again(place, schema)
        check_clean(place, schema)
        check_cut(place, schema)
        check_hashes(place, schema)
        check_moved(place)
    return 0


sys.exit(main())
