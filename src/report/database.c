/*
 * SQLite's calls, and a file beside the one that is wanted: a trace that cannot
 * be read to its end leaves what was there before.
 */
#include "report/database.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"

/* "ktru": in its header, who made it. */
#define APPLICATION        0x6b747275
#define APPLICATION_OFFSET 68
#define HEADER_SIZE        100
#define MAGIC              "SQLite format 3"

/* Nobody else reads it before it is whole, so nothing has to be taken back. */
#define SETTINGS                                                               \
	"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"                 \
	"PRAGMA locking_mode = EXCLUSIVE; PRAGMA page_size = 8192;"            \
	"PRAGMA cache_size = -16384; PRAGMA application_id = 0x6b747275;"      \
	"BEGIN;"

#define STATEMENTS_MAX 16

struct database {
	sqlite3 *file;
	struct text *error;
	const char *path;
	char part[PATH_MAX]; /* "": none, or it has its name */
	sqlite3_stmt *statements[STATEMENTS_MAX];
	unsigned statement_count;
};

/* ---- failures ---- */

static int fail_with(struct text *error, const char *path, const char *reason,
		     int result)
{
	if (error->length == 0)
		text_format(error, "%s: %s", path, reason);
	return result;
}

static int fail(struct database *database)
{
	return fail_with(database->error, database->path,
			 sqlite3_errmsg(database->file), -EIO);
}

static int run(struct database *database, const char *sql)
{
	return sqlite3_exec(database->file, sql, NULL, NULL, NULL)
		   ? fail(database)
		   : 0;
}

/* ---- files ---- */

/* Whether nothing is lost when a file is replaced. */
static bool is_ours(int fd)
{
	const uint8_t name[] = { APPLICATION >> 24, APPLICATION >> 16 & 0xff,
				 APPLICATION >> 8 & 0xff, APPLICATION & 0xff };
	uint8_t header[HEADER_SIZE];
	ssize_t got = pread(fd, header, sizeof(header), 0);

	return got == 0 ||
	       (got == sizeof(header) &&
		!memcmp(header, MAGIC, sizeof(MAGIC)) &&
		!memcmp(header + APPLICATION_OFFSET, name, sizeof(name)));
}

static int check_free(const char *path, struct text *error)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
					     O_NONBLOCK);

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return fail_with(error, path, strerror(errno), -errno);
	if (!fd_may_replace(path) || !is_ours(fd))
		return fail_with(error, path,
				 "is there, and no database of kdump-u: not "
				 "replaced",
				 -EEXIST);
	return 0;
}

static int make_part(struct database *database)
{
	size_t length = strlen(database->path);
	_cleanup_fd_ int fd = -1;

	if (length + sizeof(".XXXXXX") > sizeof(database->part))
		return fail_with(database->error, database->path,
				 strerror(ENAMETOOLONG), -ENAMETOOLONG);
	snprintf(database->part, sizeof(database->part), "%s.XXXXXX",
		 database->path);
	fd = mkostemp(database->part, O_CLOEXEC);
	if (fd >= 0)
		return 0;
	database->part[0] = '\0';
	return fail_with(database->error, database->path, strerror(errno),
			 -errno);
}

static int open_part(struct database *database, const char *schema)
{
	int r = make_part(database);

	if (r)
		return r;
	if (sqlite3_open_v2(database->part, &database->file,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL))
		return fail(database);
	return run(database, SETTINGS) ?: run(database, schema);
}

int database_open(struct database **ret, const char *path, const char *schema,
		  struct text *error)
{
	int r = check_free(path, error);
	struct database *database;

	if (r)
		return r;
	database = calloc(1, sizeof(*database));
	if (!database)
		return -ENOMEM;
	database->error = error;
	database->path = path;
	r = open_part(database, schema);
	if (r) {
		database_close(database);
		return r;
	}
	*ret = database;
	return 0;
}

static void close_file(struct database *database)
{
	for (unsigned i = 0; i < database->statement_count; i++)
		sqlite3_finalize(database->statements[i]);
	database->statement_count = 0;
	sqlite3_close(database->file);
	database->file = NULL;
}

void database_close(struct database *database)
{
	if (!database)
		return;
	close_file(database);
	if (database->part[0])
		unlink(database->part);
	free(database);
}

int database_keep(struct database *database, const char *rest)
{
	int r = run(database, rest) ?: run(database, "COMMIT");

	if (r)
		return r;
	close_file(database);
	if (rename(database->part, database->path))
		return fail_with(database->error, database->path,
				 strerror(errno), -EIO);
	database->part[0] = '\0';
	return 0;
}

/* ---- rows ---- */

int database_prepare(struct database *database, const char *insert,
		     struct sqlite3_stmt **ret)
{
	sqlite3_stmt **statement =
	    &database->statements[database->statement_count];

	if (database->statement_count == STATEMENTS_MAX)
		return fail_with(database->error, database->path,
				 strerror(E2BIG), -EIO);
	if (sqlite3_prepare_v3(database->file, insert, -1,
			       SQLITE_PREPARE_PERSISTENT, statement, NULL))
		return fail(database);
	database->statement_count++;
	*ret = *statement;
	return 0;
}

struct database_row database_row(struct database *database,
				 struct sqlite3_stmt *insert)
{
	sqlite3_clear_bindings(insert);
	return (struct database_row){ database, insert, 0 };
}

void database_put_null(struct database_row *row)
{
	row->column++;
}

void database_put_integer(struct database_row *row, int64_t value)
{
	sqlite3_bind_int64(row->statement, ++row->column, value);
}

void database_put_bytes(struct database_row *row, const void *data,
			size_t length)
{
	/* NULL would be no value instead of an empty one. */
	sqlite3_bind_blob64(row->statement, ++row->column, length ? data : "",
			    length, SQLITE_STATIC);
}

void database_put_text(struct database_row *row, const void *data,
		       size_t length)
{
	if (!text_is_utf8(data, length)) {
		database_put_bytes(row, data, length);
		return;
	}
	sqlite3_bind_text64(row->statement, ++row->column, length ? data : "",
			    length, SQLITE_STATIC, SQLITE_UTF8);
}

int database_add(struct database_row *row)
{
	int result = sqlite3_step(row->statement);

	sqlite3_reset(row->statement);
	return result == SQLITE_DONE ? 0 : fail(row->database);
}

void database_put_string(struct database_row *row, const char *string)
{
	if (string)
		database_put_text(row, string, strlen(string));
	else
		database_put_null(row);
}

void database_put_known(struct database_row *row, bool is_known, int64_t value)
{
	if (is_known)
		database_put_integer(row, value);
	else
		database_put_null(row);
}
