/**
 * What the emulator keeps of its own, in a schema that statements cannot name.
 *
 * `commits` has no index and is written by the very transaction it tells of: after a kill it says which ones stood.
 * Nobody reads it at SERIALIZABLE, so it never makes two of them conflict.
 * Columns of the system views: AWS, "SYS_LOAD_ERROR_DETAIL" and "SYS_LOAD_HISTORY".
 */
export const EMULATOR_SCHEMA = `
CREATE SCHEMA IF NOT EXISTS emulator;
CREATE SEQUENCE IF NOT EXISTS emulator.query_ids START 1001;
CREATE TABLE IF NOT EXISTS emulator.statements (
  id TEXT PRIMARY KEY, created_at TIMESTAMPTZ NOT NULL, record JSONB NOT NULL
);
CREATE TABLE IF NOT EXISTS emulator.commits (
  id TEXT NOT NULL, record JSONB NOT NULL, committed_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE IF NOT EXISTS emulator.result_pages (
  id TEXT NOT NULL, page INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (id, page)
);
CREATE TABLE IF NOT EXISTS emulator.sys_load_error_detail (
  user_id INTEGER NOT NULL, query_id BIGINT NOT NULL, transaction_id BIGINT NOT NULL, session_id INTEGER NOT NULL,
  database_name CHARACTER(64), table_id INTEGER, start_time TIMESTAMP NOT NULL, file_name CHARACTER(256), line_number BIGINT,
  column_name CHARACTER(127), column_type CHARACTER(10), column_length CHARACTER(10), position INTEGER,
  error_code INTEGER, error_message CHARACTER(512)
);
CREATE INDEX IF NOT EXISTS load_errors_by_query ON emulator.sys_load_error_detail (query_id);
CREATE TABLE IF NOT EXISTS emulator.sys_load_history (
  user_id INTEGER NOT NULL, query_id BIGINT NOT NULL, transaction_id BIGINT NOT NULL, session_id INTEGER NOT NULL,
  database_name TEXT, status TEXT, table_name TEXT, start_time TIMESTAMP NOT NULL, end_time TIMESTAMP, duration BIGINT,
  data_source TEXT, file_format TEXT, loaded_rows BIGINT, loaded_bytes BIGINT, source_file_count INTEGER,
  source_file_bytes BIGINT, file_count_scanned INTEGER, file_bytes_scanned BIGINT, error_count BIGINT, copy_job_id BIGINT
);
CREATE OR REPLACE FUNCTION emulator.getdate() RETURNS TIMESTAMP LANGUAGE sql STABLE
  AS $$ SELECT date_trunc('second', statement_timestamp() AT TIME ZONE 'UTC') $$;
CREATE OR REPLACE FUNCTION emulator.sysdate() RETURNS TIMESTAMP LANGUAGE sql STABLE
  AS $$ SELECT now() AT TIME ZONE 'UTC' $$;
CREATE OR REPLACE FUNCTION emulator.version() RETURNS TEXT LANGUAGE sql IMMUTABLE
  AS $$ SELECT 'PostgreSQL 8.0.2, Redshift 1.0 (redshift-emulator of Elias)' $$;
CREATE OR REPLACE FUNCTION emulator.current_database() RETURNS TEXT LANGUAGE sql STABLE
  AS $$ SELECT current_setting('emulator.database', true) $$;
CREATE OR REPLACE FUNCTION emulator.session_number(setting TEXT, otherwise BIGINT) RETURNS BIGINT LANGUAGE sql STABLE
  AS $$ SELECT COALESCE(NULLIF(current_setting(setting, true), '')::BIGINT, otherwise) $$;
CREATE OR REPLACE FUNCTION emulator.pg_last_copy_count() RETURNS BIGINT LANGUAGE sql STABLE
  AS $$ SELECT emulator.session_number('emulator.last_copy_count', 0) $$;
CREATE OR REPLACE FUNCTION emulator.pg_last_copy_id() RETURNS BIGINT LANGUAGE sql STABLE
  AS $$ SELECT emulator.session_number('emulator.last_copy_id', -1) $$;
CREATE OR REPLACE FUNCTION emulator.pg_last_query_id() RETURNS BIGINT LANGUAGE sql STABLE
  AS $$ SELECT emulator.session_number('emulator.last_query_id', -1) $$;
`;
