/*
 * SQL alone. A table keeps its columns and their order; what is new comes
 * behind them.
 */
#include "report/sqlite_schema.h"

const char sqlite_schema_tables[] =
    "CREATE TABLE info(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "INSERT INTO info VALUES('schema', 1), ('made_by',"
    " 'kdump-u " KTRACE_U_VERSION "');"
    "CREATE TABLE processes(id INTEGER PRIMARY KEY, pid INTEGER, ppid INTEGER,"
    " parent INTEGER, comm TEXT, exe TEXT, first_ns INTEGER, last_ns INTEGER,"
    " status INTEGER, signal INTEGER, core INTEGER, utime_us INTEGER,"
    " stime_us INTEGER, maxrss_kib INTEGER);"
    "CREATE TABLE execs(id INTEGER PRIMARY KEY, process INTEGER,"
    " time_ns INTEGER, args TEXT);"
    "CREATE TABLE calls(id INTEGER PRIMARY KEY, process INTEGER, tid INTEGER,"
    " time_ns INTEGER, duration_ns INTEGER, abi TEXT, number INTEGER,"
    " name TEXT, args TEXT, result INTEGER, errno INTEGER, error TEXT,"
    " arg0 INTEGER, arg1 INTEGER, arg2 INTEGER, arg3 INTEGER, arg4 INTEGER,"
    " arg5 INTEGER);"
    "CREATE TABLE names(call INTEGER, argument INTEGER, kind TEXT, name TEXT);"
    "CREATE TABLE data(call INTEGER, process INTEGER, time_ns INTEGER,"
    " fd INTEGER, direction TEXT, bytes BLOB);"
    "CREATE TABLE records(id INTEGER PRIMARY KEY, call INTEGER,"
    " process INTEGER, tid INTEGER, time_ns INTEGER, kind TEXT, json TEXT);";

const char *const sqlite_schema_inserts[SQLITE_TABLES] = {
	[SQLITE_PROCESSES] = "INSERT INTO processes VALUES"
			     "(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	[SQLITE_EXECS] = "INSERT INTO execs VALUES(?,?,?,?)",
	[SQLITE_CALLS] = "INSERT INTO calls VALUES"
			 "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	[SQLITE_NAMES] = "INSERT INTO names VALUES(?,?,?,?)",
	[SQLITE_DATA] = "INSERT INTO data VALUES(?,?,?,?,?,?)",
	[SQLITE_RECORDS] = "INSERT INTO records VALUES(?,?,?,?,?,?,?)",
};

const char sqlite_schema_rest[] =
    "CREATE INDEX processes_pid ON processes(pid);"
    "CREATE INDEX calls_process ON calls(process, time_ns);"
    "CREATE INDEX calls_name ON calls(name);"
    "CREATE INDEX calls_error ON calls(error) WHERE error IS NOT NULL;"
    "CREATE INDEX names_name ON names(name);"
    "CREATE INDEX names_call ON names(call);"
    "CREATE INDEX data_call ON data(call);"
    "CREATE INDEX records_kind ON records(kind, time_ns);"
    "CREATE INDEX records_call ON records(call);"
    /* The most that is asked, under names of its own. */
    "CREATE VIEW stats AS SELECT name, count(*) AS calls,"
    " count(error) AS errors, sum(duration_ns) AS total_ns,"
    " max(duration_ns) AS max_ns FROM calls GROUP BY name;"
    "CREATE VIEW files AS SELECT names.name AS name, count(*) AS calls,"
    " count(calls.error) AS errors,"
    " group_concat(DISTINCT calls.name) AS by_calls,"
    " sum(calls.duration_ns) AS total_ns FROM names"
    " JOIN calls ON calls.id = names.call GROUP BY names.name;"
    "CREATE VIEW failures AS SELECT calls.id AS call, pid, calls.tid AS tid,"
    " time_ns, calls.name AS name, args, error FROM calls"
    " JOIN processes ON processes.id = calls.process"
    " WHERE error IS NOT NULL;"
    "CREATE VIEW lines AS SELECT calls.id AS call, time_ns, pid, tid, comm,"
    " name || args || CASE"
    " WHEN error IS NOT NULL THEN ' = -1 ' || error"
    " WHEN result IS NOT NULL THEN ' = ' || result"
    " ELSE ' = ?' END AS line FROM calls"
    " JOIN processes ON processes.id = calls.process;"
    "CREATE VIEW signals AS SELECT records.id AS record, process, tid, time_ns,"
    " json_extract(json, '$.signal') AS signal,"
    " json_extract(json, '$.action') AS action,"
    " json_extract(json, '$.code_name') AS code FROM records"
    " WHERE kind = 'psig';"
    "CREATE VIEW marks AS SELECT records.id AS record, process, tid, time_ns,"
    " json_extract(json, '$.data') AS data FROM records"
    " WHERE kind = 'user';"
    "CREATE VIEW missing AS SELECT records.id AS record, process, time_ns,"
    " json_extract(json, '$.name') AS what,"
    " json_extract(json, '$.fields') AS fields FROM records"
    " WHERE kind = 'struct'"
    " AND json_extract(json, '$.name') IN ('coverage', 'loss');";
