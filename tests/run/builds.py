#!/usr/bin/env python3
"""What kaudit-u says builds read, wrote, made, removed and ran, against what
strace -f -y says of the same builds in fresh copies of the same trees.
usage: builds.py KAUDIT-U BUILD ...
       builds.py KAUDIT-U --list
A build is one of those listed, or deb:SOURCE for a source package of Debian,
which is fetched from where apt gets its packages, and built by its configure
and make. With KTRACE_U_KEEP set to a directory, what was recorded stays there."""
import base64
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import stracelog

SKIPPED = 77

# Names that programs make up, and numbers of processes: others each time. Of
# what both recorders name alike nothing is changed.
MADE_UP = [
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID"),
    (r"^/proc/(self|thread-self|\d+)(/task/\d+)?", "/proc/N"),
    (r"\d{4}-\d\d-\d\dT[\d_]+Z", "DATE"),
    (r"(pipe|socket|anon_inode):\[?[\w\d]+\]?", r"\1"),
    (r"/cc[A-Za-z0-9]{6}(?=[./]|$)", "/ccX"),
    (r"/(st|sed|sh-thd|go-build|conf)[.-]?[A-Za-z0-9_]{6,}", r"/\1X"),
    (r"(?<=/tmp/)([^/]*?)[A-Za-z0-9_]{6}(?=[./]|$)", r"\1X"),
    (r"[0-9a-f]{8,}", "X"),
    (r"\d{3,}", "N"),
]


def plain(name):
    if isinstance(name, tuple):
        return tuple(plain(each) for each in name)
    for pattern, instead in MADE_UP:
        name = re.sub(pattern, instead, name)
    return name


# ---- builds ----

def write_tree(place, files):
    for name, text in files.items():
        path = os.path.join(place, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)


def of_files(files):
    return lambda place: write_tree(place, files)


MAKE_FILES = {
    "Makefile": """\
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
link: a.c prog
\tln -sf a.c link
\tln a.c hard
\tcat link ./sub/../b.c > both
\tgrep -c main both
\tmkdir -p gone/by && rmdir gone/by && rm -r gone
\t./prog && cd sub && ../prog
""",
    "a.h": "int b(void);\n",
    "a.c": '#include "a.h"\n#include <stdio.h>\n'
           'int main(void) { printf("%d\\n", b()); return 0; }\n',
    "b.c": '#include "a.h"\nint b(void) { return 7; }\n',
    "sub/c.c": "int c;\n",
}
GO_FILES = {
    "go.mod": "module hello\n\ngo 1.19\n",
    "main.go": 'package main\n\nimport "hello/say"\n\n'
               'func main() { say.Say("hello") }\n',
    "say/say.go": 'package say\n\nimport "os"\n\n'
                  'func Say(s string) { os.Stdout.WriteString(s + "\\n") }\n',
}
PYTHON_FILES = {
    "setup.py": "from setuptools import setup, Extension\n"
                'setup(name="seven", version="1", packages=["seven"],\n'
                '      ext_modules=[Extension("seven.c", ["c.c"])])\n',
    "seven/__init__.py": "from .c import seven\n",
    "c.c": '#include <Python.h>\n'
           'static PyObject *f(PyObject *s, PyObject *a)\n'
           '{ return PyLong_FromLong(7); }\n'
           'static PyMethodDef m[] = { { "seven", f, METH_NOARGS, "" }, '
           '{ 0 } };\n'
           'static struct PyModuleDef d = { PyModuleDef_HEAD_INIT, "c", 0, 0, '
           'm };\n'
           'PyMODINIT_FUNC PyInit_c(void) { return PyModule_Create(&d); }\n',
}
NPM_FILES = {
    "package.json": json.dumps({
        "name": "tree", "version": "1.0.0", "private": True,
        "dependencies": {"express": "4.18.2", "mocha": "10.2.0"}}),
}

