import { RedshiftError } from './redshift-error.js';
import { readStatement } from './read-statement.js';
import type { Statement } from './statement.js';

const rewritten = (sql: string, parameters?: ReadonlyMap<string, string>): string => {
  const statement = readStatement(sql, parameters);
  if (!('sql' in statement)) throw new Error(`${statement.kind} has no text`);
  return statement.sql.text;
};

function refusal(sql: string): RedshiftError {
  try {
    readStatement(sql);
  } catch (error) {
    if (error instanceof RedshiftError) return error;
    throw error;
  }
  throw new Error(`was accepted: ${sql}`);
}

describe('what both databases run goes through as it was written', () => {
  it.each([
    'SELECT 1',
    'SELECT DISTINCT a, b.c AS d, count(*) n FROM s.t AS b LEFT JOIN u USING (a) WHERE a = 1 AND NOT b BETWEEN 1 AND 2 ORDER BY 1 DESC NULLS LAST LIMIT 3 OFFSET 1',
    'SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY a ORDER BY b DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS n FROM t) x WHERE n = 1',
    'WITH w (a) AS (SELECT 1), v AS (SELECT a FROM w) SELECT a FROM v UNION ALL SELECT 2 INTERSECT (SELECT 3)',
    "SELECT CASE a WHEN 1 THEN 'x' ELSE NULL END, CASE WHEN a IS NOT NULL THEN 1 END FROM t",
    "SELECT date_trunc('day', started_at), EXTRACT(epoch FROM started_at), TRIM(BOTH ' ' FROM a), position('a' IN b), substring(a FROM 1 FOR 2) FROM t",
    "SELECT DATE '2023-12-01', TIMESTAMP '2023-12-01 00:00:00' + INTERVAL '1 day', x AT TIME ZONE 'UTC' FROM t",
    'SELECT a FROM t WHERE (a, b) IN (SELECT a, b FROM u) AND EXISTS (SELECT 1 FROM v WHERE v.a = t.a) AND a = ANY (SELECT 1) AND c IN (1, 2)',
    'INSERT INTO s.t (a, "open") VALUES (1, -2), (DEFAULT, NULL)',
    'INSERT INTO s.t SELECT a, b FROM u',
    'INSERT INTO t DEFAULT VALUES',
    'UPDATE s.t SET a = 1, b = u.b FROM u WHERE t.id = u.id',
    'UPDATE s.t AS x SET a = x.b + 1',
    'DELETE FROM s.t USING u, (SELECT a FROM v) w WHERE t.id = u.id AND t.a = w.a',
    'WITH past AS (SELECT id FROM u) DELETE FROM t USING past WHERE t.id = past.id',
    'MERGE INTO t USING s AS x ON t.id = x.id WHEN MATCHED THEN UPDATE SET a = x.a WHEN NOT MATCHED THEN INSERT (id, a) VALUES (x.id, x.a)',
    'MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (s.id)',
    'LOCK market.load_ledger',
    'LOCK TABLE a, b.c',
    'DROP TABLE IF EXISTS s.t CASCADE',
    'ALTER TABLE s.t RENAME COLUMN a TO b',
    'ALTER TABLE s.t DROP COLUMN a CASCADE',
    'CREATE SCHEMA IF NOT EXISTS market',
    "COMMENT ON COLUMN s.t.a IS 'x'",
    'ANALYZE s.t',
    'TRUNCATE TABLE s.t',
    'SET statement_timeout TO 1000',
    'SHOW search_path',
  ])('%s', (sql) => {
    expect(rewritten(sql)).toBe(sql);
  });
});

