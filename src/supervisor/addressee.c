/*
 * Children's ends are told to the thread that made them, all else to the leader
 * (do_notify_parent() and kill_pid_info() in the kernel). Must keep nothing: a
 * thread that ends leaves its children to another.
 */
#include "supervisor/addressee.h"

#include "base/proc.h"

bool addressee_may_be(pid_t pid, pid_t tid)
{
	return tid == pid || proc_has_children(pid, tid);
}
