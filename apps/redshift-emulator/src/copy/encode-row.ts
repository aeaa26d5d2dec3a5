const ESCAPED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
};

/** One row of PostgreSQL's text COPY, `\N` for NULL. */
export function encodeRow(values: readonly (string | null)[], delimiter: string): Buffer {
  const escape = (value: string): string =>
    value
      .replace(/[\\\n\r\t\b\f\v]/g, (character) => ESCAPED[character]!)
      .replaceAll(delimiter, delimiter === '\t' ? '\\t' : `\\${delimiter}`);
  return Buffer.from(`${values.map((value) => (value === null ? '\\N' : escape(value))).join(delimiter)}\n`);
}

/** Characters that PostgreSQL does not take as a delimiter of text COPY. */
const NOT_A_DELIMITER = /[\\.a-z0-9\r\n]/;

/** The file's own delimiter where PostgreSQL takes it, so that rows may pass unchanged. */
export const outputDelimiter = (fileDelimiter: string | null): string =>
  fileDelimiter === null || NOT_A_DELIMITER.test(fileDelimiter) ? '\t' : fileDelimiter;
