import { toItsEnd } from './run-tool.js';
import type { ToolResult } from './run-tool.js';

/** The built `elias` command under settings of the test's own, to its end. */
export function runElias(args: readonly string[], env: Record<string, string>): Promise<ToolResult> {
  return toItsEnd(['dist/apps/cli/src/main.js', ...args], { PATH: process.env['PATH'] ?? '', ...env });
}
