/*
 * The good traces: one for each thing that a reader must get right. Each kind
 * of record, each ABI, each structure of ours, each shape of data, time and
 * name is in one of them.
 */
#include <string.h>

#include "base/array.h"
#include "support/golden.h"
#include "support/sample.h"

#define ABI_LINUX64 0x10203
#define ABI_LINUX32 0x10103
#define ABI_FREEBSD 0x10209

#define SESSION_X86_64                                                         \
	"session\0revision:1\0recorder=0.1.0\0arch=x86_64\0"                   \
	"release=6.1.0-41-amd64\0"                                             \
	"boot_id=3f0ac8b2-9ac4-4d66-8f6e-0d0c3bb0a0f1\0engine=ptrace\0"        \
	"filter=none\0facilities:37822\0inherit:0\0genio_size:4096\0"          \
	"command=echo\0command=hi there"

static void golden_begin(struct sample *sample)
{
	sample_fields(sample, SESSION_X86_64);
	sample_process(sample, ABI_LINUX64);
}

static const uint64_t golden_open[] = { 0xffffffffffffff9c, 0x7ffe0000, 0x80000,
					0 };

static void golden_calls(struct sample *sample)
{
	static const uint64_t short_dirfd[] = { 0xffffff9c, 0x7ffe0000, 0, 0 };
	static const uint64_t other_dirfd[] = { 5, 0x7ffe0000, 0, 0 };

	golden_begin(sample);
	sample_call(sample, 257, 4, golden_open);
	sample_literal(sample, KTR_NAMEI, "/etc/passwd");
	sample_result(sample, 257, 0, 3);
	sample_call(sample, 257, 4, short_dirfd);
	sample_literal(sample, KTR_NAMEI, "");
	sample_result(sample, 257, 2, 0);
	sample_call(sample, 257, 4, other_dirfd);
	sample_result(sample, 257, KTR_ERESTART, 0);
	sample_call(sample, 39, 0, NULL);
	sample_result(sample, 39, 0, 9);
	sample_result(sample, 39, 0, 10);
	sample_result(sample, 39, 0, 4242);
	sample_result(sample, 9, 0, -4096);
	sample_result(sample, 9, 0, 0x7ffff7fc1000);
	sample_result(sample, 59, KTR_EJUSTRETURN, 0);
	sample_result(sample, 0, 11, 0);
	sample_result(sample, 0, 4000, 0);
	sample_result(sample, 0, -7, 0);
	sample_call(sample, 999, 2, golden_open);
	sample_result(sample, 999, 38, 0);
	sample_record(sample, KTR_PROCDTOR, NULL, 0);
}

static void golden_signals(struct sample *sample)
{
	golden_begin(sample);
	sample_signal(sample, 17, 0x401000, 0, 0);
	sample_signal(sample, 15, KTR_SIG_DFL, 0, 0);
	sample_signal(sample, 28, KTR_SIG_IGN, 0x80, 0x10000);
	sample_signal(sample, 11, 0x401000, 1, 0x8000000000000001);
	sample_signal(sample, 11, 0x401000, 99, 0);
	sample_signal(sample, 32, 0x7f0000001000, -6, 0);
	sample_signal(sample, 34, 0x401000, -1, 0);
	sample_signal(sample, 37, 0x401000, -1, 0);
	sample_signal(sample, 64, 0x401000, -1, 0);
	sample_signal(sample, 65, KTR_SIG_DFL, 0, 0);
	sample_signal(sample, -1, KTR_SIG_DFL, 0, 0);
}

static void golden_switches(struct sample *sample)
{
	struct ktr_csw csw = { .out = 1, .wmesg = "select" };
	struct ktr_csw long_name = { .user = 1, .wmesg = { "12345678" } };

	sample_record(sample, KTR_CSW, &csw, sizeof(csw));
	sample_record(sample, KTR_CSW, &long_name, sizeof(long_name));
	/* As FreeBSD wrote it before 2012: no name. */
	sample_record(sample, KTR_CSW, &long_name, 8);
}

