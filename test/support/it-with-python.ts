import { spawnSync } from 'node:child_process';

/** A Python with the packages that tests need, e.g. of a virtual environment. */
export const PYTHON = process.env['ELIAS_PYTHON'] ?? 'python3';

const MISSING = 'import sys; from importlib.util import find_spec; print(*[m for m in sys.argv[1:] if find_spec(m) is None], sep=" and ")';

/** `it`, or, where Python or a package is missing, a test that is skipped under their names. */
export function itWithPython(...modules: string[]): typeof it | typeof it.skip {
  const { status, stdout } = spawnSync(PYTHON, ['-c', MISSING, ...modules], { encoding: 'utf8' });
  const missing = status === 0 ? stdout.trim() : modules.join(' and ');
  if (missing === '') return it;
  const skip = (name: string, ...rest: unknown[]): void =>
    (it.skip as (...all: unknown[]) => void)(`${name} [skipped: Python with ${missing} is missing]`, ...rest);
  return skip as typeof it.skip;
}
