/*
 * Records a few things itself, and says what came of each: utrace by its system
 * call, as a program does that cannot link the library.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>

#include <ktrace-u/utrace.h>

static const struct {
	const char *name;
	const char *data;
	unsigned long length;
	const char *label;
	unsigned long form;
} calls[] = {
	{ "data", "hello", 5, NULL, KTR_UTRACE_PLAIN },
	{ "nothing", "", 0, NULL, KTR_UTRACE_PLAIN },
	{ "too much", "hello", 2049, NULL, KTR_UTRACE_PLAIN },
	{ "a fault", (const char *)8, 5, NULL, KTR_UTRACE_PLAIN },
	{ "a label", "label", 5, "a label that is too long", 1 },
	{ "faults", (const char *)8, 5, (const char *)8, 1 },
};

int main(void)
{
	for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		int r = prctl(KTR_PRCTL_UTRACE, (uintptr_t)calls[i].data,
			      calls[i].length, (uintptr_t)calls[i].label,
			      calls[i].form);

		printf("%s: %d\n", calls[i].name, r ? errno : 0);
	}
	/* The ordinary ones are what they were. */
	printf("%d\n", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	return 0;
}
