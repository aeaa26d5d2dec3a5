import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { CLONE } from './launched-stack.js';
import type { ToolResult } from './run-tool.js';

/** The built `elias` command under settings of the test's own, to its end. */
export function runElias(args: readonly string[], env: Record<string, string>): Promise<ToolResult> {
  const child = spawn(process.execPath, [join(CLONE, 'dist/apps/cli/src/main.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  const text = { out: '', errors: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text.errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...text }));
  });
}
