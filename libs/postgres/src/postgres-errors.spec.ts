import pg from 'pg';
import { isConflict, PostgresDataError, postgresError } from './postgres-errors.js';

function refused(code: string, parts: Partial<pg.DatabaseError> = {}): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError('refused', 7, 'error'), { code, ...parts });
}

it.each([
  ['08006', 'PostgresUnavailableError', 'retry'],
  ['57P01', 'PostgresUnavailableError', 'retry'],
  ['57P03', 'PostgresUnavailableError', 'retry'],
  ['57014', 'PostgresUnavailableError', 'retry'],
  ['53300', 'PostgresUnavailableError', 'retry'],
  ['53100', 'PostgresUnavailableError', 'retry'],
  ['58030', 'PostgresUnavailableError', 'retry'],
  ['25006', 'PostgresUnavailableError', 'retry'],
  ['40P01', 'PostgresUnavailableError', 'retry'],
  ['3F000', 'PostgresNotMigratedError', 'retry'],
  ['42P01', 'PostgresNotMigratedError', 'retry'],
  ['28P01', 'PostgresForbiddenError', 'stop'],
  ['42501', 'PostgresForbiddenError', 'stop'],
  ['23505', 'PostgresDataError', 'dead-letter'],
  ['22003', 'PostgresDataError', 'dead-letter'],
  ['54000', 'PostgresDataError', 'dead-letter'],
  ['42601', 'PostgresStatementError', 'stop'],
])('SQLSTATE %s is %s: %s', (state, name, disposition) => {
  expect(postgresError(refused(state), false)).toMatchObject({ name, disposition, sqlState: state });
});

it('takes the line and column of a COPY from its context', () => {
  const error = postgresError(refused('22P02', { where: 'COPY candles, line 3, column volume: "x"', detail: 'more' }), false);
  expect(error).toBeInstanceOf(PostgresDataError);
  expect(error).toMatchObject({ line: 3, column: 'volume', detail: 'refused: more' });
});

it('knows no line where the server tells none', () => {
  expect(postgresError(refused('23505'), false)).toMatchObject({ line: 0, column: '' });
});

it.each(['40001', '40P01'])('%s is a conflict with another transaction', (state) => {
  expect(isConflict(refused(state))).toBe(true);
  expect(isConflict(refused('23505'))).toBe(false);
});

it('takes an error of the system or of a broken connection for absence, and leaves any other as it is', () => {
  const system = Object.assign(new Error('connect ECONNREFUSED'), { syscall: 'connect', code: 'ECONNREFUSED' });
  const bug = new TypeError('x is undefined');
  expect(postgresError(system, false)).toMatchObject({ name: 'PostgresUnavailableError', sqlState: null, cause: system });
  expect(postgresError(new Error('Connection terminated'), true)).toMatchObject({ name: 'PostgresUnavailableError' });
  expect(postgresError(bug, false)).toBe(bug);
});
