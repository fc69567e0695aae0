/*
 * A program that is run over a golden file, and what it must say. A difference
 * fails the test.
 */
#ifndef SUPPORT_GOLDEN_RUN_H
#define SUPPORT_GOLDEN_RUN_H

#include "support/command.h"

struct text;

/* Runs a program on a file (NULL: none) with some words, which blanks separate,
 * in front of its name. */
struct command_result golden_run(const char *program, const char *words,
				 const char *file);
int golden_run_status(const struct command_result *result);

/* The text must be what the file says. */
void golden_run_must_equal(struct text *text, const char *path);

#endif
