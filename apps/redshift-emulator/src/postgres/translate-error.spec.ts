import { SourceEdits } from '../sql/source-edits.js';
import { translateError } from './translate-error.js';
import type { ErrorContext } from './translate-error.js';

const context: ErrorContext = { sql: null, pid: 7, queryId: 1_001, tableInSnapshot: false, tableId: 42 };
const told = (code: string | undefined, message: string, parts: object = {}, more: Partial<ErrorContext> = {}): string =>
  translateError(Object.assign(new Error(message), { code, ...parts }), { ...context, ...more }).text;

it.each([
  [
    '40001',
    'could not serialize access',
    {},
    {},
    'ERROR: 1023\n  Detail: Serializable isolation violation on table - 42, transactions forming the cycle are: 1001, 1002 (pid:7)',
  ],
  ['42P01', 'relation "t" does not exist', {}, {}, 'ERROR: relation "t" does not exist'],
  ['42P01', 'relation "t" does not exist', {}, { tableInSnapshot: true }, 'ERROR: 1018\n  Detail: Relation does not exist'],
  ['XX000', 'could not open relation with OID 9', {}, {}, 'ERROR: 1018\n  Detail: Relation does not exist'],
  ['23514', 'violates check', { constraint: 'octets_64_name' }, {}, 'ERROR: value too long for type character varying(64)'],
  ['23502', 'null value', { column: 'name' }, {}, 'ERROR: Cannot insert a NULL value into column name'],
  ['21000', 'MERGE command cannot affect row a second time', {}, {}, 'ERROR: Found multiple matches to update the same tuple.'],
  ['21000', 'more than one row returned by a subquery', {}, {}, 'ERROR: more than one row returned by a subquery'],
  [
    undefined,
    'Connection terminated unexpectedly',
    {},
    {},
    'ERROR: the connection to the database was lost: Connection terminated unexpectedly',
  ],
  ['22012', 'division by zero', { detail: 'd', hint: 'h' }, {}, 'ERROR: division by zero\n  Detail: d\n  Hint: h'],
])('%s %s', (code, message, parts, more, expected) => {
  expect(told(code, message, parts, more)).toBe(expected);
});

it('traces the position back through what was rewritten and put in front', () => {
  const edits = new SourceEdits('SELECT nvl(a, b)');
  edits.replace(7, 10, 'COALESCE');
  const sql = edits.apply();
  const position = String('DECLARE c CURSOR FOR '.length + sql.text.indexOf('b)') + 1);
  expect(told('42703', 'column "b" does not exist', { position }, { sql, prefixLength: 'DECLARE c CURSOR FOR '.length })).toMatch(
    /Position: 15$/,
  );
});
