import { join } from 'node:path';
import { INSTALLED_NODE } from '../../local/setup/install-packages.mjs';
import { ROOT, runInForeground } from '../../local/setup/run.mjs';

const FOLDER = join(ROOT, 'deploy/airflow');

/**
 * Lint, format and tests of the DAG. `ELIAS_TEST_RESULTS` names a folder that gets the counts as JUnit XML.
 * @param state of a running local stack
 * @param args go to pytest
 * @returns 0 when all is well
 */
export async function runDagTests(python, state, args) {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ELIAS_TEST_STATE: state, ELIAS_NODE: INSTALLED_NODE };
  const results = process.env.ELIAS_TEST_RESULTS;
  const report = results === undefined ? [] : [`--junitxml=${join(results, 'airflow.xml')}`];
  const commands = [
    ['ruff', 'check', '--no-cache', '--quiet', FOLDER],
    ['ruff', 'format', '--no-cache', '--quiet', '--diff', FOLDER],
    ['pytest', '--rootdir', FOLDER, '-c', join(FOLDER, 'pyproject.toml'), ...report, ...args],
  ];
  let code = 0;
  for (const command of commands) code = (await runInForeground(python, ['-m', ...command], { env })) || code;
  return code;
}
