/*
 * Who started whom: the processes of a trace as a tree, each with what it
 * executed, how it ended, how long it lived and what it used. Memory is
 * bounded: what is beyond is counted.
 */
#ifndef KDUMP_TREE_H
#define KDUMP_TREE_H

struct options;
struct record;
struct text;
struct tree;

#define TREE_PROCESSES_MAX 65536u

/* 0 or -ENOMEM. */
int tree_open(struct tree **ret);
void tree_close(struct tree *tree); /* NULL is fine */

/* 0 or -ENOMEM. */
int tree_add(struct tree *tree, const struct record *record);

/* Lines for people, or an object for each process. */
void tree_put(struct text *text, const struct options *options,
	      const struct tree *tree);

#endif
