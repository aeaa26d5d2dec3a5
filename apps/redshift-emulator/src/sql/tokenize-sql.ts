import { notEmulated, RedshiftError } from './redshift-error.js';

export type TokenKind = 'word' | 'quoted-identifier' | 'string' | 'number' | 'parameter' | 'operator' | 'end';

export interface Token {
  kind: TokenKind;
  /** the source as written */
  text: string;
  /** folded identifier, unescaped string, parameter name; else as written */
  value: string;
  /** offsets into the source, in UTF-16 units; `end` is past the last one */
  start: number;
  end: number;
}

/** Longest first. Operators that only PostgreSQL has are known here, so that the parser can name them when it refuses. */
const OPERATORS = ['!~*', '->>', '#>>', '::', '<=', '>=', '<>', '!=', '||', '!~', '~*', '->', '#>', '@>', '<@', '<<', '>>', '&&', ':='];
const SINGLE = '+-*/%^<>=~!@#&|?(),;.:[]{}';

const isSpace = (character: string): boolean => /\s/.test(character);
const startsWord = (character: string): boolean => /[A-Za-z_\u0080-\uffff]/.test(character);
const continuesWord = (character: string): boolean => /[A-Za-z0-9_$\u0080-\uffff]/.test(character);
const isDigit = (character: string): boolean => character >= '0' && character <= '9';

/**
 * Splits one statement into tokens; comments and blanks fall away. The last token is always `end`.
 *
 * Backslash escapes hold in every string, as in Redshift, whose parser descends from PostgreSQL 8.0 (AWS's REGEXP pages
 * double each backslash for that reason).
 * @throws RedshiftError an unterminated string, identifier or comment; dollar quotes, which ordinary statements lack
 */
export function tokenizeSql(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const push = (kind: TokenKind, end: number, value: string): void => {
    tokens.push({ kind, text: source.slice(at, end), value, start: at, end });
    at = end;
  };
  while ((at = skipBlanks(source, at)) < source.length) {
    const character = source[at]!;
    if (character === "'") {
      const { end, value } = readString(source, at);
      push('string', end, value);
    } else if (character === '"') {
      const { end, value } = readQuotedIdentifier(source, at);
      push('quoted-identifier', end, value.toLowerCase());
    } else if (startsWord(character)) {
      const end = readWhile(source, at, continuesWord);
      if (source[end] === "'" && /^[ebxnu]$/i.test(source.slice(at, end))) throw notEmulated(`${source.slice(at, end)}'…' strings`, at + 1);
      push('word', end, source.slice(at, end).toLowerCase());
    } else if (isDigit(character) || (character === '.' && isDigit(source[at + 1] ?? ''))) {
      const end = readNumber(source, at);
      push('number', end, source.slice(at, end));
    } else if (character === ':' && source[at + 1] !== ':' && source[at + 1] !== '=' && startsWord(source[at + 1] ?? '')) {
      const end = readWhile(source, at + 1, continuesWord);
      push('parameter', end, source.slice(at + 1, end));
    } else if (character === '$') {
      throw new RedshiftError('syntax error at or near "$"', { position: at + 1 });
    } else {
      const end = readOperator(source, at);
      push('operator', end, source.slice(at, end));
    }
  }
  push('end', at, '');
  return tokens;
}

function skipBlanks(source: string, from: number): number {
  let at = from;
  for (;;) {
    while (at < source.length && isSpace(source[at]!)) at += 1;
    if (source.startsWith('--', at)) {
      const newline = source.indexOf('\n', at);
      at = newline === -1 ? source.length : newline + 1;
    } else if (source.startsWith('/*', at)) {
      at = skipBlockComment(source, at);
    } else {
      return at;
    }
  }
}

/** Block comments nest. */
function skipBlockComment(source: string, from: number): number {
  let depth = 0;
  for (let at = from; at < source.length; at += 1) {
    if (source.startsWith('/*', at)) {
      depth += 1;
      at += 1;
    } else if (source.startsWith('*/', at)) {
      depth -= 1;
      at += 1;
      if (depth === 0) return at + 1;
    }
  }
  throw new RedshiftError(`unterminated /* comment at or near "${source.slice(from, from + 20)}"`, { position: from + 1 });
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

function readString(source: string, from: number): { end: number; value: string } {
  let value = '';
  for (let at = from + 1; at < source.length; at += 1) {
    const character = source[at]!;
    if (character === '\\') {
      at += 1;
      const octal = /^[0-7]{1,3}/.exec(source.slice(at, at + 3))?.[0];
      value += octal === undefined ? (ESCAPES[source[at] ?? ''] ?? source[at] ?? '') : String.fromCharCode(Number.parseInt(octal, 8));
      if (octal !== undefined) at += octal.length - 1;
    } else if (character !== "'") {
      value += character;
    } else if (source[at + 1] === "'") {
      value += "'";
      at += 1;
    } else {
      return { end: at + 1, value };
    }
  }
  throw new RedshiftError(`unterminated quoted string at or near "${source.slice(from, from + 20)}"`, { position: from + 1 });
}

function readQuotedIdentifier(source: string, from: number): { end: number; value: string } {
  let value = '';
  for (let at = from + 1; at < source.length; at += 1) {
    if (source[at] !== '"') {
      value += source[at];
    } else if (source[at + 1] === '"') {
      value += '"';
      at += 1;
    } else {
      if (value === '') throw new RedshiftError('zero-length delimited identifier at or near """"', { position: from + 1 });
      return { end: at + 1, value };
    }
  }
  throw new RedshiftError(`unterminated quoted identifier at or near "${source.slice(from, from + 20)}"`, { position: from + 1 });
}

function readWhile(source: string, from: number, accepts: (character: string) => boolean): number {
  let at = from;
  while (at < source.length && accepts(source[at]!)) at += 1;
  return at;
}

function readNumber(source: string, from: number): number {
  let at = readWhile(source, from, isDigit);
  if (source[at] === '.') at = readWhile(source, at + 1, isDigit);
  const exponent = /^[eE][+-]?\d+/.exec(source.slice(at, at + 8))?.[0];
  return exponent === undefined ? at : readWhile(source, at + exponent.length, isDigit);
}

function readOperator(source: string, from: number): number {
  const known = OPERATORS.find((operator) => source.startsWith(operator, from));
  if (known !== undefined) return from + known.length;
  const character = source[from]!;
  if (!SINGLE.includes(character)) throw new RedshiftError(`syntax error at or near "${character}"`, { position: from + 1 });
  return from + 1;
}