# Name, programs that it takes, what makes its tree, what builds it.
BUILDS = {
    "make": (["make", "cc", "ar"], of_files(MAKE_FILES), "make -s -j2"),
    "go": (["go"], of_files(GO_FILES), "go build -o hello . && ./hello"),
    # As pip does where it has no wheel.
    "python": (["python3", "cc"], of_files(PYTHON_FILES),
               "python3 setup.py -q install --root=$PWD/out --record=record "
               "--single-version-externally-managed"),
    "npm": (["npm"], of_files(NPM_FILES),
            "npm install --no-audit --no-fund --no-update-notifier"),
}


# Sources are got as packages are: nothing of the machine's own is changed.
def configure_apt(state):
    parts = os.path.join(state, "parts")
    for name in ("lists/partial", "archives/partial", "parts"):
        os.makedirs(os.path.join(state, name))
    for path in glob.glob("/etc/apt/sources.list") + \
            glob.glob("/etc/apt/sources.list.d/*.sources") + \
            glob.glob("/etc/apt/sources.list.d/*.list"):
        with open(path) as file:
            text = re.sub(r"(?m)^(Types: *|)deb(?= |$)", r"\1deb-src",
                          file.read())
        with open(os.path.join(parts, os.path.basename(path)), "w") as file:
            file.write(text)
    with open(os.path.join(state, "conf"), "w") as file:
        file.write(f'Dir::Etc::SourceList "/dev/null";\n'
                   f'Dir::Etc::SourceParts "{parts}";\n'
                   f'Dir::State "{state}";\nDir::Cache "{state}";\n'
                   'Acquire::Languages "none";\n')


