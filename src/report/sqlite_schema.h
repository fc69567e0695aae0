/* The tables of --sqlite, as kdump-u(1) promises them: what is made before rows
 * come, and what is made of them at the end. */
#ifndef REPORT_SQLITE_SCHEMA_H
#define REPORT_SQLITE_SCHEMA_H

extern const char sqlite_schema_tables[];
extern const char sqlite_schema_rest[];

/* Columns of each table that rows are put into. */
enum sqlite_table {
	SQLITE_PROCESSES,
	SQLITE_EXECS,
	SQLITE_CALLS,
	SQLITE_NAMES,
	SQLITE_DATA,
	SQLITE_RECORDS,
	SQLITE_TABLES,
};
extern const char *const sqlite_schema_inserts[SQLITE_TABLES];

#endif
