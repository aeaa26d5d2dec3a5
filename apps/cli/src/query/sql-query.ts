import { EliasError } from '@elias/errors';

/** The text is not one query. */
export class NotAQueryError extends EliasError {
  override readonly name = 'NotAQueryError';
  readonly code = 'ELIAS_NOT_A_QUERY';
  readonly disposition = 'stop';
  constructor(problem: string) {
    super(`elias query runs one query: ${problem}`);
  }
}

const QUERY_WORDS = new Set(['select', 'with', 'values', 'table']);

/**
 * One query without what ends it. Whether it changes anything is the store's to refuse; this sees to it that there is one statement.
 * @throws NotAQueryError when it begins with another word
 */
export function queryText(text: string): string {
  const sql = text.trim().replace(/\s*;\s*$/, '');
  const word = /^[a-z]+/i.exec(sql)?.[0].toLowerCase() ?? '';
  if (!QUERY_WORDS.has(word)) throw new NotAQueryError('it begins with SELECT, WITH, VALUES or TABLE');
  return sql;
}
