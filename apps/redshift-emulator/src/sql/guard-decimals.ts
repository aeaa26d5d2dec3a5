import type { CommonTable, Expression, Query, SelectCore, Source } from './expression.js';
import { RedshiftError } from './redshift-error.js';
import type { ExpressionScope, Statement } from './statement.js';

/** What the guard must know of a value: `decimal` came from a column, without a cast since. */
export type ValueKind = 'decimal' | 'cast-decimal' | 'decimal-literal' | 'integer' | 'float' | 'other' | 'unknown';

/** Columns of the tables that a statement names, by `schema.table` or `table` as written, lower case. */
export type TableColumns = ReadonlyMap<string, ReadonlyMap<string, ValueKind>>;

type Columns = ReadonlyMap<string, ValueKind>;

interface Scope {
  sources: { alias: string; columns: Columns }[];
  commonTables: ReadonlyMap<string, Columns>;
  outer: Scope | null;
}

/**
 * Refuses `*` and `/` on decimals that no cast bounds. Redshift gives `*` the scale s1 + s2 with the precision capped at
 * 38, and `/` the scale max(4, s1 + p2 - s2 + 1); PostgreSQL's numeric never overflows: the two would not agree.
 * Source: AWS, "Computations with numeric values".
 * @throws RedshiftError with the position of the operator
 */
export function guardDecimals(statement: Statement, tables: TableColumns): void {
  const guard = new DecimalGuard(tables);
  switch (statement.kind) {
    case 'query':
    case 'create-table-as':
    case 'create-view':
      guard.query(statement.query, null);
      return;
    case 'write':
      for (const query of statement.queries) guard.query(query, null);
      for (const scope of statement.scopes) guard.scope(scope);
      return;
    case 'copy':
    case 'command':
    case 'lock':
    case 'show':
    case 'truncate':
    case 'vacuum':
    case 'nothing':
      return;
  }
}

class DecimalGuard {
  constructor(private readonly tables: TableColumns) {}

  scope({ commonTables, sources, expressions }: ExpressionScope): void {
    const outer = this.withCommonTables(commonTables, null);
    const scope: Scope = { ...outer, sources: sources.map((source) => this.source(source, outer)) };
    for (const expression of expressions) this.kind(expression, scope);
  }

  /** Output columns of a query, in order. */
  query(query: Query, outer: Scope | null): [string, ValueKind][] {
    const scope = this.withCommonTables(query.commonTables, outer);
    const outputs = query.operands.map((operand) =>
      'operands' in operand ? this.query(operand, scope) : this.core(operand, scope, query.tail),
    );
    const [first = [], ...others] = outputs;
    return first.map(([name, kind], index) => [name, others.reduce((all, output) => widest(all, output[index]?.[1] ?? 'unknown'), kind)]);
  }

  private withCommonTables(commonTables: readonly CommonTable[], outer: Scope | null): Scope {
    const known = new Map(outer?.commonTables ?? []);
    const scope: Scope = { sources: [], commonTables: known, outer };
    for (const { name, columnAliases, query } of commonTables) known.set(name, renamed(this.query(query, scope), columnAliases));
    return scope;
  }

  private core(core: SelectCore, outer: Scope, tail: readonly Expression[]): [string, ValueKind][] {
    const scope: Scope = { ...outer, sources: core.sources.map((source) => this.source(source, outer)), outer };
    for (const clause of [...core.clauses, ...tail]) this.kind(clause, scope);
    return core.items.flatMap(({ expression, name }): [string, ValueKind][] => {
      if (expression.is === 'star') {
        const { qualifier } = expression;
        return scope.sources.filter(({ alias }) => qualifier === null || alias === qualifier).flatMap(({ columns }) => [...columns]);
      }
      return [[name ?? '?column?', this.kind(expression, scope)]];
    });
  }

  private source(source: Source, scope: Scope): { alias: string; columns: Columns } {
    if (source.from.is === 'query')
      return { alias: source.alias, columns: renamed(this.query(source.from.query, scope), source.columnAliases) };
    const { schema, name } = source.from.table;
    const common = schema === null ? scope.commonTables.get(name) : undefined;
    const columns = common ?? this.tables.get(schema === null ? name : `${schema}.${name}`) ?? new Map<string, ValueKind>();
    return { alias: source.alias, columns: renamed([...columns], source.columnAliases) };
  }

