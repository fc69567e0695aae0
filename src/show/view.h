/* How records are to be shown. */
#ifndef SHOW_VIEW_H
#define SHOW_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "decode/data.h"

struct view {
	size_t data_max; /* bytes of data to show; 0: all of them */
	bool absolute;   /* times: since 1970, */
	bool elapsed;    /* since the first, */
	bool relative;   /* since the one before */
	bool decimal;
	bool threads;
	bool plain;   /* nothing decoded */
	bool numbers; /* of system calls */
	bool no_data;
	bool abi;
	bool cpu;
	bool colour;             /* marks for a terminal */
	struct data_style style; /* what the terminal is like */
};

#endif
