import { notEmulated, RedshiftError } from './redshift-error.js';
import { isReservedWord } from './reserved-words.js';
import { SourceEdits } from './source-edits.js';
import { tokenizeSql } from './tokenize-sql.js';
import type { Token } from './tokenize-sql.js';

/** A table as the statement names it, folded to lower case. */
export interface TableName {
  schema: string | null;
  name: string;
  /** 0-based offset in the source */
  start: number;
  end: number;
}

/** Reads one statement token by token, and keeps the changes that make PostgreSQL run it as Redshift would. */
export class SqlReader {
  readonly edits: SourceEdits;
  /** tables that the statement reads or writes, common table expressions left out */
  readonly tables: TableName[] = [];
  private readonly tokens: Token[];
  private at = 0;

  /** @param parameters values of `:name`; a name without value is a syntax error, as in Redshift */
  constructor(
    readonly source: string,
    private readonly parameters: ReadonlyMap<string, string> = new Map(),
  ) {
    this.tokens = tokenizeSql(source);
    this.edits = new SourceEdits(source);
  }

  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.peek();
    if (this.at < this.tokens.length - 1) this.at += 1;
    return token;
  }

  /** Offset past the token read last. */
  get lastEnd(): number {
    return this.at === 0 ? 0 : this.tokens[this.at - 1]!.end;
  }

  atWord(...words: string[]): boolean {
    return words.every((word, index) => this.peek(index).kind === 'word' && this.peek(index).value === word);
  }

  atAnyWord(words: readonly string[]): boolean {
    return words.some((word) => this.atWord(word));
  }

  acceptWord(...words: string[]): boolean {
    if (!this.atWord(...words)) return false;
    this.at += words.length;
    return true;
  }

  expectWord(...words: string[]): void {
    for (const word of words) if (!this.acceptWord(word)) throw this.syntaxError();
  }

  atOperator(operator: string, ahead = 0): boolean {
    return this.peek(ahead).kind === 'operator' && this.peek(ahead).value === operator;
  }

  acceptOperator(operator: string): boolean {
    if (!this.atOperator(operator)) return false;
    this.next();
    return true;
  }

  expectOperator(operator: string): void {
    if (!this.acceptOperator(operator)) throw this.syntaxError();
  }

  expectString(): string {
    if (this.peek().kind !== 'string') throw this.syntaxError();
    return this.next().value;
  }

  /** A whole number without sign. */
  expectInteger(): number {
    const token = this.peek();
    if (token.kind !== 'number' || !/^\d{1,15}$/.test(token.value)) throw this.syntaxError();
    return Number(this.next().value);
  }

  atName(): boolean {
    const token = this.peek();
    return token.kind === 'quoted-identifier' || (token.kind === 'word' && !isReservedWord(token.value));
  }

  /** An identifier, folded to lower case whether quoted or not (`enable_case_sensitive_identifier` is off by default). */
  expectName(): string {
    if (this.atName()) return this.takeName();
    const { kind, value } = this.peek();
    const hint = `${value.toUpperCase()} is a reserved word in Amazon Redshift; as a name it is written "${value}".`;
    throw this.syntaxError(kind === 'word' ? hint : undefined);
  }

  /** A name after AS, where Redshift takes any word. */
  expectLabel(): string {
    const { kind } = this.peek();
    if (kind !== 'word' && kind !== 'quoted-identifier') throw this.syntaxError();
    return this.takeName();
  }

  private takeName(): string {
    const token = this.next();
    if (token.kind === 'quoted-identifier') this.edits.replace(token.start, token.end, quoteIdentifier(token.value));
    return token.value;
  }

  /** `table` or `schema.table`. */
  expectTableName(): TableName {
    const { start } = this.peek();
    const first = this.expectName();
    if (!this.acceptOperator('.')) return { schema: null, name: first, start, end: this.lastEnd };
    const second = this.expectName();
    if (this.atOperator('.')) throw notEmulated('names of three parts (database.schema.table)', start + 1);
    if (first === 'emulator') throw new RedshiftError(`schema "${first}" does not exist`, { position: start + 1 });
    return { schema: first, name: second, start, end: this.lastEnd };
  }

  /** `(a, b, c)` */
  expectNameList(): string[] {
    this.expectOperator('(');
    const names = [this.expectName()];
    while (this.acceptOperator(',')) names.push(this.expectName());
    this.expectOperator(')');
    return names;
  }

  /** Binds `:name` as an untyped literal, so that Redshift's implicit conversion is PostgreSQL's. */
  bindParameter(): void {
    const token = this.next();
    const value = this.parameters.get(token.value);
    if (value === undefined) throw new RedshiftError('syntax error at or near ":"', { position: token.start + 1 });
    this.edits.replace(token.start, token.end, quoteLiteral(value));
  }

  /** Ends the statement: one semicolon may follow, nothing else. */
  expectEnd(): void {
    if (this.atOperator(';')) {
      const semicolon = this.next();
      this.edits.replace(semicolon.start, semicolon.end, '');
      if (this.peek().kind !== 'end') {
        throw new RedshiftError('cannot insert multiple commands into a prepared statement', { position: this.peek().start + 1 });
      }
    }
    if (this.peek().kind !== 'end') throw this.syntaxError();
  }

  syntaxError(hint?: string): RedshiftError {
    const token = this.peek();
    const position = token.start + 1;
    if (token.kind === 'end') return new RedshiftError('syntax error at end of input', { position });
    return new RedshiftError(`syntax error at or near "${token.text}"`, { position, hint });
  }
}

export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** For a server with `standard_conforming_strings` on, which every connection here has. */
export const quoteLiteral = (value: string): string => `'${value.replaceAll("'", "''")}'`;

export const quoteTable = ({ schema, name }: { schema: string | null; name: string }): string =>
  schema === null ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
