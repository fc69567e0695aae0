#!/usr/bin/env python3
"""
The trace files of other kernels, written field by field from the layouts that
their headers document. Knows nothing of ktrace-u: that it reads these files
as it does says something because of that.

    make.py FOLDER    writes them there
"""
import struct
import sys

PID, TID = 4242, 100123
SECONDS, NANOS = 1700000000, 125456789
COMM = b'echo'


class Machine:
    """Byte order, width of a register, alignment of 64 bits."""

    def __init__(self, big, word, align):
        self.order = '>' if big else '<'
        self.big, self.word, self.align = big, word, align

    def number(self, size, value):
        code = {1: 'b', 2: 'h', 4: 'i', 8: 'q'}[size]
        if value >= 1 << (8 * size - 1):
            code = code.upper()
        return struct.pack(self.order + code, value)

    def register(self, value):
        if value < 0 and self.word == 4:
            value &= 0xffffffff
        return self.number(self.word, value)

    def layout(self, *fields):
        """Fields as (size, value), each aligned as C does; bytes as they are.
        'r' is a register's width; (size, value) pads in front of itself."""
        out, most = b'', 1
        for field in fields:
            if isinstance(field, bytes):
                out += field
                continue
            size, value = field
            size = self.word if size == 'r' else size
            align = min(size, self.align)
            most = max(most, align)
            out += bytes(-len(out) % align) + self.number(size, value)
        return out + bytes(-len(out) % most)


AMD64 = Machine(False, 8, 8)
POWERPC64 = Machine(True, 8, 8)
I386 = Machine(False, 4, 4)
ARM = Machine(False, 4, 8)
SPARC = Machine(True, 4, 8)


class File:
    def __init__(self, machine):
        self.machine, self.bytes = machine, b''
        self.pid, self.tid, self.comm = PID, TID, COMM
        self.nanos = NANOS

    def tick(self):
        self.nanos += 1000 * 1000
        return self.nanos

    def named(self, size):
        return self.comm[:size - 1].ljust(size, b'\0')


# ---- FreeBSD ----