static void golden_faults(struct sample *sample)
{
	static const int32_t accesses[] = { 1, 2, 5, 0, 0x12 };
	static const int32_t results[] = { 0, 1, 2, 5, 99 };
	struct ktr_fault fault = { .vaddr = 0x7fff0000 };
	struct ktr_faultend end;

	for (size_t i = 0; i < ARRAY_LEN(accesses); i++) {
		fault.type = accesses[i];
		end.result = results[i];
		sample_record(sample, KTR_FAULT, &fault, sizeof(fault));
		sample_record(sample, KTR_FAULTEND, &end, sizeof(end));
	}
}

static void golden_other(struct sample *sample)
{
	static const char stat[5 + 144] = "stat\0\1\2\3";
	struct ktr_capfail violation = { .type = 2 };

	golden_begin(sample);
	golden_switches(sample);
	golden_faults(sample);
	sample_literal(sample, KTR_ARGS, "echo\0hi there\0");
	sample_literal(sample, KTR_ARGS, "");
	sample_literal(sample, KTR_ARGS, "\0cut off");
	sample_literal(sample, KTR_ENVS, "PATH=/bin\0TERM=\0");
	sample_literal(sample, KTR_USER, "abc");
	sample_literal(sample, KTR_USER, "");
	sample_literal(sample, KTR_SYSCTL, "kernel.ostype\0");
	sample_record(sample, KTR_CAPFAIL, &violation, sizeof(violation));
	violation.type = 7;
	sample_record(sample, KTR_CAPFAIL, &violation, sizeof(violation));
	sample_record(sample, KTR_STRUCT, stat, sizeof(stat));
	sample_record(sample, KTR_STRUCT, stat, 5);
	sample_literal(sample, KTR_STRUCT, "sigset\0\1\2\3\4\5\6\7\x8");
	sample_record(sample, KTR_STRUCT_ARRAY,
		      "\10\0\0\0\0\0\0\0pollfd\0\1\0\0\0\1\0\0\0\2\0\0\0\4\0\0",
		      31);
	sample_literal(sample, KTR_STRUCT, "bpf_attr\0\1\2\3");
	sample_literal(sample, 99, "what is this");
}

static void golden_ours(struct sample *sample)
{
	golden_begin(sample);
	sample_fields(sample,
		      "process\0ppid:4241\0abi=x86_64\0start:8812345\0"
		      "ruid:1000\0euid:1000\0suid:1000\0rgid:1000\0"
		      "egid:1000\0sgid:1000\0group:27\0nspid:4242\0nspid:17\0"
		      "exe=/usr/bin/echo\0cwd=/home/user");
	sample_fields(sample, "path\0how=joined\0arg:1\0path=/home/user/x");
	sample_fields(sample, "path\0how=unknown\0arg:0\0errno:9");
	sample_fields(sample,
		      "exit_status\0status:0\0utime_us:1200\0stime_us:800\0"
		      "maxrss_kib:2048\0minflt:120\0majflt:0\0nvcsw:3\0"
		      "nivcsw:1\0provisional:0");
	sample_fields(sample, "exit_status\0signal:11\0core:1");
	sample_fields(sample, "loss\0genio:12\0syscall:7");
	sample_fields(sample, "coverage\0what=memory\0why=not dumpable");
	sample_fields(sample, "clock\0step_ns:-3600000000000");
	sample_fields(sample, "clock\0step_ns:9223372036854775807");
	sample_fields(sample, "message\0text=disk full: \"stopped\"");
	sample_fields(sample, "session_end\0complete:1");
	sample_record(sample, KTR_STRUCT, "loss\0", 5);
}

