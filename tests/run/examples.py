#!/usr/bin/env python3
"""What stands in examples/ does what it says: its scripts are run here, as a CI
system would, in a copy of the folder.
usage: examples.py KAUDIT-U SOURCE"""
import os
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
KAUDIT, SOURCE = (os.path.abspath(name) for name in sys.argv[1:3])
EXAMPLES = os.path.join(SOURCE, "examples")


def skip(reason):
    print("skipped: " + reason)
    sys.exit(SKIPPED)


try:
    import yaml
except ImportError:
    skip("no python3-yaml here")


def read(name):
    with open(os.path.join(EXAMPLES, name)) as file:
        return file.read()


class Copy:
    """Where examples/ is a folder of a clone."""

    def __init__(self):
        self.home = tempfile.TemporaryDirectory()
        self.clone = os.path.join(self.home.name, "clone")
        self.place = os.path.join(self.clone, "examples")
        shutil.copytree(EXAMPLES, self.place)
        self.summary = os.path.join(self.home.name, "summary")

    def run(self, script, directory="", shell=("bash", "-e", "-c")):
        path = os.path.dirname(KAUDIT) + ":/usr/local/bin:/usr/bin:/bin"
        return subprocess.run(
            [*shell, script], cwd=os.path.join(self.clone, directory),
            env={"PATH": path, "HOME": self.home.name, "LC_ALL": "C",
                 "GITHUB_STEP_SUMMARY": self.summary},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)

    def must_end(self, status, script, directory="", **words):
        result = self.run(script, directory, **words)
        if (result.returncode != 0) != (status != 0):
            report = os.path.join(self.place, "audit.md")
            with open(report if os.path.exists(report) else os.devnull) as file:
                sys.exit(f"{script}: {result.returncode}\n{result.stdout}"
                         + file.read())
        return result.stdout

    def read(self, name):
        with open(os.path.join(self.place, name)) as file:
            return file.read()

    def change(self, name, old, new):
        text = self.read(name)
        assert old in text, (name, old)
        with open(os.path.join(self.place, name), "w") as file:
            file.write(text.replace(old, new))


def installs(script):
    return [line for line in script.splitlines() if line]


def test_github():
    job = yaml.safe_load(read("github-actions.yml"))["jobs"]["audit"]
    steps = {step["name"]: step for step in job["steps"] if "name" in step}
    for step in job["steps"]:
        assert ("uses" in step) != ("run" in step), step
    copy = Copy()
    for name in ("Audit", "Show what it did"):
        step = steps[name]
        copy.must_end(0, step["run"], step["working-directory"])
    with open(copy.summary) as file:
        assert file.read().startswith("### kaudit-u: complies")
    assert os.path.exists(os.path.join(
        copy.clone, steps["Keep the trace"]["with"]["path"]))
    return installs(steps["Install kaudit-u"]["run"])


def test_gitlab():
    job = yaml.safe_load(read("gitlab-ci.yml"))["audit"]
    copy = Copy()
    copy.must_end(0, "\n".join(job["script"]))
    for path in job["artifacts"]["paths"]:
        assert os.path.exists(os.path.join(copy.clone, path)), path
    return job["before_script"]


def test_docker():
    """Its instructions, and what the container does in the end."""
    text = read("Dockerfile").replace("\\\n", " ")
    lines = [line.split(None, 1) for line in text.splitlines()
             if line and not line.startswith("#")]
    assert [word for word, _ in lines] == \
        ["FROM", "COPY", "WORKDIR", "RUN", "WORKDIR", "CMD"], lines
    copy = Copy()
    said = copy.must_end(0, lines[-1][1], "examples", shell=("sh", "-c"))
    assert "### kaudit-u: complies" in said, said
    return [" ".join(part.split()) for part in lines[3][1].split("&&")]


def test_make():
    copy = Copy()
    copy.must_end(0, "make audit", "examples")
    copy.must_end(0, "make baseline", "examples")
    baseline = copy.read("build.baseline")
    assert "\nallow " in baseline
    copy.must_end(0, "make audit", "examples")
    copy.must_end(0, "make baseline", "examples")
    assert copy.read("build.baseline") == baseline
    # The policy allows it, the baseline does not.
    copy.change("Makefile", "-o hello hello.c",
                "-o hello hello.c; read line < /etc/passwd; :")
    copy.must_end(1, "make audit", "examples")
    assert "/etc/passwd" in copy.read("audit.md")
    os.unlink(os.path.join(copy.place, "build.baseline"))
    copy.must_end(0, "make audit", "examples")
    # Nor does the policy.
    copy.change("Makefile", "read line < /etc/passwd",
                "cat $(HOME)/.netrc")
    copy.must_end(1, "make audit", "examples")
    assert ".netrc" in copy.read("audit.md")


def main():
    for program in ("make", "cc", "bash"):
        if not shutil.which(program):
            skip("no " + program + " here")
    github = test_github()
    gitlab = test_gitlab()
    docker = test_docker()
    test_make()
    # All of them install in the same way, by what there is.
    assert github == gitlab == docker, (github, gitlab, docker)
    for line in github:
        if line.startswith("tools/"):
            assert os.access(os.path.join(SOURCE, line), os.X_OK), line


main()
