import { tokenizeSql } from './tokenize-sql.js';

export interface SqlParameter {
  name: string;
  value: string;
}

/**
 * Names that no statement of the call uses. A statement that cannot be read uses none here; it fails when it runs.
 * Parameters stand for values only, never inside quotes or comments.
 */
export function unusedParameters(statements: readonly string[], parameters: readonly SqlParameter[]): string[] {
  if (parameters.length === 0) return [];
  const used = new Set(statements.flatMap(parameterNames));
  return parameters.map(({ name }) => name).filter((name) => !used.has(name));
}

function parameterNames(statement: string): string[] {
  try {
    return tokenizeSql(statement).flatMap((token) => (token.kind === 'parameter' ? [token.value] : []));
  } catch {
    return [];
  }
}