/* A call whose number does not fit its record. */
static void golden_wide(struct sample *sample)
{
	sample_fields(sample, "syscall_number\0number:1073741863");
	sample_call(sample, KTR_CODE_WIDE, 0, NULL);
	sample_result(sample, KTR_CODE_WIDE, 0, 4242);
	sample_fields(sample, "syscall_number\0number:-9223372036854775808");
	sample_call(sample, KTR_CODE_WIDE, 0, NULL);
	sample_result(sample, KTR_CODE_WIDE, 38, 0);
}

static void golden_abi(struct sample *sample)
{
	golden_begin(sample);
	sample_call(sample, KTR_CODE_WIDE, 0, NULL); /* nothing precedes */
	golden_wide(sample); /* no such numbers in x86_64 */
	sample_fields(sample, "abi\0abi=x32");
	golden_wide(sample);
	sample_fields(sample, "abi\0abi=i386");
	sample_call(sample, 20, 0, NULL);
	sample_result(sample, 20, 0, 4242);
	sample_origin(sample, 4242, 4243, "other thread");
	sample_call(sample, 39, 0, NULL);
	sample_origin(sample, 4242, 4242, "echo");
	sample_fields(sample, "abi\0abi=x86_64");
	sample_call(sample, 39, 0, NULL);
	sample_fields(sample, "abi\0abi=vax");
	sample_call(sample, 39, 0, NULL);
	sample_process(sample, ABI_LINUX32); /* an exec: all is new */
	sample_call(sample, 20, 0, NULL);
	sample_fields(sample, "process\0abi=x32");
	sample_fields(sample, "syscall_number\0number:1073741863");
	sample_call(sample, KTR_CODE_WIDE, 0, NULL);
	sample_origin(sample, 5, 5, "not started");
	sample_call(sample, 39, 0, NULL);
	sample_origin(sample, 6, 6, "freebsd");
	sample_process(sample, ABI_FREEBSD);
	sample_call(sample, 39, 0, NULL);
	sample_origin(sample, 4242, 4242, "echo");
	sample_record(sample, KTR_PROCDTOR, NULL, 0);
	sample_call(sample, 20, 0, NULL);
}

static void golden_aarch64(struct sample *sample)
{
	sample_fields(sample, "session\0revision:1\0arch=aarch64");
	sample_process(sample, ABI_LINUX64);
	sample_call(sample, 56, 4, golden_open);
	sample_result(sample, 56, 0, 3);
	sample_process(sample, ABI_LINUX32); /* arm, which nobody knows yet */
	sample_call(sample, 20, 0, NULL);
}

static void golden_read(struct sample *sample, const char *data, size_t length)
{
	sample_data(sample, 3, KTR_GENIO_READ, data, length);
}

#define golden_read_literal(sample, literal)                                   \
	golden_read(sample, literal, sizeof(literal) - 1)

static void golden_shapes(struct sample *sample)
{
	char letters[256];

	golden_begin(sample);
	golden_read_literal(sample, "hello\tworld\n\tsecond line\n");
	sample_data(sample, 1, KTR_GENIO_WRITE, "\177ELF\2\1\1", 8);
	golden_read_literal(sample, "");
	golden_read_literal(sample, "x");
	golden_read_literal(sample, "no newline");
	golden_read_literal(sample, "\n");
	golden_read_literal(sample, "\n\n\tx");
	golden_read_literal(sample, "cr\r\nnul\0end\0"
				    "7\"quote\" back\\slash");
	for (size_t i = 0; i < sizeof(letters); i++)
		letters[i] = (char)('a' + i % 26);
	golden_read(sample, letters, 70);
	golden_read(sample, letters, 71);
	golden_read(sample, letters, sizeof(letters));
	memset(letters + 60, '\t', 4);
	golden_read(sample, letters, 100);
	memset(letters + 64, '\\', 20);
	golden_read(sample, letters, 100);
	for (size_t i = 0; i < sizeof(letters); i++)
		letters[i] = (char)i;
	golden_read(sample, letters, sizeof(letters));
	golden_read(sample, letters + 200, 17);
	golden_read_literal(sample, "\303\251t\303\251");
	sample_data(sample, -1, KTR_GENIO_READ, "x", 1);
}

