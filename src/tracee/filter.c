/*
 * Table rows and a selection -> a seccomp program, by libseccomp; and its
 * installation, without. Decides nothing about who may be filtered.
 *
 * libseccomp takes a rule's number as one of this build's machine and finds the
 * call of the same name in each ABI of the filter. The names of our rows are
 * not always its own. So each ABI gets a filter for itself, in which a number
 * of that ABI goes in through libseccomp's name for it, and then the filters
 * are merged.
 */
#include "tracee/filter.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "sysdesc/deeds.h"
#include "sysdesc/select.h"
#include "tracee/capability.h"

/* The ABIs of a machine. 32-bit arm has no rows: all of it is "bad arch". */
struct machine_abi {
	enum sysdesc_abi machine;
	enum sysdesc_abi abi;
	uint32_t arch;
};
static const struct machine_abi machine_abis[] = {
	{ SYSDESC_X86_64, SYSDESC_X86_64, SCMP_ARCH_X86_64 },
	{ SYSDESC_X86_64, SYSDESC_I386, SCMP_ARCH_X86 },
	{ SYSDESC_X86_64, SYSDESC_X32, SCMP_ARCH_X32 },
	{ SYSDESC_AARCH64, SYSDESC_AARCH64, SCMP_ARCH_AARCH64 },
};
#define MACHINE_ABI_COUNT (sizeof(machine_abis) / sizeof(machine_abis[0]))

static void context_done(scmp_filter_ctx *context)
{
	if (*context)
		seccomp_release(*context);
}

/* An empty filter over one ABI: everything stops. */
static int start(uint32_t arch, scmp_filter_ctx *ret)
{
	const uint32_t stop = SCMP_ACT_TRACE(FILTER_TRACE_DATA);
	_cleanup_(context_done) scmp_filter_ctx context = seccomp_init(stop);
	int r;

	if (!context)
		return -ENOMEM;
	if (arch != seccomp_arch_native()) {
		r = seccomp_arch_add(context, arch);
		if (r < 0)
			return r;
		r = seccomp_arch_remove(context, SCMP_ARCH_NATIVE);
		if (r < 0)
			return r;
	}
	r = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, stop);
	if (r < 0)
		return r;
	/* A binary tree. Older libraries can do without. */
	seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	*ret = take_pointer(context);
	return 0;
}

/*
 * libseccomp allows socketcall(connect) together with connect() of i386. While
 * socketcall() itself is to stop, connect() has to stop as well.
 */
static bool carrier_stops(const struct machine_abi *abi,
			  const struct sysdesc_row *carried, const char *name,
			  const struct select *stops)
{
	int carrier = seccomp_syscall_resolve_name_rewrite(abi->arch, name);
	const struct sysdesc_row *row;

	if (carrier < 0)
		return false;
	row = sysdesc_find(abi->abi, carrier);
	return row && row != carried && select_has(stops, row);
}

/*
 * Lets a clone() pass that makes what fork() does, or a thread that shares what
 * threads do: nothing that the recorder must know of. CLONE_UNTRACED makes a
 * child that has the filter and no tracer: its every stop would fail with
 * ENOSYS.
 */
static int allow_usual_clone(scmp_filter_ctx context, int number)
{
	static const uint64_t usual[] = { 0, CLONE_THREAD | CLONE_FS };
	const uint64_t mask = CLONE_UNTRACED | CLONE_THREAD | CLONE_FS;
	int r = 0;

	for (unsigned i = 0; i < 2 && r == 0; i++)
		r = seccomp_rule_add(
		    context, SCMP_ACT_ALLOW, number, 1,
		    SCMP_A0(SCMP_CMP_MASKED_EQ, mask, usual[i]));
	return r;
}

/* The call that stops although its carrier does not, or NULL. */
static const struct sysdesc_inner *stopping_inner(const struct select *stops,
						  const struct sysdesc_row *row)
{
	for (unsigned i = 0; i < sysdesc_inner_count(); i++) {
		const struct sysdesc_inner *inner = sysdesc_inner(i);

		if (inner->carrier == row && sysdesc_is_carried(inner->row) &&
		    select_has(stops, inner->row))
			return inner;
	}
	return NULL;
}

/* Lets a call pass that does not carry that one. */
static int allow_but(scmp_filter_ctx context, int number,
		     const struct sysdesc_inner *inner)
{
	const struct scmp_arg_cmp other = {
		.arg = 0,
		.op = SCMP_CMP_NE,
		.datum_a = (uint32_t)inner->command,
	};

	return seccomp_rule_add_array(context, SCMP_ACT_ALLOW, number, 1,
				      &other);
}

static struct scmp_arg_cmp part_of(const struct deeds_part *part)
{
	return (struct scmp_arg_cmp){
		.arg = part->arg,
		.op = SCMP_CMP_MASKED_EQ,
		.datum_a = part->mask,
		.datum_b = part->value,
	};
}

/*
 * Of a call that is to stop where it is a deed, lets those pass that are none.
 * Not to be one of a list of commands cannot be said: all of those stop.
 */