class FreeBSD(File):
    def __init__(self, machine, version, wide_time=True):
        super().__init__(machine)
        self.version, self.time = version, 8 if wide_time else 4

    def put(self, kind, payload=b'', drop=False, version=None):
        m, nanos = self.machine, self.tick()
        version = self.version if version is None else version
        kind |= 0x8000 if drop else 0
        head = m.number(4, len(payload))
        head += m.number(2, kind | (0x4000 if version else 0))
        head += m.number(2, version) + m.number(4, self.pid) + self.named(20)
        rest = [(self.time, SECONDS),
                ('r', nanos if version else nanos // 1000)]
        if self.time == 8 and m.word == 4:
            rest.append((4, 0))  # timespec is as aligned as its seconds
        rest.append(('r', self.tid))
        if version:
            rest.append((4, 3))
        self.bytes += head + m.layout(*rest) + payload

    def call(self, code, *args, **more):
        m = self.machine
        self.put(1, m.number(2, code) + m.number(2, len(args)) +
                 bytes(m.word - 4) + b''.join(map(m.register, args)), **more)

    def ret(self, code, error, value, **more):
        m = self.machine
        self.put(2, m.number(2, code) + bytes(2) + m.number(4, error) +
                 m.register(value), **more)

    def genio(self, fd, rw, data):
        self.put(4, self.machine.number(4, fd) + self.machine.number(4, rw) +
                 data)

    def signal(self, signo, action, code, mask):
        self.put(5, self.machine.layout((4, signo), ('r', action), (4, code),
                                        *[(4, m) for m in mask]))

    def born(self, flags):
        self.put(10, self.machine.number(4, flags))

    def struct(self, name, data):
        self.put(8, name + b'\0' + data)

    def array(self, name, size, data):
        self.put(15, self.machine.register(size) + name + b'\0' + data)


def bsd_address(family, rest):
    return bytes([2 + len(rest), family]) + rest


INET = b'\0\x50' + bytes([127, 0, 0, 1]) + bytes(8)
INET6 = b'\0\x50' + bytes(4) + bytes(15) + b'\1'


def freebsd_stat(m):
    return m.layout((8, 1), (8, 2), (8, 1), (2, 0o100644), (2, 0), (4, 1001),
                    (4, 1001), (4, 0), (8, 0),
                    (8, 1), (8, 0), (8, 2), (8, 5), (8, 3), (8, 0), (8, 4),
                    (8, 0), (8, 1234), (8, 8), (4, 4096), (4, 0), (8, 0),
                    bytes(80))


def kevent(m, extended):
    fields = [('r', 5), (2, -1), (2, 1), (4, 0)]
    if extended:
        return m.layout(*fields, (8, 7), ('r', 0), *[(8, 0)] * 4)
    return m.layout(*fields, ('r', 7), ('r', 0))


def freebsd_every_kind(f):
    """One of each kind of record, in the machine's own form."""
    m = f.machine
    f.call(499, -100, 0x7ffe0000, 0x100000, 0)
    f.put(3, b'/etc/passwd')
    f.ret(499, 0, 3)
    f.call(499, -100, 0x7ffe0000, 0, 0)
    f.put(3, b'')
    f.ret(499, 2, 0)
    f.call(20)
    f.ret(20, 0, PID)
    f.call(3, 3, 0x7ffe1000, 64)
    f.genio(3, 0, b'hello\tworld\nsecond line\n')
    f.ret(3, 0, 24)
    f.call(4, 1, 0x7ffe1000, 8)
    f.genio(1, 1, b'\x7fELF\1\1\1\0')
    f.ret(4, 35, 0)
    f.ret(3, -1, 0)
    f.ret(59, -2, 0)
    f.signal(20, 0x401000, 0x10001, (0x4000, 1, 0, 0))
    f.signal(30, 0, 0x10006, (0, 0, 0, 0))
    f.signal(8, 1, 2, (0, 0, 0, 0))
    f.signal(65, 0x401000, 0x10007, (0, 0, 0, 0))
    f.put(6, m.number(4, 1) + m.number(4, 0) + b'select\0\0')
    f.put(6, m.number(4, 0) + m.number(4, 1))
    f.put(7, b'abc')
    f.struct(b'sockaddr', bsd_address(2, INET))
    f.struct(b'sockaddr', bsd_address(28, INET6 + m.number(4, 2)))
    f.struct(b'sockaddr', bsd_address(1, b'/tmp/sock\0'))
    f.struct(b'sockaddr', bsd_address(18, b'\0\1\6\3\6\0em0'))
    f.struct(b'cpuset_t', bytes(range(8)))
    f.struct(b'path', b'how=joined\0')
    f.put(9, b'kern.ostype\0')
    f.put(12, m.layout((4, 1), (8, 1), (8, 2), (8, 3), (8, 4)))
    f.put(13, m.layout(('r', 0x7fff0000), (4, 2)))
    f.put(14, m.number(4, 0))
    f.array(b'pollfd', 8, m.layout((4, 3), (2, 1), (2, 0)) +
            m.layout((4, 4), (2, 4), (2, 4)))
    f.array(b'freebsd11_kevent', len(kevent(m, False)), kevent(m, False) * 2)
    f.put(16, b'echo\0hi there\0')
    f.put(17, b'PATH=/bin\0TERM=\0')
    f.put(99, b'what is this')
    f.call(477, 0, 0x200000, 3, 0x1002, 0xffffffff, 0)
    f.ret(477, 0, 0x801000)
    f.call(97, 28, 0x10000001, 0)
    f.ret(97, 0, 4)
    f.call(478, 4, 0, 2)
    f.ret(478, 29, 0)
    f.call(33, 0x7ffe0000, 4)
    f.put(3, b'/etc')
    f.ret(33, 0, 0)
    f.call(37, 1, 30)
    f.ret(37, 1, 0, drop=True)


def freebsd1(m=AMD64):
    """Version 1, natives and Linux's programs in one file."""
    f = FreeBSD(m, 1)
    f.born(0x200 | 9)
    freebsd_every_kind(f)
    f.struct(b'stat', freebsd_stat(m))
    f.struct(b'itimerval', m.layout((8, 1), (8, 2), (8, 3), (8, 4)))
    f.array(b'kevent', len(kevent(m, True)), kevent(m, True))
    f.put(12, m.layout((4, 6), (2, 0), (4, 0x200), bytes(4)) +
          b'/etc/passwd'.ljust(1024, b'\0'))
    f.put(18, m.layout((4, 1), (4, 22), (4, 1), (4, 99), (4, 0), (4, 0),
                       (8, 3), (8, 4), bytes(32)) +
          b'no such %s'.ljust(128, b'\0'))
    f.pid, f.tid, f.comm = 4300, 100200, b'linux-shell'
    f.born(0x10203)
    f.call(257, -100, 0x7ffe0000, 0x80000, 0)
    f.put(3, b'/etc/passwd')
    f.ret(257, 35, 0)
    f.call(62, 1, 10)
    f.ret(62, 0, 0)
    f.signal(30, 0, 0x10001, (0, 0, 0, 0))
    f.put(11)
    f.pid, f.tid, f.comm = PID, TID, COMM
    f.call(1, 0, version=0)
    f.put(11)
    return f


def freebsd0(m=AMD64):
    """Version 0: no ABI is told, and the last record is a short one."""
    f = FreeBSD(m, 0)
    freebsd_every_kind(f)
    f.put(3, b'x')
    return f


def freebsd_i386():
    f = FreeBSD(I386, 0, wide_time=False)
    f.born(0x100 | 9)
    freebsd_every_kind(f)
    f.version = 1
    f.call(478, 3, 0, 1, 0)
    f.ret(478, 0, -1)
    return f


# ---- NetBSD ----

class NetBSD(File):
    def __init__(self, machine, version, old=False):
        super().__init__(machine)
        self.version, self.old = version, old

    def put(self, kind, payload=b''):
        m, nanos = self.machine, self.tick()
        micros = nanos // 1000
        head = m.number(4, len(payload))
        if self.old:
            head += m.number(2, kind) + bytes(2)
        elif m.big:
            head += m.number(2, self.version) + m.number(2, kind)
        else:
            head += m.number(2, kind) + m.number(2, self.version)
        head += m.number(4, self.pid) + self.named(17) + bytes(3)
        if self.old:
            rest = m.layout(('r', SECONDS), ('r', micros), ('r', 0xdeadbeef))
        elif self.version == 0:
            rest = m.layout((4, SECONDS), ('r', micros), ('r', 0xdeadbeef))
        elif self.version == 1:
            rest = m.layout((4, SECONDS), ('r', nanos), (4, self.tid))
        else:
            span = m.layout((8, SECONDS), ('r', nanos))
            rest = span + m.number(4, self.tid)
            rest += bytes(-len(rest) % m.align)
        # All versions have the size of the largest one.
        if not self.old:
            rest = rest.ljust(24 if m.align == 8 else 16, b'\0')
        self.bytes += head + rest + payload

    def call(self, code, *args):
        m = self.machine
        self.put(1, m.number(4, code) + m.number(4, len(args) * m.word) +
                 b''.join(map(m.register, args)))

    def ret(self, code, error, value, second=0):
        m = self.machine
        self.put(2, m.number(2, code) + bytes(2) + m.number(4, error) +
                 m.register(value) + (b'' if self.old else m.register(second)))

    def genio(self, fd, rw, data):
        self.put(4, self.machine.number(4, fd) + self.machine.number(4, rw) +
                 data)

    def signal(self, signo, action, mask, code, info=b''):
        m = self.machine
        self.put(5, m.layout((4, signo), ('r', action),
                             *[(4, one) for one in mask], (4, code)) + info)


def netbsd_every_kind(f):
    m = f.machine
    f.put(7, b'netbsd')
    f.call(468, -100, 0x7ffe0000, 0x400000, 0)
    f.put(3, b'/etc/passwd')
    f.ret(468, 0, 3)
    f.call(5, 0x7ffe0000, 0, 0)
    f.put(3, b'/none')
    f.ret(5, 2, 0)
    f.call(42)
    f.ret(42, 0, 4, 5)
    f.call(20)
    f.ret(20, 0, PID, 1)
    f.call(3, 3, 0x7ffe1000, 64)
    f.genio(3, 0, b'hello\tworld\nsecond line\n')
    f.ret(3, 0, 24)
    f.call(197, 0, 0x1000, 0, 0x1002, -1, 0, 0)
    f.ret(197, 0, 0x7f7ff000)
    f.call(394, 24, 0x20000002, 17)
    f.ret(394, 0, 6)
    f.call(202, 0x7ffe0000, 2, 0x7ffe0100, 0x7ffe0200, 0, 0)
    f.put(14, m.number(4, 1) + m.number(4, 25))
    f.genio(-1, 0, b'\4\0\0\0')
    f.ret(202, 0, 0)
    f.ret(3, -3, 0)
    f.ret(3, 35, 0)
    f.signal(20, 0x401000, (0x4000, 1, 0, 0), 1)
    f.signal(15, 0, (0, 0, 0, 0), 0,
             m.layout((4, 15), (4, 0), (4, 0), (4, 1), (4, 0)).ljust(128, b'\0'))
    f.signal(33, 0x401000, (0, 0, 0, 0), -1)
    f.put(6, m.number(4, 1) + m.number(4, 0))
    f.put(8, b'my label'.ljust(20, b'\0') + b'abc')
    f.call(59, 0x7ffe0000, 0x7ffe0100, 0x7ffe0200)
    f.put(10, b'echo')
    f.put(10, b'hi there')
    f.put(11, b'PATH=/bin')
    f.put(11, b'TERM=')
    f.put(15, m.number(4, 3) + m.number(4, 1))
    f.ret(59, -2, 0)
    f.put(9, b'mach')
    f.put(13, bytes(12))
    f.call(2)
    f.ret(2, 0, 4300)
    f.pid, f.comm = 4300, b'a-longer-comm-na'
    f.put(7, b'linux')
    f.call(4 if m.word == 4 else 1, 1, 0x7ffe0000, 3)
    f.genio(1, 1, b'ok\n')
    f.ret(4 if m.word == 4 else 1, 0, 3)
    f.put(7, b'sunos')
    f.call(4, 1, 0x7ffe0000, 3)
    f.pid, f.comm = PID, COMM
    f.call(999, 1)
    f.ret(999, 78, 0)
    f.call(1, 0)
    f.put(10, b'the last one')


def netbsd(machine, version, old=False):
    f = NetBSD(machine, version, old)
    netbsd_every_kind(f)
    return f


def netbsd_mixed():
    """Traces of several versions, one behind the other."""
    f = NetBSD(AMD64, 2)
    for version in 2, 0, 1:
        f.version = version
        f.call(3, 3, 0x7ffe1000, 64)
        f.genio(3, 0, b'version %d\n' % version)
        f.ret(3, 0, 10)
    return f


# ---- OpenBSD ----

class OpenBSD(File):
    def put(self, kind, payload=b''):
        m = self.machine
        self.bytes += self.head(m.number(4, kind), self.pid, self.tid,
                                len(payload)) + payload

    def head(self, kind, pid, tid, length):
        m, nanos = self.machine, self.tick()
        time = m.layout((8, SECONDS), ('r', nanos))
        front = kind + m.number(4, pid) + m.number(4, tid)
        front += bytes(-len(front) % m.align)
        head = front + time + self.named(24) + m.register(length)
        return head + bytes(-len(head) % m.align)

    def start(self):
        self.bytes += self.head(b'KTR\0', -1, -1, 0)

    def call(self, code, *args, behind=b''):
        m = self.machine
        self.put(1, m.number(4, code) + m.number(4, len(args) * m.word) +
                 b''.join(map(m.register, args)) + behind)

    def ret(self, code, error, value=None, wide=False):
        m = self.machine
        self.put(2, m.number(4, code) + m.number(4, error) +
                 (b'' if value is None else
                  m.number(8, value) if wide else m.register(value)))

    def genio(self, fd, rw, data):
        self.put(4, self.machine.number(4, fd) + self.machine.number(4, rw) +
                 data)

    def signal(self, signo, action, mask, code):
        m = self.machine
        info = m.layout((4, signo), (4, code), (4, 0)).ljust(136, b'\0')
        self.put(5, m.layout((4, signo), ('r', action), (4, mask),
                             (4, code)) + info)

    def struct(self, name, data):
        self.put(8, name + b'\0' + data)


def openbsd_stat(m):
    times = []
    for i in 1, 2, 3:
        times += [m.layout((8, i), ('r', 5))]
    return m.layout((4, 0o100644), (4, 1), (8, 2), (4, 1), (4, 1001),
                    (4, 1001), (4, 0), *times, (8, 1234), (8, 8), (4, 16384),
                    (4, 0), (4, 7),
                    *([bytes(4)] if m.align == 8 else []),
                    m.layout((8, 4), ('r', 6)))


def openbsd(m):
    f = OpenBSD(m)
    f.start()
    f.comm = b'a-process-with-a-name-23'
    f.call(321, -100, 0x7ffe0000, 0x10000, 0)
    f.put(3, b'/etc/passwd')
    f.ret(321, 0, 3)
    f.comm = COMM
    f.call(5, 0x7ffe0000, 0, 0)
    f.put(3, b'')
    f.ret(5, 2)
    f.call(20)
    f.ret(20, 0, PID)
    f.call(3, 3, 0x7ffe1000, 64)
    f.genio(3, 0, b'hello\tworld\nsecond line\n')
    f.ret(3, 0, 24)
    f.call(197, 0, 0x1000, 5, 0x4002, -1, 0, 0)
    f.ret(197, 12)
    f.call(97, 24, 0x8001, 0)
    f.ret(97, 0, 4)
    f.ret(199, 0, 1 << 40, wide=True)
    f.ret(3, -1)
    f.ret(59, -2)
    f.call(202, 0x7ffe0000, 2, 0x7ffe0100, 0x7ffe0200, 0, 0,
           behind=m.number(4, 1) + m.number(4, 37))
    f.ret(202, 0, 0)
    f.signal(20, 0x401000, 0x80000, 1)
    f.signal(15, 0, 0, 0)
    f.struct(b'sockaddr', bsd_address(2, INET))
    f.struct(b'sockaddr', bsd_address(24, INET6 + m.number(4, 2)))
    f.struct(b'sockaddr', bsd_address(18, b'\0\1\6\3\6\0em0'))
    f.struct(b'stat', openbsd_stat(m))
    f.struct(b'reltimespec', m.layout((8, 1), ('r', 500)))
    f.struct(b'rlimit', m.layout((8, 1), (8, 2)))
    f.struct(b'iovec', m.layout(('r', 0x1000), ('r', 3)) * 2)
    f.struct(b'pollfd', m.layout((4, 3), (2, 1), (2, 0)))
    f.struct(b'fds', m.number(4, 3) + m.number(4, 4))
    f.struct(b'cmsghdr', m.number(4, 16) + m.number(4, 0xffff) +
             m.number(4, 1) + m.number(4, 5))
    f.struct(b'quota', bytes(range(12)))
    f.put(9, b'my label'.ljust(20, b'\0') + b'abc')
    f.call(59, 0x7ffe0000, 0x7ffe0100, 0x7ffe0200)
    f.put(10, b'echo\0hi ')
    f.put(10, b'there\0')
    f.put(11, b'PATH=/bin\0')
    f.ret(59, -2)
    f.put(12, m.layout((4, 1), (4, 5), (8, 1)))
    f.put(12, m.layout((4, 1), (4, 97), (8, 1 << 24)))
    f.put(13, m.layout((4, 1), (4, 20), ('r', 0x401000)))
    f.put(42, b'what is this')
    f.start()
    f.call(999, 1)
    f.ret(999, 78)
    f.call(1, 0)
    return f


# ---- a trace of ktrace-u, and what it is to the others ----

class Linux(FreeBSD):
    """ktrace-u's: FreeBSD's layout, with the numbers of Linux. The others say
    what there is to be of each record."""

    def __init__(self):
        super().__init__(AMD64, 1)
        self.pid = self.tid = PID

    def only_ours(self, name, data):
        self.struct(name, data)

    def process(self, abi):
        self.born({'x86_64': 0x203, 'i386': 0x103, 'x32': 0x103}[abi])

    def of_abi(self, abi):
        self.struct(b'abi', b'abi=' + abi.encode() + b'\0')

    def back_to(self, abi):
        self.of_abi(abi)

    def fails(self, code, linux, freebsd, netbsd):
        self.ret(code, linux, 0)

    def gets(self, linux, freebsd, netbsd):
        self.signal(linux[0], linux[1], linux[2],
                    (linux[3] & 0xffffffff, linux[3] >> 32, 0, 0))

    def stat(self, *fields):
        dev, ino, nlink, mode, uid, gid, rdev, size, blksize, blocks = fields
        self.struct(b'stat', AMD64.layout(
            (8, dev), (8, ino), (8, nlink), (4, mode), (4, uid), (4, gid),
            (4, 0), (8, rdev), (8, size), (8, blksize), (8, blocks),
            (8, 1), (8, 11), (8, 2), (8, 22), (8, 3), (8, 33), bytes(24)))

    def address(self, family, freebsd, rest):
        self.struct(b'sockaddr', AMD64.number(2, family) + rest)

    def poll(self, fds):
        self.array(b'pollfd', 8, fds)

    def timer(self, timer):
        self.struct(b'itimerval', timer)

    def mask(self, mask):
        self.struct(b'sigset', mask)

    def mark(self, label, data):
        self.struct(b'label', b'text=' + label + b'\0')
        self.put(7, data)

    def switch(self, out, user, where):
        self.put(6, AMD64.number(4, out) + AMD64.number(4, user) + where)

    def words(self, kind, *words):
        self.put(kind, b''.join(word + b'\0' for word in words))

    def setting(self, name):
        self.put(9, name + b'\0')

    def fault(self, address, how, result):
        self.put(13, AMD64.layout((8, address), (4, how)))
        self.put(14, AMD64.number(4, result))

    def ends(self):
        self.put(11)


class Quiet:
    """What a record of ktrace-u's is that has no form: time goes on."""

    def only_ours(self, *_):
        self.tick()

    def hidden(self, put, *what):
        """In front of a record, and of its time."""
        nanos = self.nanos
        put(*what)
        self.nanos = nanos


class LinuxOnFreeBSD(Quiet, Linux):
    def process(self, abi):
        self.born({'x86_64': 0x10203, 'i386': 0x10103}[abi])

    def of_abi(self, abi):
        self.tick()
        self.hidden(self.process, abi)

    def fails(self, code, linux, freebsd, netbsd):
        if freebsd:
            self.ret(code, freebsd, 0)
        else:
            self.tick()

    def gets(self, linux, freebsd, netbsd):
        if freebsd:
            Linux.gets(self, freebsd, None, None)
        else:
            self.tick()

    def stat(self, *fields):
        dev, ino, nlink, mode, uid, gid, rdev, size, blksize, blocks = fields
        self.struct(b'stat', AMD64.layout(
            (8, dev), (8, ino), (8, nlink), (2, mode), (2, 0), (4, uid),
            (4, gid), (4, 0), (8, rdev), (8, 1), (8, 11), (8, 2), (8, 22),
            (8, 3), (8, 33), (8, 0), (8, 0), (8, size), (8, blocks),
            (4, blksize), (4, 0), (8, 0), bytes(80)))

    def address(self, family, freebsd, rest):
        self.struct(b'sockaddr', bsd_address(freebsd, rest))

    def mask(self, mask):
        self.struct(b'l_sigset_t', mask)

    def mark(self, label, data):
        self.tick()
        self.put(7, data)


class LinuxOnNetBSD(Quiet, NetBSD):
    def __init__(self):
        super().__init__(AMD64, 2)
        self.pid = self.tid = PID

    def process(self, abi):
        self.put(7, {'x86_64': b'linux', 'i386': b'linux32'}[abi])

    def of_abi(self, abi):
        self.tick()
        self.hidden(self.process, abi)

    def back_to(self, abi):
        self.of_abi(abi)

    def ret(self, code, error, value):
        super().ret(code, -3 if error == -1 else error, value)

    def fails(self, code, linux, freebsd, netbsd):
        self.ret(code, netbsd, 0)

    def gets(self, linux, freebsd, netbsd):
        signo, action, code, mask = netbsd
        self.signal(signo, action, (mask & 0xffffffff, mask >> 32, 0, 0),
                    code)

    def stat(self, *_):
        self.tick()

    address = poll = timer = mask = setting = stat

    def mark(self, label, data):
        self.tick()
        self.put(8, label.ljust(20, b'\0') + data)

    def switch(self, out, user, where):
        self.put(6, AMD64.number(4, out) + AMD64.number(4, user))

    def words(self, kind, *words):
        self.tick()
        nanos = self.nanos
        for word in words:
            self.hidden(self.one_word, kind, word, nanos - 1000 * 1000)

    def one_word(self, kind, word, nanos):
        self.nanos = nanos
        self.put({16: 10, 17: 11}[kind], word)

    def fault(self, *_):
        self.tick()
        self.tick()

    def ends(self):
        self.tick()


def linux(f):
    m = AMD64
    f.only_ours(b'session', b'revision:1\0arch=x86_64\0')
    f.process('x86_64')
    f.only_ours(b'process', b'ppid:1\0abi=x86_64\0')
    f.words(16, b'echo', b'', b'hi there')
    f.words(17, b'PATH=/bin')
    f.call(257, -100, 0x7ffe0000, 0x80000, 0)
    f.put(3, b'/etc/passwd')
    f.only_ours(b'path', b'how=joined\0path=/etc/passwd\0')
    f.ret(257, 0, 3)
    f.call(0, 3, 0x7ffe0000, 64)
    f.genio(3, 0, b'hello\n')
    f.ret(0, 0, 6)
    f.call(5, 3, 0x7ffe0000)
    f.stat(0xfe00, 1234567, 2, 0o100644, 1001, 1002, 0, 5000000000, 4096, 16)
    f.ret(5, 0, 0)
    f.call(0, 5, 0x7ffe0000, 64)
    f.fails(0, 11, 35, 35)      # EAGAIN
    f.call(0, 5, 0x7ffe0000, 64)
    f.ret(0, -1, 0)
    f.call(84, 0x7ffe0000)
    f.put(3, b'full')
    f.fails(84, 39, 66, 66)     # ENOTEMPTY
    f.call(191, 0x7ffe0000, 0x7ffe0100, 0, 0)
    f.fails(191, 61, 87, 89)    # ENODATA: ENOATTR of FreeBSD
    f.call(42, 4, 0x7ffe0000, 16)
    f.address(2, 2, INET)
    f.fails(42, 111, 61, 61)    # ECONNREFUSED
    f.address(10, 28, INET6 + m.number(4, 2))
    f.address(1, 1, b'/tmp/sock\0')
    f.call(7, 0x7ffe0000, 2, 0)
    f.poll(m.layout((4, 3), (2, 1), (2, 0)) + m.layout((4, 4), (2, 4), (2, 4)))
    f.ret(7, 0, 1)
    f.call(38, 0, 0x7ffe0000, 0)
    f.timer(m.layout((8, 1), (8, 2), (8, 3), (8, 4)))
    f.ret(38, 0, 0)
    f.call(14, 0, 0x7ffe0000, 0, 8)
    f.mask(bytes(range(8)))
    f.ret(14, 0, 0)
    f.only_ours(b'rlimit', bytes(16))
    # SIGCHLD, with SIGUSR1 and SIGCHLD masked; SIGUSR2 by tkill;
    # the 35th, which is the fourth of its kind to a kernel; SIGSEGV
    f.gets((17, 0x401000, 1, 1 << 9 | 1 << 16), (20, 0x401000, 1,
           1 << 29 | 1 << 19), (20, 0x401000, 1, 1 << 29 | 1 << 19))
    f.gets((12, 1, -6, 0), (31, 1, 0x10007, 0), (31, 1, -5, 0))
    f.gets((35, 0x401000, -1, 0), (68, 0x401000, 0x10002, 0),
           (36, 0x401000, -1, 0))
    f.gets((11, 0, 1, 0), (11, 0, 1, 0), (11, 0, 1, 0))
    f.gets((30, 0, 0, 0), None, (32, 0, 0, 0))  # SIGPWR
    f.mark(b'begin', b'abc')
    f.switch(1, 0, b'select\0\0')
    f.setting(b'kernel.ostype')
    f.fault(0x7fff0000, 2, 0)
    # A call of 32-bit programs', and back.
    f.of_abi('i386')
    f.call(20)
    f.ret(20, 0, PID)
    f.back_to('x86_64')
    f.call(39)
    f.ret(39, 0, PID)
    f.only_ours(b'syscall_number', b'number:1073741863\0')
    left_out(f)
    f.only_ours(b'exit_status', b'status:0\0')
    f.ends()
    f.only_ours(b'session_end', b'records:60\0')
    return f


def left_out(f):
    """A call by a number that no field has room for."""
    if type(f) is Linux:
        f.call(-1, 1)
        f.ret(-1, 38, 0)
    else:
        f.tick()
        f.tick()


# ---- what is wrong ----

def cut(f, less):
    f.bytes = f.bytes[:-less]
    return f


def spoilt(f, code):
    """In the middle, a record of an impossible length; and more behind."""
    f.call(code)
    at = len(f.bytes)
    f.call(code)
    f.bytes = (f.bytes[:at] + f.machine.number(4, -8) + f.bytes[at + 4:])
    f.call(code)
    return f


def wrong_payload(f):
    """A system call with more arguments than it has bytes."""
    f.put(1, f.machine.number(4, 3) + f.machine.number(4, 4096))
    f.call(20)
    return f


FILES = {
    'freebsd1': freebsd1,
    'freebsd1_big': lambda: freebsd1(POWERPC64),
    'freebsd0': freebsd0,
    'freebsd0_big': lambda: freebsd0(POWERPC64),
    'freebsd0_arm': lambda: freebsd0(ARM),
    'freebsd_i386': freebsd_i386,
    'netbsd2': lambda: netbsd(AMD64, 2),
    'netbsd2_big': lambda: netbsd(POWERPC64, 2),
    'netbsd2_sparc': lambda: netbsd(SPARC, 2),
    'netbsd2_arm': lambda: netbsd(ARM, 2),
    'netbsd2_i386': lambda: netbsd(I386, 2),
    'netbsd1': lambda: netbsd(AMD64, 1),
    'netbsd1_sparc': lambda: netbsd(SPARC, 1),
    'netbsd0': lambda: netbsd(AMD64, 0),
    'netbsd0_i386': lambda: netbsd(I386, 0),
    'netbsd_old': lambda: netbsd(AMD64, 0, old=True),
    'netbsd_old_sparc': lambda: netbsd(SPARC, 0, old=True),
    'netbsd_old_i386': lambda: netbsd(I386, 0, old=True),
    'netbsd_mixed': netbsd_mixed,
    'openbsd': lambda: openbsd(AMD64),
    'openbsd_big': lambda: openbsd(POWERPC64),
    'openbsd_arm': lambda: openbsd(ARM),
    'openbsd_i386': lambda: openbsd(I386),
    'linux': lambda: linux(Linux()),
    'linux_freebsd': lambda: linux(LinuxOnFreeBSD()),
    'linux_netbsd': lambda: linux(LinuxOnNetBSD()),
    'broken/freebsd0_cut': lambda: cut(freebsd0(), 30),
    'broken/freebsd1_spoilt': lambda: spoilt(freebsd1(), 20),
    'broken/netbsd2_cut': lambda: cut(netbsd(AMD64, 2), 5),
    'broken/netbsd2_spoilt': lambda: spoilt(netbsd(SPARC, 2), 20),
    'broken/netbsd2_payload': lambda: wrong_payload(netbsd(AMD64, 2)),
    'broken/openbsd_cut': lambda: cut(openbsd(AMD64), 5),
    'broken/openbsd_payload': lambda: wrong_payload(openbsd(AMD64)),
}


def main():
    for name, make in FILES.items():
        with open(f'{sys.argv[1]}/{name}.ktr', 'wb') as out:
            out.write(make().bytes)


if __name__ == '__main__':
    main()
