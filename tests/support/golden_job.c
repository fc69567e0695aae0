/*
 * Traces of jobs: what kdump-u --diff and --redact are for.
 */
#include <string.h>

#include "support/golden.h"
#include "support/sample.h"

#define ABI_LINUX64 0x10203

/* x86-64's */
enum { CALL_WRITE = 1, CALL_CONNECT = 42, CALL_CLONE = 56, CALL_EXECVE = 59 };
enum { CALL_UNLINK = 87, CALL_EXIT_GROUP = 231, CALL_OPENAT = 257 };

static void job_begin(struct sample *sample, int32_t pid)
{
	sample_fields(sample, "session\0revision:1\0arch=x86_64\0command=sh\0"
			      "command=job");
	sample_origin(sample, pid, pid, "sh");
	sample_process(sample, ABI_LINUX64);
	sample_fields(sample, "process\0ppid:1\0exe=/bin/ktrace-u");
}

static void job_exec(struct sample *sample, const char *path, const char *words,
		     size_t length)
{
	static const uint64_t args[] = { 1, 2, 3 };

	sample_call(sample, CALL_EXECVE, 3, args);
	sample_record(sample, KTR_NAMEI, path, strlen(path));
	sample_process(sample, ABI_LINUX64);
	sample_fields(sample, "process\0ppid:1\0exe=/bin/it");
	sample_record(sample, KTR_ARGS, words, length);
	sample_result(sample, CALL_EXECVE, KTR_EJUSTRETURN, 0);
}

#define WORDS(literal) literal, sizeof(literal) - 1

static void job_open(struct sample *sample, const char *path, uint64_t flags,
		     int error)
{
	const uint64_t args[] = { 0xffffffffffffff9c, 1, flags, 0600 };

	sample_call(sample, CALL_OPENAT, 4, args);
	sample_record(sample, KTR_NAMEI, path, strlen(path));
	sample_result(sample, CALL_OPENAT, error, error ? 0 : 3);
}

static void job_unlink(struct sample *sample, const char *path)
{
	static const uint64_t args[] = { 1 };

	sample_call(sample, CALL_UNLINK, 1, args);
	sample_record(sample, KTR_NAMEI, path, strlen(path));
	sample_result(sample, CALL_UNLINK, 0, 0);
}

static void job_end(struct sample *sample, bool worked)
{
	if (worked)
		sample_fields(sample, "exit_status\0status:0");
	else
		sample_fields(sample, "exit_status\0signal:11");
	sample_record(sample, KTR_PROCDTOR, NULL, 0);
}

static void job_connect(struct sample *sample, const char *payload,
			size_t length)
{
	static const uint64_t args[] = { 4, 1, 16 };

	sample_call(sample, CALL_CONNECT, 3, args);
	sample_record(sample, KTR_STRUCT, payload, length);
	sample_result(sample, CALL_CONNECT, 0, 0);
}

/* O_RDWR|O_CREAT|O_EXCL; O_WRONLY|O_CREAT|O_TRUNC */
#define ALONE 0302
#define ANEW  01101

void golden_job_first(struct sample *sample)
{
	job_begin(sample, 4242);
	job_exec(sample, "/bin/sh", WORDS("sh\0job\0"));
	job_open(sample, "/src/job", 0, 0);
	job_open(sample, "/tmp/ccAbCdEf.s", ALONE, 0);
	sample_origin(sample, 4243, 4243, "sh");
	sample_process(sample, ABI_LINUX64);
	sample_fields(sample, "process\0ppid:4242\0creator:4242");
	job_exec(sample, "/bin/cc", WORDS("cc\0-o\0/tmp/ccAbCdEf.s\0"));
	job_open(sample, "/src/old.h", 0, 0);
	job_open(sample, "/usr/include/new.h", 0, 2);
	job_open(sample, "/proc/4243/maps", 0, 0);
	job_connect(sample, WORDS("sockaddr\0\2\0\0\120\177\0\0\1\0\0\0\0\0"
				  "\0\0\0"));
	job_end(sample, true);
	sample_origin(sample, 4242, 4242, "sh");
	job_unlink(sample, "/tmp/ccAbCdEf.s");
	job_end(sample, true);
	sample_fields(sample, "session_end\0complete:1");
}

void golden_job_second(struct sample *sample)
{
	job_begin(sample, 5242);
	job_exec(sample, "/bin/sh", WORDS("sh\0job\0"));
	job_open(sample, "/src/job", 0, 0);
	job_open(sample, "/tmp/cc012345.s", ALONE, 0);
	sample_origin(sample, 5243, 5243, "sh");
	sample_process(sample, ABI_LINUX64);
	sample_fields(sample, "process\0ppid:5242\0creator:5242");
	job_exec(sample, "/bin/cc", WORDS("cc\0-o\0/tmp/cc012345.s\0"));
	job_open(sample, "/usr/include/new.h", 0, 0);
	job_open(sample, "/usr/include/new.h", 0, 0);
	job_open(sample, "/proc/5243/maps", 0, 0);
	job_open(sample, "/src/\33[1m\377.log", ANEW, 0);
	job_connect(sample, WORDS("sockaddr\0\1\0/run/s\0"));
	job_end(sample, false);
	sample_origin(sample, 5244, 5244, "sh");
	sample_process(sample, ABI_LINUX64);
	sample_fields(sample, "process\0ppid:5242\0creator:5242");
	job_exec(sample, "/bin/rm", WORDS("rm\0\377 \0"));
	job_end(sample, true);
	sample_origin(sample, 5242, 5242, "sh");
	job_unlink(sample, "/tmp/cc012345.s");
	job_end(sample, true);
	sample_fields(sample, "session_end\0complete:1");
}

/* One secret in each place where there may be one. */
void golden_job_secrets(struct sample *sample)
{
	static const uint64_t args[] = { 1, 2, 3 };

	sample_fields(sample, "session\0revision:1\0arch=x86_64\0command=get\0"
			      "command=--token\0command=s3cret-1");
	sample_process(sample, ABI_LINUX64);
	sample_fields(sample, "process\0ppid:1\0exe=/bin/get\0"
			      "cwd=/srv/password=s3cret-2");
	sample_literal(sample, KTR_ARGS,
		       "get\0--token\0s3cret-1\0"
		       "--password=s3cret-3\0-H\0"
		       "Authorization: Basic s3cret-4\0"
		       "https://user:s3cret-5@host/\0");
	sample_literal(sample, KTR_ENVS,
		       "HOME=/root\0API_KEY=s3cret-6 and "
		       "more\0");
	job_open(sample, "/run/s3cret-1", 0, 0);
	sample_call(sample, CALL_WRITE, 3, args);
	sample_data(sample, 1, KTR_GENIO_WRITE,
		    WORDS("POST / HTTP/1.1\r\nCookie: s3cret-7\r\n\r\n"
			  "{\"secret\": \"s3cret-8\", \"open\": 1}"));
	sample_result(sample, CALL_WRITE, 0, 3);
	sample_data(sample, 1, KTR_GENIO_WRITE, WORDS("a\npasswd:"));
	sample_data(sample, 1, KTR_GENIO_WRITE, WORDS(" s3cret-9\nb\n"));
	sample_literal(sample, KTR_USER, "token=s3cret-10");
	sample_fields(sample, "message\0text=https://u:s3cret-11@host: gone");
	job_connect(sample, WORDS("sockaddr\0\1\0/run/s3cret-1\0"));
	job_end(sample, true);
	sample_fields(sample, "session_end\0complete:1");
}