static int allow_no_deeds(scmp_filter_ctx context,
			  const struct sysdesc_row *row, int number)
{
	unsigned count = 0;
	const struct deeds_exception *except = deeds_exceptions(row, &count);
	int r = 0;

	for (unsigned i = 0; i < count && r == 0; i++) {
		struct scmp_arg_cmp is_none[DEEDS_PARTS];
		unsigned parts = 0;

		for (; parts < DEEDS_PARTS && except[i].parts[parts].mask;
		     parts++)
			is_none[parts] = part_of(&except[i].parts[parts]);
		r = seccomp_rule_add_array(context, SCMP_ACT_ALLOW, number,
					   parts, is_none);
	}
	return r;
}

/* Lets a call pass, or those of its calls that are not to stop. */
static int allow(scmp_filter_ctx context, const struct sysdesc_row *row,
		 const char *name, const struct select *stops)
{
	const struct sysdesc_inner *inner = stopping_inner(stops, row);
	int number = seccomp_syscall_resolve_name(name);
	int r;

	if (number == __NR_SCMP_ERROR)
		return 0;
	if (select_has(stops, row))
		r = allow_no_deeds(context, row, number);
	else if (row->effect == EFFECT_SPAWN && row->narg > 0)
		r = allow_usual_clone(context, number);
	else if (inner)
		r = allow_but(context, number, inner);
	else
		r = seccomp_rule_add(context, SCMP_ACT_ALLOW, number, 0);
	return r == -EEXIST ? 0 : r;
}

/* Lets every call of the ABI pass that is not to stop. */
static int allow_rest(scmp_filter_ctx context, const struct machine_abi *abi,
		      const struct select *stops)
{
	int bit = abi->abi == SYSDESC_X32 ? SYSDESC_X32_BIT : 0;
	unsigned end = sysdesc_number_end(abi->abi);
	int r = 0;

	for (unsigned i = 0; i < end && r == 0; i++) {
		int number = (int)i | bit;
		const struct sysdesc_row *row = sysdesc_find(abi->abi, number);
		_cleanup_free_ char *name = NULL;

		if (!row || row->effect == EFFECT_SPAWN3 ||
		    (select_has(stops, row) && !select_is_narrow(stops, row)))
			continue;
		name = seccomp_syscall_resolve_num_arch(abi->arch, number);
		if (name && !carrier_stops(abi, row, name, stops))
			r = allow(context, row, name, stops);
	}
	return r;
}

/* Adds the filter over one ABI to *into, which is NULL at first. */
static int add_abi(scmp_filter_ctx *into, const struct machine_abi *abi,
		   const struct select *stops)
{
	_cleanup_(context_done) scmp_filter_ctx context = NULL;
	int r = start(abi->arch, &context);

	if (r < 0)
		return r;
	r = allow_rest(context, abi, stops);
	if (r < 0)
		return r;
	if (*into)
		r = seccomp_merge(*into, context);
	else
		*into = context;
	if (r == 0)
		context = NULL;
	return r;
}

static int read_code(int fd, struct filter *ret)
{
	off_t size = lseek(fd, 0, SEEK_END);
	_cleanup_free_ struct sock_filter *code = NULL;
	ssize_t got;

	if (size < 0)
		return -errno;
	if (size == 0 || size % (off_t)sizeof(*code) != 0 ||
	    size / (off_t)sizeof(*code) > BPF_MAXINSNS)
		return -E2BIG;
	code = malloc((size_t)size);
	if (!code)
		return -ENOMEM;
	got = pread(fd, code, (size_t)size, 0);
	if (got != size)
		return got < 0 ? -errno : -EIO;
	ret->count = (unsigned short)((size_t)size / sizeof(*code));
	ret->code = take_pointer(code);
	return 0;
}

static int export_code(scmp_filter_ctx context, struct filter *ret)
{
	_cleanup_fd_ int fd = memfd_create("filter", MFD_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = seccomp_export_bpf(context, fd);
	return r < 0 ? r : read_code(fd, ret);
}

int filter_compile_for(struct filter *ret, const struct select *stops,
		       enum sysdesc_abi native)
{
	_cleanup_(context_done) scmp_filter_ctx context = NULL;
	int r;

	for (unsigned i = 0; i < MACHINE_ABI_COUNT; i++) {
		if (machine_abis[i].machine != native)
			continue;
		r = add_abi(&context, &machine_abis[i], stops);
		if (r < 0)
			return r;
	}
	return context ? export_code(context, ret) : -EINVAL;
}

int filter_compile(struct filter *ret, const struct select *stops)
{
	return filter_compile_for(ret, stops, sysdesc_abi_native());
}

void filter_done(struct filter *filter)
{
	free(filter->code);
	filter->code = NULL;
	filter->count = 0;
}

int filter_install(const struct filter *filter)
{
	struct sock_fprog program = {
		.len = filter->count,
		.filter = filter->code,
	};

	/* Or else kernels before 5.16 slow the whole program down. */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		    SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) == 0)
		return 0;
	if (errno != EINVAL)
		return -errno;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0)
		return 0;
	return -errno;
}

bool filter_is_free(void)
{
	return (capability_has(CAP_SYS_ADMIN) &&
		capability_has(CAP_SYS_PTRACE)) ||
	       prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}
