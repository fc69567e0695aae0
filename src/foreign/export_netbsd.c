/*
 * Records of NetBSD's version 2, which has no structures, settings by numbers
 * alone, and a record for each argument of a program.
 */
#include <string.h>

#include "base/array.h"
#include "foreign/export_part.h"

/* Its kinds, where they are not also ours. */
#define KIND_EMULATION 7
#define KIND_USER      8
#define KIND_ARGUMENT  10
#define KIND_VARIABLE  11

/* Its way to say that a call is to be made again. */
#define NETBSD_ERESTART (-3)

static bool announce(struct export *export)
{
	static const struct emulation {
		enum sysdesc_abi abi;
		const char *name;
	} emulations[] = {
		{ SYSDESC_X86_64, "linux" },
		{ SYSDESC_AARCH64, "linux" },
		{ SYSDESC_I386, "linux32" },
	};

	for (size_t i = 0; i < ARRAY_LEN(emulations); i++)
		if (emulations[i].abi == export->call->abi) {
			export_part_bytes(export, emulations[i].name,
					  strlen(emulations[i].name));
			export_part_end(export, KIND_EMULATION);
			return true;
		}
	return false;
}

static void put_call(struct export *export)
{
	const struct record *record = export->record;

	export_part_number(export, (uint64_t) export->call->number, 4);
	export_part_number(export, record->syscall.narg * 8u, 4);
	for (unsigned i = 0; i < record->syscall.narg; i++)
		export_part_number(export, record_arg(record, i), 8);
	export_part_end(export, KTR_SYSCALL);
}

static void put_return(struct export *export)
{
	const struct record *record = export->record;
	int32_t error;

	if (!export_part_error(export, &error))
		return;
	if (error == KTR_ERESTART)
		error = NETBSD_ERESTART;
	export_part_number(export, (uint64_t) export->call->number, 2);
	export_part_number(export, 0, 2);
	export_part_number(export, (uint64_t)error, 4);
	export_part_number(export, (uint64_t)record->sysret.retval, 8);
	export_part_number(export, 0, 8);
	export_part_end(export, KTR_SYSRET);
}

static void put_signal(struct export *export)
{
	const struct record *record = export->record;
	uint64_t mask = renumber_mask(&export->renumber, record->psig.mask);
	int32_t signo;

	if (!export_part_signal(export, &signo))
		return;
	export_part_number(export, (uint64_t)signo, 8);
	export_part_number(export, record->psig.action, 8);
	export_part_number(export, mask, 8);
	export_part_number(export, 0, 8);
	export_part_number(export,
			   (uint64_t)renumber_code(&export->renumber,
						   record->psig.signo,
						   record->psig.code),
			   4);
	export_part_number(export, 0, 4);
	export_part_end(export, KTR_PSIG);
}

/* Where it waits is not told there. */
static void put_switch(struct export *export)
{
	const struct record *record = export->record;

	export_part_bytes(export, record->payload,
			  offsetof(struct ktr_csw, wmesg));
	export_part_end(export, KTR_CSW);
}

static void put_user(struct export *export)
{
	const struct record *record = export->record;
	static const char none[EXPORT_LABEL_MAX];
	bool has_label = export->label_tid == record->tid;

	export_part_bytes(export, has_label ? export->label : none,
			  EXPORT_LABEL_MAX);
	export_part_bytes(export, record->raw.data, record->raw.length);
	export_part_end(export, KIND_USER);
	export->label_tid = 0;
}

/* Each of them ends in a NUL, but for a last one that was cut. */
static void put_strings(struct export *export, unsigned kind)
{
	const char *data = (const char *)export->record->raw.data;
	size_t left = export->record->raw.length, length;

	for (; left > 0; data += length, left -= length) {
		length = strnlen(data, left);
		export_part_bytes(export, data, length);
		export_part_end(export, kind);
		length += length < left;
	}
}

static void put_arguments(struct export *export)
{
	put_strings(export, KIND_ARGUMENT);
}

static void put_environment(struct export *export)
{
	put_strings(export, KIND_VARIABLE);
}

const struct export_kernel *export_netbsd_kernel(void)
{
	static const struct export_row rows[] = {
		{ KTR_SYSCALL, put_call },
		{ KTR_SYSRET, put_return },
		{ KTR_NAMEI, export_part_same },
		{ KTR_GENIO, export_part_same },
		{ KTR_PSIG, put_signal },
		{ KTR_CSW, put_switch },
		{ KTR_USER, put_user },
		{ KTR_ARGS, put_arguments },
		{ KTR_ENVS, put_environment },
		{ 0 },
	};
	static const char *const told[] = { KTR_STRUCT_ABI,
					    KTR_STRUCT_SYSCALL_NUMBER,
					    KTR_STRUCT_LABEL, NULL };
	static const struct export_kernel kernel = {
		.system = RECORD_NETBSD,
		.name = "NetBSD",
		.version = 2,
		.rows = rows,
		.told = told,
		.announce = announce,
	};

	return &kernel;
}
