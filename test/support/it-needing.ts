import { spawnSync } from 'node:child_process';

/**
 * `it`, or, on a machine that lacks the program, a test that is skipped under the program's name.
 * @param program looked for in PATH; it must know `args`
 */
export function itNeeding(program: string, args: readonly string[] = ['--version']): typeof it | typeof it.skip {
  const found = spawnSync(program, args, { stdio: 'ignore' }).error === undefined;
  if (found) return it;
  const skip = (name: string, ...rest: unknown[]): void =>
    (it.skip as (...all: unknown[]) => void)(`${name} [skipped: ${program} is missing]`, ...rest);
  return skip as typeof it.skip;
}
