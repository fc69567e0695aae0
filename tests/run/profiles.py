#!/usr/bin/env python3
"""What is exported of a job is enough to run it again, and not for more: a
build in each sandbox, then the same with one thing that it did not do.
usage: profiles.py SANDBOX KAUDIT-U KTRACE-U UNDER-SECCOMP FORBIDDEN"""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile

SKIPPED = 77
SANDBOX = sys.argv[1]
KAUDIT, KTRACE, SECCOMP, FORBIDDEN = map(os.path.abspath, sys.argv[2:6])

SCRIPT = """set -e
cc -c a.c
cc -c b.c -o "it's \\"b\\".o"
cc -o prog a.o "it's \\"b\\".o"
mkdir -p out/deep
./prog > out/deep/said
mv out/deep/said "out/deep/$(printf 'a\\nb')"
ln -sf deep/a* out/link
rm a.o
(cat Makefile | grep -c all) > out/count
"""
FILES = {
    "Makefile": "all:\n",
    "a.c": '#include <stdio.h>\nint b(void);\n'
           'int main(void) { printf("%d\\n", b()); return 0; }\n',
    "b.c": "int b(void) { return 7; }\n",
}


def skip(reason):
    print("skipped: " + reason)
    sys.exit(SKIPPED)


class Job:
    """The build in a fresh directory, and one thing more."""

    def __init__(self, home):
        self.home = home
        self.place = os.path.join(home, "build")
        self.tmp = os.path.join(home, "tmp")
        self.other = os.path.join(home, "other")
        self.environment = dict(os.environ, TMPDIR=self.tmp, LC_ALL="C",
                                PATH="/usr/bin:/bin")
        os.mkdir(self.tmp)
        os.mkdir(self.other)

    def file(self, name):
        return os.path.join(self.home, name)

    def begin(self):
        shutil.rmtree(self.place, ignore_errors=True)
        os.mkdir(self.place)
        for name, text in FILES.items():
            with open(os.path.join(self.place, name), "w") as file:
                file.write(text)
        shutil.copy(FORBIDDEN, os.path.join(self.place, "forbidden"))

    def run(self, before, *act, **more):
        self.begin()
        return subprocess.run(
            [*before, "sh", "-c", SCRIPT + 'exec ./forbidden "$@"', "sh",
             *act], cwd=self.place, env=self.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, **more)

    def root(self):
        return ["--root", "tmp=" + self.tmp]

    def record(self, trace, *options):
        done = self.run([KAUDIT, "run", "-f", trace, *self.root(), *options],
                        "nothing")
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        report = subprocess.run([KAUDIT, "report", "--json", trace],
                                stdout=subprocess.PIPE, check=True).stdout
        assert json.loads(report)["complete"], report

    def export(self, form, trace, name, *options):
        subprocess.run([KAUDIT, "export", form, "-o", name, *self.root(),
                        *options, trace], check=True)


def must_pass(done, what):
    if done.returncode != 0 or done.stdout != b"ok\n":
        print(what, "failed:", done.returncode,
              done.stdout.decode(errors="replace"),
              done.stderr.decode(errors="replace"))
        sys.exit(1)
    print(what, "passes")


def must_fail(done, what, errors):
    said = done.stdout.decode(errors="replace").strip()
    if done.returncode == 0 or said not in errors:
        print(what, "did not fail with", errors, "but", done.returncode, said,
              done.stderr.decode(errors="replace"))
        sys.exit(1)
    print(what, "fails with", said)


def listener():
    server = socket.create_server(("127.0.0.1", 0))
    return server, str(server.getsockname()[1])


def possible(job, acts):
    """Those that work outside of a sandbox: of the others nothing follows."""
    left = []
    for act in acts:
        if job.run([], *act[0]).returncode == 0:
            left.append(act)
        else:
            print("left out:", act[0][0], "does not work here at all")
    assert left, "nothing works here"
    for name in os.listdir(job.other):
        os.unlink(os.path.join(job.other, name))
    return left


def try_all(job, before, acts, **more):
    must_pass(job.run(before, "nothing", **more), "the job")
    for act, errors in acts:
        must_fail(job.run(before, *act, **more), act[0], errors)


def acts_of(job, port, write, connect, rest):
    return possible(job, [
        (("write", os.path.join(job.other, "x")), write),
        (("connect", port), connect),
        (("ptrace",), rest), (("unshare",), rest)])


# ---- the sandboxes ----

