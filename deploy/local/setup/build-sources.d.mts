export function staleOutput(output: readonly string[], sources: readonly string[]): string[];