static void golden_times(struct sample *sample)
{
	golden_begin(sample);
	sample->origin.cpu = -1;
	sample_call(sample, 39, 0, NULL);
	sample->origin.cpu = 127;
	sample->time_ns += 2500000000;
	sample_result(sample, 39, 0, 4242);
	sample->time_ns -= 1505; /* 5 ns before the last one */
	sample_origin(sample, 7, 8, "verylongcommandname");
	sample_process(sample, ABI_LINUX64);
	sample->time_ns -= 1500;
	sample_call(sample, 39, 0, NULL);
	sample->time_ns -= 4000000000;
	sample->after_drop = true;
	sample_result(sample, 39, 0, 7);
	sample->after_drop = true;
	sample_process(sample, ABI_LINUX64); /* no line: still said once */
	sample->after_drop = true;
	sample_call(sample, 39, 0, NULL);
	sample_origin(sample, 1234567, -5, "a");
	sample_call(sample, 39, 0, NULL);
}

static void golden_hostile(struct sample *sample)
{
	golden_begin(sample);
	sample_origin(sample, 4242, 4242, "\33]0;mine\7\n\\\377");
	sample_literal(sample, KTR_NAMEI, "/tmp/\33[2J\n\t\r\b\a\f\v\177");
	sample_literal(sample, KTR_NAMEI,
		       "/tmp/nul\0x\0"
		       "7");
	sample_literal(sample, KTR_NAMEI, "/tmp/\"quo\\ted\"");
	sample_literal(sample, KTR_NAMEI,
		       "/tmp/caf\303\251/\346\226\207/"
		       "\360\237\220\201");
	sample_literal(sample, KTR_NAMEI,
		       "/tmp/\302\233 \342\200\256 \357\273\277"
		       " \355\240\200 \300\257 \303");
	sample_literal(sample, KTR_ARGS, "\33c\0\377\0fine\0");
	sample_literal(sample, KTR_SYSCTL, "kernel\33.x\0");
	sample_fields(sample, "process\0exe=/bin/\33[31m\377\0cwd=\"\\");
	sample_fields(sample, "message\0text=\33[1m\0Bad field\0text=after");
	sample_fields(sample, "coverage\0what=x\0what=\377\0n:1\0n:2");
	sample_fields(sample, "loss\0genio:99999999999999999999");
	sample_fields(sample, "loss\0:1");
	sample_literal(sample, KTR_STRUCT, "loss\0genio:1"); /* no NUL */
}

/* What the program recorded itself. */
static void golden_user(struct sample *sample)
{
	golden_begin(sample);
	sample_literal(sample, KTR_USER, "hello");
	sample_literal(sample, KTR_USER, "");
	sample_fields(sample, "label\0text=malloc");
	sample_literal(sample, KTR_USER, "\0\1\377");
	sample_fields(sample, "label\0text=");
	sample_literal(sample, KTR_USER, "");
}

