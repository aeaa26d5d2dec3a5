import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { CLONE } from './launched-stack.js';

export interface ToolResult {
  code: number | null;
  out: string;
  errors: string;
}

/** A command of the clone, as npm or npx call it, to its end. */
export function runTool(script: 'bin/elias.mjs' | 'deploy/local/bootstrap.mjs', args: readonly string[]): Promise<ToolResult> {
  return toItsEnd([script, ...args]);
}

/** @param args a script of the clone, and what it is given; without `env` it gets the test's own environment */
export function toItsEnd([script = '', ...args]: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<ToolResult> {
  const child = spawn(process.execPath, [join(CLONE, script), ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
  const text = { out: '', errors: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text.errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...text }));
  });
}
