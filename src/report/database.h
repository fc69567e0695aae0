/*
 * A file of SQLite, written once: rows are put into it one after the other, and
 * it has its name only when it is whole. Knows nothing of what is in the rows.
 */
#ifndef REPORT_DATABASE_H
#define REPORT_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct database;
struct sqlite3_stmt;
struct text;

/*
 * Takes path from where it is only when it is free or has a database of
 * kdump-u, which is replaced at the end. *schema makes the tables. What fails,
 * here and later, is said once in *error, which outlives the database: 0,
 * -ENOMEM, -EEXIST, or -EIO for what SQLite has to say.
 */
int database_open(struct database **ret, const char *path, const char *schema,
		  struct text *error);

/* What was not kept is removed. NULL is fine. */
void database_close(struct database *database);

/* A row to be: values are put from left to right, what is not put is NULL. */
struct database_row {
	struct database *database;
	struct sqlite3_stmt *statement;
	int column;
};

/* For an INSERT that lives as long as the database. 0 or -EIO. */
int database_prepare(struct database *database, const char *insert,
		     struct sqlite3_stmt **ret);

struct database_row database_row(struct database *database,
				 struct sqlite3_stmt *insert);
void database_put_null(struct database_row *row);
void database_put_integer(struct database_row *row, int64_t value);
/* Text where it is UTF-8, else a blob. Must live until database_add(). */
void database_put_text(struct database_row *row, const void *data,
		       size_t length);
/* The same of a string; NULL is NULL. */
void database_put_string(struct database_row *row, const char *string);
/* NULL where it is not known. */
void database_put_known(struct database_row *row, bool is_known, int64_t value);
void database_put_bytes(struct database_row *row, const void *data,
			size_t length);
/* 0 or -EIO. */
int database_add(struct database_row *row);

/* Runs the rest (indices, views), and gives the file its name. 0 or -EIO. */
int database_keep(struct database *database, const char *rest);

#endif