def seccomp(job, port):
    trace, profile = job.file("trace"), job.file("profile")
    job.record(trace, "--all-syscalls")
    job.export("seccomp", trace, profile)
    acts = possible(job, [(("ptrace",), ["ENOSYS"]),
                          (("unshare",), ["ENOSYS"]),
                          (("connect", port), ["ENOSYS"])])
    try_all(job, [SECCOMP, profile], acts)


def bwrap_works():
    done = subprocess.run(["bwrap", "--unshare-user-try", "--unshare-pid",
                           "--unshare-net", "--ro-bind", "/", "/", "--proc",
                           "/proc", "true"], stderr=subprocess.PIPE)
    if done.returncode:
        skip("bwrap may not make a sandbox here: " +
             done.stderr.decode(errors="replace").strip())


def bubblewrap(job, port):
    if not shutil.which("bwrap"):
        skip("no bwrap here")
    bwrap_works()
    trace, script = job.file("trace"), job.file("script")
    job.record(trace, "--all-syscalls")
    job.export("bubblewrap", trace, script)
    acts = possible(job, [
        (("write", os.path.join(job.other, "x")), ["ENOENT", "EROFS"]),
        (("connect", port), ["ECONNREFUSED", "ENETUNREACH"])])
    try_all(job, ["sh", script], acts)

    # The same words from a descriptor, and the filter as well.
    words, profile = job.file("words"), job.file("profile")
    job.export("bubblewrap", trace, words, "--nul")
    job.export("seccomp", trace, profile)
    bpf = subprocess.run([SECCOMP, "--bpf", profile], check=True,
                         stdout=subprocess.PIPE).stdout
    with open(words, "rb") as args, open(job.file("bpf"), "w+b") as code:
        code.write(bpf)
        code.flush()

        def again():
            args.seek(0)
            code.seek(0)
            return ["bwrap", "--args", str(args.fileno()), "--seccomp",
                    str(code.fileno()), "--"]
        passed = (args.fileno(), code.fileno())
        must_pass(job.run(again(), "nothing", pass_fds=passed),
                  "the job with both")
        must_fail(job.run(again(), "ptrace", pass_fds=passed),
                  "ptrace with both", ["ENOSYS"])


def landlock_works(job):
    with open(job.file("rules"), "w") as rules:
        rules.write("landlock 1\nrestrict truncate connect_tcp signal\n")
    done = confined(job, "rules", ["true"])
    if done.returncode:
        skip(done.stderr.decode(errors="replace").strip())


def confined(job, rules, command):
    with open(job.file(rules)) as file:
        return subprocess.run([*confining(job, file), *command],
                              pass_fds=(file.fileno(),),
                              stderr=subprocess.PIPE)


def confining(job, file):
    return [KTRACE, "-f", job.file("confined"), "--confine-fd",
            str(file.fileno())]


def landlock(job, port):
    landlock_works(job)
    trace, rules = job.file("trace"), job.file("rules")
    job.record(trace, "--all-syscalls")
    job.export("landlock", trace, rules)
    # Nobody but the policy says that ptrace is forbidden.
    acts = possible(job, [
        (("write", os.path.join(job.other, "x")), ["EACCES"]),
        (("connect", port), ["EAFNOSUPPORT"]),
        (("unshare",), ["EPERM"])])
    with open(rules) as file:
        def again():
            file.seek(0)
            return confining(job, file)
        must_pass(job.run(again(), "nothing", pass_fds=(file.fileno(),)),
                  "the job")
        for act, errors in acts:
            must_fail(job.run(again(), *act, pass_fds=(file.fileno(),)),
                      act[0], errors)


def facts(path):
    with open(path) as file:
        return json.load(file)["facts"]


def enforce(job, port):
    landlock_works(job)
    trace, policy = job.file("trace"), job.file("policy")
    report = job.file("report")
    job.record(trace)
    subprocess.run([KAUDIT, "learn", "-o", policy, *job.root(), trace],
                   check=True, cwd=job.place)
    before = [KAUDIT, "run", "--enforce=possible", "-p", policy, "-f",
              job.file("again"), "--json", "-o", report, *job.root()]
    acts = acts_of(job, port, ["EACCES"], ["EAFNOSUPPORT"], ["EPERM"])
    must_pass(job.run(before, "nothing"), "the job")
    for act, errors in acts:
        must_fail(job.run(before, *act), act[0], errors)
        if act[0] != "connect":
            assert any(fact["outcome"] in errors and
                       fact["decision"] == "deny" for fact in facts(report)), \
                open(report).read()
    # As it is meant it cannot be enforced, which is said before it starts.
    done = job.run([KAUDIT, "run", "--enforce", "-p", policy, *job.root()],
                   "nothing")
    assert done.returncode == 2, done.stderr
    assert b"--enforce=possible" in done.stderr, done.stderr
    assert done.stdout == b"", done.stdout


