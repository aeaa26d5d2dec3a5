/** Longest text of one statement that the Data API takes, bytes. Source: Amazon Redshift Management Guide, Data API considerations. */
export const STATEMENT_BYTES_MAX = 100_000;
/** Most statements of one batch. Source: the same, BatchExecuteStatement. */
export const BATCH_STATEMENTS_MAX = 40;

/**
 * A text as a literal. Backslashes are escapes in Redshift's literals, so text with one is refused; nothing that Elias puts into SQL has any.
 * @throws RangeError when it holds a backslash or a NUL
 */
export function quoteText(text: string): string {
  if (/[\\\0]/.test(text)) throw new RangeError('text with a backslash or NUL cannot be a literal');
  return `'${text.replaceAll("'", "''")}'`;
}
