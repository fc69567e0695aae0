/*
 * Records of FreeBSD 14 and later. What ours have beyond theirs is left out;
 * errors, signals and structures are FreeBSD's own even of Linux's programs,
 * numbers of calls are Linux's.
 */
#include <string.h>

#include "foreign/export_part.h"
#include "foreign/export_structure.h"
#include "foreign/system.h"

static bool announce(struct export *export)
{
	uint32_t flags = SYSTEM_FREEBSD_SHP | KTR_SV_ABI_LINUX;

	switch ((unsigned)export->call->abi) {
	case SYSDESC_X86_64:
	case SYSDESC_AARCH64:
		flags |= KTR_SV_LP64;
		break;
	case SYSDESC_I386:
		flags |= KTR_SV_ILP32;
		break;
	default:
		return false;
	}
	export_part_number(export, flags, sizeof(flags));
	export_part_end(export, KTR_PROCCTOR);
	return true;
}

static void put_call(struct export *export)
{
	const struct record *record = export->record;

	export_part_number(export, (uint64_t) export->call->number, 2);
	export_part_number(export, record->syscall.narg, 2);
	export_part_number(export, 0, 4);
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
	export_part_number(export, (uint64_t) export->call->number, 2);
	export_part_number(export, 0, 2);
	export_part_number(export, (uint64_t)error, 4);
	export_part_number(export, (uint64_t)record->sysret.retval, 8);
	export_part_end(export, KTR_SYSRET);
}

static void put_signal(struct export *export)
{
	const struct record *record = export->record;
	struct ktr_psig signal = { .action = record->psig.action };
	uint64_t mask = renumber_mask(&export->renumber, record->psig.mask);

	if (!export_part_signal(export, &signal.signo))
		return;
	signal.code = renumber_code(&export->renumber, record->psig.signo,
				    record->psig.code);
	signal.mask[0] = (uint32_t)mask;
	signal.mask[1] = (uint32_t)(mask >> 32);
	export_part_bytes(export, &signal, sizeof(signal));
	export_part_end(export, KTR_PSIG);
}

const struct export_kernel *export_freebsd_kernel(void)
{
	static const struct export_row rows[] = {
		{ KTR_SYSCALL, put_call },
		{ KTR_SYSRET, put_return },
		{ KTR_NAMEI, export_part_same },
		{ KTR_GENIO, export_part_same },
		{ KTR_PSIG, put_signal },
		{ KTR_CSW, export_part_same },
		{ KTR_USER, export_part_same },
		{ KTR_STRUCT, export_structure_put },
		{ KTR_SYSCTL, export_part_same },
		{ KTR_PROCDTOR, export_part_same },
		{ KTR_CAPFAIL, export_part_same },
		{ KTR_FAULT, export_part_same },
		{ KTR_FAULTEND, export_part_same },
		{ KTR_STRUCT_ARRAY, export_structure_put },
		{ KTR_ARGS, export_part_same },
		{ KTR_ENVS, export_part_same },
		{ 0 },
	};
	static const char *const told[] = { KTR_STRUCT_ABI,
					    KTR_STRUCT_SYSCALL_NUMBER, NULL };
	static const struct export_kernel kernel = {
		.system = RECORD_FREEBSD,
		.name = "FreeBSD",
		.version = 1,
		.rows = rows,
		.told = told,
		.announce = announce,
	};

	return &kernel;
}
