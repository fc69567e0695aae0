"""What a log of strace -f -y says was done to which files: sets of names by
verb, of calls that worked. Knows nothing of kaudit-u."""
import os
import re

TRACED = ("open,openat,openat2,creat,execve,execveat,unlink,unlinkat,rmdir,"
          "mkdir,mkdirat,mknod,mknodat,symlink,symlinkat,link,linkat,rename,"
          "renameat,renameat2,truncate,mmap,chdir,fchdir,fork,vfork,clone,"
          "clone3")
OPTIONS = ["-f", "-y", "-qq", "-s", "0", "--seccomp-bpf", "-e", "signal=none",
           "-e", "trace=" + TRACED]

CALL = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+|0x[0-9a-f]+)(?:<([^>]*)>)?")
RESUMED = re.compile(r"<\.\.\. \w+ resumed>,? ?(.*)")
UNFINISHED = "<unfinished ...>"
ARGUMENT = re.compile(r'(?:"(?:\\.|[^"\\])*"(?:\.\.\.)?|<[^>]*>|\[[^\]]*\]|'
                      r"\{[^}]*\}|[^,\"<\[{])+")
BYTE = re.compile(rb"\\(?:([0-7]{1,3})|x([0-9a-f]{2})|(.))")
LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"v": b"\v", b"f": b"\f"}

# Where a call has its paths: each behind the directory that it is relative to,
# which is none for calls that have no such argument.
PATHS = {
    "unlink": ("delete", [(None, 0)]),
    "rmdir": ("delete", [(None, 0)]),
    "unlinkat": ("delete", [(0, 1)]),
    "mkdir": ("create", [(None, 0)]),
    "mkdirat": ("create", [(0, 1)]),
    "mknod": ("create", [(None, 0)]),
    "mknodat": ("create", [(0, 1)]),
    "symlink": ("create", [(None, 1)]),
    "symlinkat": ("create", [(1, 2)]),
    "link": ("link", [(None, 0), (None, 1)]),
    "linkat": ("link", [(0, 1), (2, 3)]),
    "rename": ("rename", [(None, 0), (None, 1)]),
    "renameat": ("rename", [(0, 1), (2, 3)]),
    "renameat2": ("rename", [(0, 1), (2, 3)]),
    "truncate": ("write", [(None, 0)]),
    "execve": ("exec", [(None, 0)]),
    "execveat": ("exec", [(0, 1)]),
}
FLAGS = {"open": 1, "openat": 2, "openat2": 2}
CREAT = "O_WRONLY|O_CREAT|O_TRUNC"
VERBS = ["read", "write", "create", "ensure", "delete", "rename", "link",
         "exec", "map"]


def unescape(text):
    def one(found):
        octal, hexadecimal, letter = found.groups()
        if octal:
            return bytes([int(octal, 8)])
        if hexadecimal:
            return bytes([int(hexadecimal, 16)])
        return LETTERS.get(letter, letter)
    raw = text.encode("utf-8", "surrogateescape")
    return BYTE.sub(one, raw).decode("utf-8", "surrogateescape")


class Call:
    def __init__(self, tid, begin, end, found):
        self.tid, self.begin, self.end = tid, begin, end
        self.name, self.given, self.result, path = found.groups()
        self.path = None if path is None else unescape(path)

    def arguments(self):
        return [word.strip() for word in ARGUMENT.findall(self.given)]


def calls_of(log):
    """Calls that worked, with the lines where each begins and ends."""
    waiting = {}
    with open(log, errors="surrogateescape") as file:
        for number, line in enumerate(file):
            tid, text = line.rstrip("\n").split(None, 1)
            begin = number
            if text.endswith(UNFINISHED):
                waiting[tid] = number, text[:-len(UNFINISHED)]
                continue
            resumed = RESUMED.match(text)
            if resumed and tid in waiting:
                begin, start = waiting.pop(tid)
                text = start + resumed.group(1)
            found = CALL.match(text)
            if found and found.group(3) != "-1":
                yield Call(tid, begin, number, found)


class Directories:
    """Where each task is. Calls come in the order in which they began, but a
    task may be born by a call that has not returned."""

    def __init__(self, first):
        self.first = first
        self.of_task = {}

    def box(self, tid):
        return self.of_task.setdefault(tid, [self.first])

    def born(self, call):
        shares = "CLONE_FS" in call.given
        box = self.box(call.tid)
        self.of_task[call.result] = box if shares else list(box)

    def path(self, tid, text):
        if text.startswith("/"):
            return os.path.normpath(text)
        return os.path.normpath(os.path.join(self.box(tid)[0], text))


def text_in(argument):
    return unescape(argument[argument.index('"') + 1:argument.rindex('"')])


def place_in(argument):
    found = re.search(r"<([^>]*)>", argument)
    return unescape(found.group(1)) if found else ""


def plain_path(directories, call, words, where):
    directory, path = where
    text = text_in(words[path])
    if directory is not None and not text.startswith("/"):
        text = os.path.join(place_in(words[directory]), text)
    return directories.path(call.tid, text)


def take_open(sets, call, words):
    flags = words[FLAGS[call.name]] if call.name in FLAGS else CREAT
    if "O_PATH" in flags or "O_TMPFILE" in flags:
        return
    if "O_WRONLY" not in flags:
        sets["read"].add(call.path)
    if re.search("O_WRONLY|O_RDWR|O_TRUNC", flags):
        sets["write"].add(call.path)
    if "O_CREAT" in flags:
        sets["ensure"].add(call.path)
        if "O_EXCL" in flags:
            sets["create"].add(call.path)


def take(sets, directories, call):
    words = call.arguments()
    if call.name in ("fork", "vfork", "clone", "clone3"):
        directories.born(call)
    elif call.name == "chdir":
        directories.box(call.tid)[0] = \
            directories.path(call.tid, text_in(words[0]))
    elif call.name == "fchdir":
        directories.box(call.tid)[0] = place_in(words[0])
    elif call.name == "mmap":
        if "PROT_EXEC" in words[2] and "<" in words[4]:
            sets["map"].add(place_in(words[4]))
    elif call.name in PATHS:
        verb, places = PATHS[call.name]
        names = [plain_path(directories, call, words, place)
                 for place in places]
        sets[verb].add(names[0] if len(names) == 1 else tuple(names))
        if verb == "link":
            sets["create"].add(names[1])
    elif call.path:
        take_open(sets, call, words)


def read(log, directory):
    """Sets of names by verb, of a log whose first task started there. `ensure`
    has what was opened with O_CREAT."""
    sets = {verb: set() for verb in VERBS}
    directories = Directories(directory)
    for call in sorted(calls_of(log), key=lambda call: call.begin):
        take(sets, directories, call)
    return sets