describe('what Redshift writes otherwise is rewritten', () => {
  it.each([
    [
      'SELECT nvl(a, 1), LEN(b), GETDATE(), sysdate FROM t;',
      'SELECT COALESCE(a, 1), char_length(b), emulator.getdate(), emulator.sysdate() FROM t',
    ],
    [
      'SELECT a::varchar, CAST(b AS DECIMAL), c::text FROM t',
      'SELECT a::character varying(256), CAST(b AS numeric(18, 0)), c::character varying(256) FROM t',
    ],
    ["SELECT 'a\\'b', '\\\\d'", "SELECT 'a''b', '\\d'"],
    ['SELECT "Product_ID" FROM "T"', 'SELECT "product_id" FROM "t"'],
    ['SELECT a FROM t MINUS SELECT b FROM u', 'SELECT a FROM t EXCEPT SELECT b FROM u'],
    ['DELETE t WHERE a = 1', 'DELETE FROM t WHERE a = 1'],
    ['SELECT query_id FROM sys_load_error_detail', 'SELECT query_id FROM emulator.sys_load_error_detail AS sys_load_error_detail'],
    ['SELECT d.query_id FROM pg_catalog.sys_load_history d', 'SELECT d.query_id FROM emulator.sys_load_history d'],
    ['SELECT pg_last_copy_count(), current_database()', 'SELECT emulator.pg_last_copy_count(), emulator.current_database()'],
    ['CREATE OR REPLACE VIEW v AS SELECT a FROM s.t WITH NO SCHEMA BINDING', 'CREATE OR REPLACE VIEW v AS SELECT a FROM s.t '],
    ['CREATE SCHEMA market AUTHORIZATION u QUOTA 5 GB', 'CREATE SCHEMA market'],
    [
      'CREATE TEMP TABLE w DISTSTYLE ALL SORTKEY (a) AS SELECT nvl(a, 1) AS a FROM t',
      'CREATE TEMPORARY TABLE "w" AS SELECT COALESCE(a, 1) AS a FROM t',
    ],
    ['CREATE TABLE s.w (a, b) AS (SELECT 1, 2)', 'CREATE TABLE "s"."w" ("a", "b") AS (SELECT 1, 2)'],
    ['CREATE TEMP TABLE c (LIKE market.candles)', 'CREATE TEMPORARY TABLE "c" (\n  LIKE "market"."candles" INCLUDING CONSTRAINTS\n)'],
    [
      'ALTER TABLE t ADD COLUMN a VARCHAR(8) ENCODE zstd',
      'ALTER TABLE t ADD COLUMN "a" character varying(8) COLLATE "C" CONSTRAINT "octets_8_a" CHECK (octet_length("a") <= 8)',
    ],
  ])('%s', (sql, expected) => {
    expect(rewritten(sql)).toBe(expected);
  });

  it('CREATE TABLE keeps NOT NULL and drops keys and storage', () => {
    const sql = `CREATE TABLE IF NOT EXISTS market.candles (
      product_id VARCHAR(64) NOT NULL ENCODE zstd DISTKEY, granularity INTEGER, started_at TIMESTAMP NOT NULL, "open" DECIMAL(24,10) NOT NULL,
      volume DECIMAL(30,10), id BIGINT IDENTITY(1, 1), note TEXT DEFAULT 'x' UNIQUE, extra SUPER REFERENCES t (a),
      PRIMARY KEY (product_id, granularity), FOREIGN KEY (note) REFERENCES n (note), CONSTRAINT u UNIQUE (note)
    ) DISTSTYLE AUTO COMPOUND SORTKEY (started_at) BACKUP NO;`;
    expect(rewritten(sql)).toBe(
      [
        'CREATE TABLE IF NOT EXISTS "market"."candles" (',
        '  "product_id" character varying(64) COLLATE "C" NOT NULL CONSTRAINT "octets_64_product_id" CHECK (octet_length("product_id") <= 64),',
        '  "granularity" integer NOT NULL,',
        '  "started_at" timestamp NOT NULL,',
        '  "open" numeric(24, 10) NOT NULL,',
        '  "volume" numeric(30, 10),',
        '  "id" bigint GENERATED ALWAYS AS IDENTITY (MINVALUE 1 START 1 INCREMENT 1),',
        '  "note" character varying(256) COLLATE "C" DEFAULT \'x\' CONSTRAINT "octets_256_note" CHECK (octet_length("note") <= 256),',
        '  "extra" jsonb',
        ')',
      ].join('\n'),
    );
  });

  it.each<[string, Statement['kind']]>([
    ['ALTER TABLE t ADD PRIMARY KEY (a)', 'nothing'],
    ['ALTER TABLE t ALTER SORTKEY (a)', 'nothing'],
    ['GRANT SELECT ON ALL TABLES IN SCHEMA market TO GROUP readers', 'nothing'],
    ["SET query_group TO 'loads'", 'nothing'],
    ['VACUUM FULL market.candles TO 100 PERCENT', 'vacuum'],
  ])('%s has no effect here', (sql, kind) => {
    expect(readStatement(sql).kind).toBe(kind);
  });
});

describe('parameters', () => {
  it('become untyped literals', () => {
    const parameters = new Map([
      ['id', "O'Brien"],
      ['n', '5'],
    ]);
    expect(rewritten("SELECT a FROM t WHERE id = :id AND n < :n::int AND x = ':id'", parameters)).toBe(
      "SELECT a FROM t WHERE id = 'O''Brien' AND n < '5'::integer AND x = ':id'",
    );
  });

  it('without a value are a syntax error', () => {
    expect(refusal('SELECT :id').text).toBe('ERROR: syntax error at or near ":"\n  Position: 8');
  });
});