def strict(job, port):
    """A policy that can be enforced as it is meant."""
    landlock_works(job)
    policy = job.file("policy")
    job.begin()
    for name in ("good", "bad"):
        with open(os.path.join(job.other, name), "w") as file:
            file.write(name)
    other, portless = listener()
    with open(policy, "w") as file:
        file.write(f"""default deny
allow look **
allow signal *
allow exec,read,list,map /usr/**
allow exec,read,map {job.place}/forbidden
allow read /etc/ld.so.cache
allow read {job.other}/good
""")
    acts = [(["read", job.other + "/good"], "ok"),
            (["read", job.other + "/bad"], "EACCES"),
            (["write", job.other + "/good"], "EACCES"),
            (["write", job.other + "/new"], "EACCES"),
            (["change", job.other + "/good"], "EPERM"),
            (["connect", port], "EAFNOSUPPORT"),
            (["ptrace"], "EPERM"),
            (["unshare"], "EPERM")]

    def run(policy, what, act):
        return subprocess.run(
            [KAUDIT, "run", what, "-p", policy, "-f", job.file("again"),
             "./forbidden", *act], cwd=job.place, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
    for act, wanted in acts:
        done = run(policy, "--enforce", act)
        assert done.stdout.decode().strip() == wanted, (act, done)
        assert (done.returncode == 0) == (wanted == "ok"), (act, done)
        print(act[0], wanted)
    # Of hosts, the port.
    with open(policy, "a") as file:
        file.write(f"allow connect inet:127.0.0.1:{port}\n")
    assert run(policy, "--enforce", ["nothing"]).returncode == 2
    done = run(policy, "--enforce=possible", ["connect", port])
    assert done.stdout == b"ok\n", done
    done = run(policy, "--enforce=possible", ["connect", portless])
    assert done.stdout == b"EACCES\n", done
    other.close()
    # What is built in is denied inside of what is allowed: that is too much.
    with open(policy, "w") as file:
        file.write("default deny\nallow look **\nallow signal *\n"
                   "allow read /etc/**\n")
    done = run(policy, "--enforce", ["nothing"])
    assert done.returncode == 2 and b"built-in line" in done.stderr, done


def check_text(job, form, check):
    trace, text = job.file("trace"), job.file(form)
    job.record(trace)
    job.export(form, trace, text)
    check(text)
    subprocess.run([KAUDIT, "learn", "-o", job.file("policy"), trace],
                   check=True)
    subprocess.run([KAUDIT, "export", form, "-o", text, "-p",
                    job.file("policy")], check=True)
    check(text)


def apparmor(job, _port):
    parser = shutil.which("apparmor_parser",
                          path=os.environ["PATH"] + ":/sbin:/usr/sbin")
    if not parser:
        skip("no apparmor_parser here")

    def check(text):
        subprocess.run([parser, "-Q", "-T", "-K", text], check=True)
    check_text(job, "apparmor", check)


def systemd(job, _port):
    if not shutil.which("systemd-analyze"):
        skip("no systemd-analyze here")
    unit = job.file("job.service")

    def check(text):
        with open(unit, "w") as file, open(text) as lines:
            file.write(lines.read() + "ExecStart=/bin/true\n")
        done = subprocess.run(
            ["systemd-analyze", "verify", unit], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(os.environ, SYSTEMD_UNIT_PATH=job.home + ":"))
        assert done.returncode == 0, done.stdout.decode(errors="replace")
        # What it leaves out it says, and calls it all right: calls that are
        # newer than it is, but nothing else.
        for line in done.stdout.splitlines():
            assert b"job.service" not in line or \
                b"Failed to parse system call, ignoring" in line, line
    check_text(job, "systemd", check)


def refusals(job, _port):
    """A trace that does not hold what a profile wants makes none."""
    trace = job.file("trace")

    def export(*words):
        return subprocess.run([KAUDIT, "export", *words],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def must_say(words, status, wanted):
        done = export(*words)
        assert done.returncode == status, (words, done)
        assert wanted in done.stderr, (words, done)
        assert done.stdout == b"", (words, done)
    subprocess.run([KTRACE, "-i", "-f", trace, "--syscalls", "!getpid",
                    "true"], check=True)
    must_say(["seccomp", "--allow-incomplete", trace], 3,
             b"run --all-syscalls records them")
    job.record(trace, "--all-syscalls")
    assert export("seccomp", trace).returncode == 0
    with open(trace, "rb") as file:
        whole = file.read()
    with open(trace, "wb") as file:
        file.write(whole[:len(whole) // 2])
    must_say(["landlock", trace], 3, b"not all is known")
    done = export("landlock", "--allow-incomplete", trace)
    assert done.returncode == 0, done
    assert b"complete: no" in done.stdout and b"# Not known: " in done.stdout
    must_say(["fly", trace], 2, b"is no format")
    must_say(["--nul", trace], 2, b"wants a format first")
    must_say(["landlock"], 2, b"wants traces")
    must_say(["landlock", "-p", "x", trace], 2, b"not both")
    must_say(["seccomp", "-p", "x"], 2, b"a policy says too little")
    must_say(["landlock", "--nul", trace], 2, b"does not go with landlock")
    must_say(["landlock", job.file("none")], 2, b"No such file")
    for words, status, wanted in [
            ([KAUDIT, "run", "--enforce", "true"], 2, b"wants a policy"),
            ([KAUDIT, "run", "--enforce=some", "-p", "x", "true"], 2,
             b"is not all or possible"),
            ([KAUDIT, "run", "--enforce", "--setuid=honor", "-p", "x",
              "true"], 2, b"does not go with --setuid=honor"),
            ([KAUDIT, "check", "--all-syscalls", "-p", "x", trace], 2,
             b"does not go with check"),
            ([KTRACE, "--confine-fd", "x", "true"], 2, b"is not a descriptor"),
            ([KTRACE, "-p", "1", "--confine-fd", "0"], 2,
             b"--confine-fd does not go with -p"),
            ([KTRACE, "--confine-fd", "99", "true"], 125,
             b"--confine-fd: Bad file"),
            ([KTRACE, "--confine-fd", "0", "true"], 125,
             b"--confine-fd: line 2: that is no right")]:
        done = subprocess.run(words, input=b"landlock 1\nrestrict x\n",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              cwd=job.home)
        assert done.returncode == status and wanted in done.stderr, done


def absent(job, _port):
    """A kernel without Landlock: nothing is started, unless it is asked for."""
    names = subprocess.run(["cc", "-E", "-dM", "-include", "sys/syscall.h",
                            "-x", "c", "/dev/null"], check=True,
                           stdout=subprocess.PIPE).stdout.decode().split()
    names = {name[len("__NR_"):] for name in names if name.startswith("__NR_")}
    assert "landlock_create_ruleset" in names, names
    names.remove("landlock_create_ruleset")
    profile, policy = job.file("profile"), job.file("policy")
    with open(profile, "w") as file:
        json.dump({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
                   "architectures": [], "syscalls": [
                       {"names": sorted(names),
                        "action": "SCMP_ACT_ALLOW"}]}, file)
    with open(policy, "w") as file:
        file.write("default deny\nallow look **\nallow signal *\n"
                   "allow read,exec,list,map /usr/**\n"
                   f"allow read,exec,map {job.place}/forbidden\n")
    job.begin()

    def run(*words):
        return subprocess.run([SECCOMP, profile, KAUDIT, "run", *words,
                               "-p", policy, "-f", job.file("again"),
                               "./forbidden", "unshare"], cwd=job.place,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    done = run("--enforce")
    assert done.returncode == 2 and done.stdout == b"", done
    assert b"it has no Landlock; --enforce=possible" in done.stderr, done
    # The filter of calls is no part of it.
    done = run("--enforce=possible")
    assert done.stdout == b"EPERM\n", done


def main():
    os.umask(0o022)
    if not shutil.which("cc"):
        skip("no cc here")
    with tempfile.TemporaryDirectory() as home:
        server, port = listener()
        {"seccomp": seccomp, "bubblewrap": bubblewrap, "landlock": landlock,
         "enforce": enforce, "strict": strict, "apparmor": apparmor,
         "systemd": systemd, "refusals": refusals, "absent": absent}[SANDBOX](
             Job(os.path.realpath(home)), port)
        server.close()


main()