def apt_get(state, *words):
    conf = os.path.join(state, "conf")
    if not os.path.exists(conf):
        configure_apt(state)
        apt_get(state, "update")
    return subprocess.run(["apt-get", "-qq", *words], cwd=state,
                          env=dict(os.environ, APT_CONFIG=conf),
                          stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode


def debian(home, source):
    state = os.path.join(home, "sources")
    needs = ["apt-get", "dpkg-source", "make", "gcc"]
    need(needs)
    os.makedirs(state, exist_ok=True)
    if apt_get(state, "source", "--download-only", "--only-source", source):
        skip("apt-get has no source of " + source)
    description = [name for name in os.listdir(state)
                   if name.startswith(source + "_") and name.endswith(".dsc")]

    def make_tree(place):
        os.rmdir(place)
        subprocess.run(["dpkg-source", "--no-check", "-x", description[0],
                        place], cwd=state, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # What Debian changed makes files of autoconf look old.
    return needs, make_tree, \
        "if test -e configure; then ./configure; fi && make -s -j2 " \
        "ACLOCAL=: AUTOCONF=: AUTOMAKE=: AUTOHEADER=: MAKEINFO=:"


# ---- recorders ----

def skip(reason):
    print("skipped: " + reason)
    sys.exit(SKIPPED)


def need(programs):
    for program in programs:
        if not shutil.which(program):
            skip("no " + program + " here")


def environment(home):
    keep = {"PATH", "LANG", "LC_ALL", "TERM", "PYENV_ROOT", "PYTHONPATH"}
    kept = {name: value for name, value in os.environ.items()
            if name in keep or name.lower().startswith("npm_config")}
    return dict(kept, HOME=home + "/home", TMPDIR=home + "/tmp",
                GOFLAGS="-mod=mod", GOCACHE=home + "/home/go",
                GOPATH=home + "/home/gopath", GOPROXY="off",
                CCACHE_DISABLE="1", PYTHONDONTWRITEBYTECODE="1",
                UV_USE_IO_URING="0", PYTHONHASHSEED="0")


def run(home, make_tree, recorder, build):
    place = os.path.join(home, "build")
    for name in ("build", "home", "tmp"):
        shutil.rmtree(os.path.join(home, name), ignore_errors=True)
        os.mkdir(os.path.join(home, name))
    make_tree(place)
    output = os.path.join(home, "output")
    with open(output, "w") as file:
        result = subprocess.run(recorder + ["sh", "-ec", build], cwd=place,
                                env=environment(home), stdout=file,
                                stderr=file, stdin=subprocess.DEVNULL)
    if result.returncode:
        with open(output, errors="replace") as file:
            print(file.read()[-4000:])
        sys.exit(f"{recorder[0]}: the build failed, {result.returncode}")


def text_of(name):
    if isinstance(name, dict):
        return os.fsdecode(base64.b64decode(name["b64"]))
    return name


def of_kaudit(kaudit, home, make_tree, build):
    trace = os.path.join(home, "trace")
    run(home, make_tree,
        [kaudit, "run", "-f", trace, "-o", os.path.join(home, "report"),
         "--exit-policy=command", "--"], build)
    out = subprocess.run([kaudit, "report", "--json", trace],
                         stdout=subprocess.PIPE, check=True).stdout
    report = json.loads(out)
    unknown = [gap for gap in report["not_known"]
               if not gap["what"].startswith(("unproven: ", "raced: "))]
    if unknown:
        sys.exit("not complete: " + str(unknown))
    sets = {verb: set() for verb in stracelog.VERBS}
    for fact in report["facts"]:
        verb = {"list": "read"}.get(fact["verb"], fact["verb"])
        if fact["outcome"] != "ok" or verb not in sets:
            continue
        # A directory that is read through a descriptor was opened before.
        if fact["verb"] == "list" and fact["call"].startswith("getdents"):
            continue
        name = text_of(fact["object"])
        if verb in ("rename", "link"):
            name = name, text_of(fact["other"])
        sets[verb].add(name)
    return sets


def of_strace(home, make_tree, build):
    log = os.path.join(home, "log")
    run(home, make_tree, ["strace", *stracelog.OPTIONS, "-o", log], build)
    return stracelog.read(log, os.path.join(home, "build"))


# ---- comparing ----

def without(names, others):
    """Those of names that others have not, made up ones taken as alike."""
    known = {plain(name) for name in others}
    return sorted({plain(name) for name in names - others} - known, key=str)


def interpreter(path):
    try:
        with open(path, "rb") as file:
            start = file.read(256)
    except OSError:
        return None
    words = start[2:].split(b"\n")[0].split() if start[:2] == b"#!" else []
    return os.fsdecode(words[0]) if words else None


def what_runs(names):
    """Beside the names of calls, what they lead to: links and scripts."""
    all_names = set(names)
    for name in names:
        while name:
            all_names.add(os.path.realpath(name))
            name = interpreter(name)
    return all_names


def compare(ours, theirs):
    missing, invented = {}, {}
    ours["ensure"] = ours["create"] | ours["write"]
    for verb in stracelog.VERBS:
        missing[verb] = without(theirs[verb], ours[verb])
        also = theirs[verb]
        if verb == "exec":
            also = what_runs(also)
        elif verb == "create":
            also = also | theirs["ensure"]
        invented[verb] = [] if verb == "ensure" \
            else without(ours[verb], also)
    return missing, invented


def check(kaudit, name, build, home):
    needs, make_tree, script = build
    need(needs)
    ours = of_kaudit(kaudit, home, make_tree, script)
    theirs = of_strace(home, make_tree, script)
    missing, invented = compare(ours, theirs)
    failed = False
    for verb in stracelog.VERBS:
        for label, names in (("not told", missing), ("invented", invented)):
            for path in names[verb]:
                print(f"{name}: {label}: {verb} {path}")
                failed = True
    print(name, " ".join(f"{verb}={len(theirs[verb])}"
                         for verb in stracelog.VERBS))
    if not theirs["read"] or not theirs["exec"] or not theirs["write"]:
        sys.exit("strace tells of nothing")
    return failed


def main():
    kaudit, names = os.path.abspath(sys.argv[1]), sys.argv[2:]
    if names == ["--list"]:
        print(" ".join(BUILDS), "deb:SOURCE")
        return
    need(["strace"])
    if subprocess.run(["strace", "-qq", "-e", "trace=none", "true"],
                      stderr=subprocess.DEVNULL).returncode:
        skip("strace may not trace here")
    failed = False
    with tempfile.TemporaryDirectory() as home:
        home = os.environ.get("KTRACE_U_KEEP", home)
        for name in names:
            build = debian(home, name[4:]) if name.startswith("deb:") \
                else BUILDS[name]
            failed |= check(kaudit, name, build, home)
    sys.exit(failed)


main()
