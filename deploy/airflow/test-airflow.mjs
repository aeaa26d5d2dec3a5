// `npm run test:airflow`: installs Airflow in a virtual environment, and tests the DAG in it against a local stack of its own.
import { prepare } from '../local/setup/prepare.mjs';
import { SetupError } from '../local/setup/run.mjs';
import { withSetupLock } from '../local/setup/setup-lock.mjs';
import { installAirflow } from './tests/install-airflow.mjs';
import { runDagTests } from './tests/run-dag-tests.mjs';
import { withOwnStack } from './tests/own-stack.mjs';

try {
  await prepare({ needsJava: true });
  const python = await withSetupLock(installAirflow);
  process.exitCode = await withOwnStack((state) => runDagTests(python, state, process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
