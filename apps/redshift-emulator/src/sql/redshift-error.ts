export interface RedshiftErrorParts {
  /** 1-based, in characters of the statement as it was sent */
  position?: number | undefined;
  detail?: string | undefined;
  hint?: string | undefined;
  cause?: unknown;
}

/** What Redshift says of a statement that it will not or cannot run. Becomes the statement's `Error`, never an HTTP error. */
export class RedshiftError extends Error {
  override readonly name = 'RedshiftError';
  readonly position: number | undefined;
  readonly detail: string | undefined;
  readonly hint: string | undefined;

  constructor(message: string, parts: RedshiftErrorParts = {}) {
    super(message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.position = parts.position;
    this.detail = parts.detail;
    this.hint = parts.hint;
  }

  /** As DescribeStatement shows it: the lines that Redshift's JDBC driver writes, in its order. */
  get text(): string {
    const lines = [`ERROR: ${this.message}`];
    if (this.detail !== undefined) lines.push(`Detail: ${this.detail}`);
    if (this.hint !== undefined) lines.push(`Hint: ${this.hint}`);
    if (this.position !== undefined) lines.push(`Position: ${this.position}`);
    return lines.join('\n  ');
  }
}

/** Redshift may well run it; this emulator does not, and says so rather than guess. */
export function notEmulated(what: string, position?: number): RedshiftError {
  return new RedshiftError(`redshift-emulator does not support ${what}`, { position });
}
