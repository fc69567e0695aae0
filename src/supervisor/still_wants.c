/*
 * Calls during which somebody has to stand still, by their rows. Must not know
 * who.
 */
#include "supervisor/peer.h"
#include "supervisor/place.h"
#include "supervisor/state.h"
#include "supervisor/still.h"
#include "sysdesc/deeds.h"

/* Of sockets, those that wait for somebody else are left out. */
static bool is_about_descriptor(const struct sysdesc_arg *arg)
{
	return arg->kind == KIND_FD && arg->set != USE_NONE &&
	       arg->set != USE_ACCEPT && arg->set != USE_SEND;
}

static bool is_about_anything(const struct sysdesc_row *row,
			      const uint64_t *args)
{
	if (row->effect == EFFECT_MAP)
		return deeds_has_call(row, args);
	for (unsigned i = 0; i < row->narg; i++)
		if (row->arg[i].kind == KIND_PATH ||
		    is_about_descriptor(&row->arg[i]))
			return true;
	return false;
}

static bool is_about_names(const struct sysdesc_row *row)
{
	for (unsigned i = 0; i < row->narg; i++)
		if (row->arg[i].kind == KIND_PATH &&
		    place_is_of_use((enum sysdesc_use)row->arg[i].set))
			return true;
	return false;
}

unsigned still_wants(const struct task *task, const struct tracee_syscall *at)
{
	const struct process *process = task->process;
	const struct sysdesc_row *row = sysdesc_find(
	    sysdesc_abi_of(at->audit_arch, at->number), (int32_t)at->number);
	unsigned wants = 0;

	if (!row || !process->plan || !plan_needs(process->plan, row))
		return 0;
	if (is_about_names(row) || peer_is_named(task, row, at))
		wants |= STILL_NAMES;
	if (!process->was_shared)
		return wants;
	/* Whom it shares these with is not known. */
	if (process->shares_fs || process->shares_files)
		return 0;
	return is_about_anything(row, at->args) ? wants | STILL_OTHERS : wants;
}