/* Files are those of nobody: what they are called, the stack tests ask. */
static void golden_stacks(struct sample *sample)
{
	golden_begin(sample);
	sample_call(sample, 39, 0, NULL);
	sample_fields(sample,
		      "mapping\0start:4194304\0end:4198400\0offset:4096\0"
		      "bias:4190208\0build_id=0123456789abcdef\0"
		      "path=/no/such/program");
	sample_fields(sample, "mapping\0start:8388608\0end:8392704\0offset:0\0"
			      "path=");
	sample_fields(sample, "mapping\0start:16777216\0end:16781312\0"
			      "offset:0\0bias:16777216\0path=[vdso]");
	sample_fields(sample, "stack\0end=top\0signal:1\0pc:4194310\0"
			      "pc:4194320\0pc:4194304\0pc:4194400");
	sample_fields(sample, "stack\0end=no unwind info\0pc:16777300\0"
			      "pc:8388610\0pc:12345\0pc:-10485760");
	/* A return address just behind what is mapped belongs to it. */
	sample_fields(sample, "stack\0end=too deep\0pc:4194304\0pc:4198400");
	/* One that lies over others takes their place. */
	sample_fields(sample, "mapping\0start:4190208\0end:8392704\0offset:0\0"
			      "size:1\0changed_ns:2\0path=/no/\33[1m\n/other");
	sample_fields(sample, "stack\0end=broken\0pc:4194304\0pc:8388610");
	/* Another program: nothing is mapped any more. */
	sample_process(sample, ABI_LINUX64);
	sample_fields(sample,
		      "stack\0end=\33[1m\0pc:4194304\0signal:9\0signal:-1");
	sample_fields(sample, "stack\0end:3");
	sample_fields(sample, "stack\0pc:1\0pc");
	sample_fields(sample, "stack");
	sample_fields(sample, "mapping\0start:9\0end:1");
	sample_fields(sample, "mapping");
}

static void golden_nothing(struct sample *sample)
{
	(void)sample;
}

static void golden_birth(struct sample *sample, int32_t pid, const char *comm)
{
	sample_origin(sample, pid, pid, comm);
	sample_process(sample, 0x203);
}

/* A shell, what it started, a pid that comes again, and who never ended. */
static void golden_tree(struct sample *sample)
{
	golden_birth(sample, 10, "sh");
	sample_fields(sample, "process\0ppid:1\0exe=/bin/ktrace-u");
	sample_call(sample, 59, 0, NULL);
	sample_literal(sample, KTR_ARGS, "sh\0tried and failed\0");
	sample_result(sample, 59, 2, -1);
	sample_process(sample, 0x203);
	sample_fields(sample, "process\0ppid:1\0exe=/bin/sh");
	sample_literal(sample, KTR_ARGS, "sh\0-c\0a b; c\0");
	golden_birth(sample, 11, "sh");
	sample_fields(sample, "process\0ppid:10");
	sample_process(sample, 0x203);
	sample_fields(sample, "process\0ppid:10");
	sample_literal(sample, KTR_ARGS, "env\0\0x\"y\0");
	sample_process(sample, 0x203);
	sample_fields(sample, "process\0ppid:10");
	sample_literal(sample, KTR_ARGS, "cc");
	golden_birth(sample, 12, "cc");
	sample_fields(sample, "process\0ppid:11");
	sample_fields(sample, "exit_status\0status:3\0utime_us:1500\0"
			      "stime_us:2500\0maxrss_kib:1234");
	sample_literal(sample, KTR_PROCDTOR, "");
	sample_origin(sample, 11, 11, "cc");
	sample_fields(sample, "exit_status\0signal:11\0core:1");
	sample_literal(sample, KTR_PROCDTOR, "");
	golden_birth(sample, 11, "again");
	sample_fields(sample, "process\0ppid:10");
	golden_birth(sample, 99, "stranger");
	sample_fields(sample, "process\0ppid:98");
	sample_origin(sample, 10, 10, "sh");
	sample_fields(sample, "exit_status\0status:0");
	sample_literal(sample, KTR_PROCDTOR, "");
}

const struct golden golden_good[] = {
	{ "calls", golden_calls },
	{ "signals", golden_signals },
	{ "other", golden_other },
	{ "ours", golden_ours },
	{ "abi", golden_abi },
	{ "aarch64", golden_aarch64 },
	{ "data", golden_shapes },
	{ "times", golden_times },
	{ "hostile", golden_hostile },
	{ "user", golden_user },
	{ "stacks", golden_stacks },
	{ "tree", golden_tree },
	{ "empty", golden_nothing },
	{ "job", golden_job_first },
	{ "job2", golden_job_second },
	{ "secrets", golden_job_secrets },
	{ NULL, NULL },
};