  private kind(expression: Expression, scope: Scope): ValueKind {
    switch (expression.is) {
      case 'column':
        return lookUp(expression.path, scope);
      case 'star':
        return 'unknown';
      case 'literal':
        return expression.kind === 'decimal' ? 'decimal-literal' : expression.kind;
      case 'cast':
        this.kind(expression.operand, scope);
        return kindOfType(expression.type.kind);
      case 'call':
        return this.call(expression, scope);
      case 'arithmetic':
        return this.arithmetic(expression, scope);
      case 'choice':
        for (const condition of expression.conditions) this.kind(condition, scope);
        return this.widestOf(expression.results, scope);
      case 'test':
        for (const operand of expression.operands) this.kind(operand, scope);
        return 'other';
      case 'list':
        return this.widestOf(expression.items, scope);
      case 'subquery':
        return this.query(expression.query, scope)[0]?.[1] ?? 'unknown';
    }
  }

  private widestOf(expressions: readonly Expression[], scope: Scope): ValueKind {
    return expressions.map((expression) => this.kind(expression, scope)).reduce(widest, 'integer');
  }

  private call(call: Extract<Expression, { is: 'call' }>, scope: Scope): ValueKind {
    for (const part of call.window) this.kind(part, scope);
    const kinds = call.arguments.map((argument) => this.kind(argument, scope));
    switch (call.function.gives) {
      case 'as-arguments':
        return kinds.reduce(widest, 'integer');
      case 'total': {
        // SUM and AVG of a decimal have precision 38, whatever was cast inside
        const of = kinds[0] ?? 'unknown';
        return of === 'cast-decimal' || of === 'decimal-literal' ? 'decimal' : of;
      }
      case 'integer':
      case 'float':
      case 'other':
        return call.function.gives;
    }
  }

  private arithmetic({ operator, left, right, position }: Extract<Expression, { is: 'arithmetic' }>, scope: Scope): ValueKind {
    const [a, b] = [this.kind(left, scope), this.kind(right, scope)];
    if (['+', '-', '%'].includes(operator)) return widest(a, b);
    if (operator === '^') return 'float';
    if (operator !== '*' && operator !== '/') return 'other';
    if (a === 'float' || b === 'float') return 'float';
    const uncast = a === 'decimal' || b === 'decimal';
    const bothDecimal = isDecimal(a) && isDecimal(b);
    const literal = a === 'decimal-literal' || b === 'decimal-literal';
    if (uncast && (operator === '/' ? a !== 'unknown' && b !== 'unknown' : bothDecimal && !literal)) {
      throw new RedshiftError(
        `redshift-emulator refuses "${operator}" on decimal columns: Amazon Redshift and PostgreSQL give it different scales`,
        { position, hint: 'Cast both operands to decimals whose product or quotient fits 38 digits.' },
      );
    }
    return isDecimal(a) || isDecimal(b) ? 'decimal' : widest(a, b);
  }
}

const isDecimal = (kind: ValueKind): boolean => kind === 'decimal' || kind === 'cast-decimal' || kind === 'decimal-literal';

const WIDTH: readonly ValueKind[] = ['other', 'integer', 'unknown', 'decimal-literal', 'cast-decimal', 'decimal', 'float'];

/** The kind that a choice between two values has. */
function widest(a: ValueKind, b: ValueKind): ValueKind {
  return WIDTH.indexOf(a) >= WIDTH.indexOf(b) ? a : b;
}

function kindOfType(type: string): ValueKind {
  if (type === 'decimal') return 'cast-decimal';
  if (type === 'real' || type === 'double') return 'float';
  return ['smallint', 'integer', 'bigint'].includes(type) ? 'integer' : 'other';
}

function renamed(columns: readonly [string, ValueKind][], aliases: readonly string[] | null): Columns {
  return new Map(columns.map(([name, kind], index) => [aliases?.[index] ?? name, kind]));
}

/** The innermost source that has the column, or the one named in front of it. */
function lookUp(path: readonly string[], scope: Scope): ValueKind {
  const name = path.at(-1)!;
  const qualifier = path.length > 1 ? path.at(-2)! : null;
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    for (const { alias, columns } of at.sources) {
      const kind = qualifier === null || alias === qualifier ? columns.get(name) : undefined;
      if (kind !== undefined) return kind;
    }
  }
  return 'unknown';
}
