import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture, ROOT, runQuietly, SetupError } from '../../local/setup/run.mjs';

const VENV = join(ROOT, '.tools/airflow');
const PYTHON = join(VENV, 'bin/python');
const STAMP = join(VENV, 'installed');
const [REQUIREMENTS, CONSTRAINTS] = ['requirements.txt', 'constraints.txt'].map((name) => join(ROOT, 'deploy/airflow/tests', name));
/** Source: PyPI, apache-airflow 3.3, `Requires-Python`. */
const PYTHON_MINOR = 10;

/**
 * A virtual environment with the versions that the two files name, made anew when they or the machine's Python change.
 * @returns its Python
 */
export async function installAirflow() {
  const hash = createHash('sha256').update(pythonVersion());
  for (const file of [REQUIREMENTS, CONSTRAINTS]) hash.update(readFileSync(file));
  const fingerprint = hash.digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint && capture(PYTHON, ['--version']).status === 0) return PYTHON;
  rmSync(VENV, { recursive: true, force: true });
  await runQuietly('Making a virtual environment', 'python3', ['-m', 'venv', VENV]);
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '-r', REQUIREMENTS, '-c', CONSTRAINTS];
  await runQuietly('Installing Airflow', PYTHON, pip);
  writeFileSync(STAMP, fingerprint);
  return PYTHON;
}

function pythonVersion() {
  const { status, output } = capture('python3', ['--version']);
  if (status !== 0) throw new SetupError('Airflow needs Python, and `python3` does not run.');
  const version = output.trim().replace('Python ', '');
  const [major, minor] = version.split('.').map(Number);
  if (major === 3 && minor >= PYTHON_MINOR) return version;
  throw new SetupError(`Airflow needs Python 3.${PYTHON_MINOR} or later; \`python3\` is ${version}.`);
}