describe("what cannot ship is refused with Redshift's words and the position", () => {
  it.each([
    ['INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING', 'syntax error at or near "ON"', 26],
    ['INSERT INTO t VALUES (1) RETURNING id', 'syntax error at or near "RETURNING"', 26],
    ['UPDATE t SET a = 1 RETURNING a', 'syntax error at or near "RETURNING"', 20],
    ['DELETE FROM t x USING u WHERE x.a = u.a', 'syntax error at or near "x"', 15],
    ['DELETE t USING u WHERE t.a = u.a', 'syntax error at or near "USING"', 10],
    ['SELECT open FROM market.candles', 'syntax error at or near "open"', 8],
    ['SELECT c.open FROM market.candles c', 'syntax error at or near "open"', 10],
    ['CREATE TABLE t (open DECIMAL(24, 10))', 'syntax error at or near "open"', 17],
    ['CREATE INDEX i ON t (a)', 'CREATE INDEX is not supported in Amazon Redshift', 8],
    ['CREATE UNIQUE INDEX i ON t (a)', 'CREATE UNIQUE is not supported in Amazon Redshift', 8],
    ['CREATE TABLE t (a SERIAL)', 'type "serial" does not exist', 19],
    ['CREATE TABLE t (a JSONB)', 'type "jsonb" does not exist', 19],
    ['CREATE TABLE t (a UUID)', 'type "uuid" does not exist', 19],
    ['CREATE TABLE t (a BYTEA)', 'type "bytea" does not exist', 19],
    ['CREATE TABLE t (a INT[])', 'Column type "integer[]" is not supported in Amazon Redshift: it has no arrays', 19],
    ['CREATE TABLE t (a INT CHECK (a > 0))', 'CHECK constraints are not supported in Amazon Redshift', 23],
    ['CREATE TABLE t (a DECIMAL(39, 2))', 'NUMERIC precision 39 must be between 1 and 38', 19],
    ['CREATE TRIGGER g BEFORE INSERT ON t EXECUTE FUNCTION f()', 'CREATE TRIGGER is not supported in Amazon Redshift', 8],
    ['SELECT a FROM t FOR UPDATE', 'syntax error at or near "FOR"', 17],
    ['SELECT DISTINCT ON (a) a FROM t', 'syntax error at or near "ON"', 17],
    ['SELECT ARRAY[1]', 'syntax error at or near "ARRAY"', 8],
    ["SELECT a -> 'b' FROM t", 'syntax error at or near "->"', 10],
    ['SELECT a COLLATE "C" FROM t', 'syntax error at or near "COLLATE"', 10],
    ['SELECT a IS DISTINCT FROM b FROM t', 'syntax error at or near "DISTINCT"', 13],
    ['SELECT count(*) FILTER (WHERE a) FROM t', 'syntax error at or near "("', 24],
    ['SELECT string_agg(a, 1) FROM t', 'function string_agg() does not exist', 8],
    ['SELECT now()', 'function now() does not exist', 8],
    ['SELECT generate_series(1, 2)', 'function generate_series() does not exist', 8],
    ['SELECT * FROM (SELECT 1)', 'syntax error at end of input', 25],
    ['SELECT * FROM (VALUES (1)) v', 'syntax error at or near "VALUES"', 16],
    ['SELECT a FROM t EXCEPT ALL SELECT b FROM u', 'syntax error at or near "ALL"', 24],
    [
      'MERGE INTO t x USING s ON x.a = s.a WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (1)',
      'syntax error at or near "x"',
      14,
    ],
    [
      'MERGE INTO t USING s ON t.a = s.a WHEN MATCHED AND s.b THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (1)',
      'syntax error at or near "AND"',
      48,
    ],
    [
      'MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DO NOTHING WHEN NOT MATCHED THEN INSERT VALUES (1)',
      'syntax error at or near "DO"',
      53,
    ],
    ['MERGE INTO t USING s ON t.a = s.a WHEN NOT MATCHED THEN INSERT VALUES (1)', 'syntax error at or near "NOT"', 40],
    ['MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE', 'syntax error at end of input', 59],
    ['LOCK TABLE t IN SHARE MODE', 'syntax error at or near "IN"', 14],
    ['SELECT 1; SELECT 2', 'cannot insert multiple commands into a prepared statement', 11],
    ['SELEC 1', 'syntax error at or near "SELEC"', 1],
    ['SELECT a FROM', 'syntax error at end of input', 14],
    ['SELECT a FROM emulator.statements', 'schema "emulator" does not exist', 15],
  ])('%s', (sql, message, position) => {
    expect(refusal(sql)).toMatchObject({ message, position });
  });

  it.each([
    ['BEGIN', /does not support BEGIN: a call of the Data API is a transaction of its own/],
    ['SELECT dateadd(day, 1, a) FROM t', /does not support the function DATEADD/],
    ['SELECT a FROM t QUALIFY row_number() OVER (ORDER BY a) = 1', /does not support QUALIFY/],
    ['SELECT TOP 3 a FROM t', /does not support TOP/],
    ['SELECT * FROM stl_load_errors', /does not support the system view stl_load_errors/],
    ["UNLOAD ('SELECT 1') TO 's3://b/k' IAM_ROLE default", /does not support UNLOAD/],
    ['CREATE MATERIALIZED VIEW v AS SELECT 1', /does not support CREATE MATERIALIZED/],
  ])('%s: the emulator says that it is the emulator which lacks it', (sql, message) => {
    expect(refusal(sql).message).toMatch(message);
  });

  it('a reserved word comes with a hint', () => {
    expect(refusal('INSERT INTO t (open) VALUES (1)').text).toBe(
      'ERROR: syntax error at or near "open"\n  Hint: OPEN is a reserved word in Amazon Redshift; as a name it is written "open".\n  Position: 16',
    );
  });
});
