import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSources } from './build-sources.mjs';
import { fetchJavaParts, javaPartsAreThere } from './fetch-java-parts.mjs';
import { installPackages } from './install-packages.mjs';
import { lookAtMachine, stateDirectoryOf, whatIsMissing } from './machine.mjs';
import { SetupError } from './run.mjs';
import { withSetupLock } from './setup-lock.mjs';

/**
 * Makes the clone ready: first what only a person can mend, then packages, Java parts and the build, each only if needed.
 * @param needsJava whether Kafka and S3Mock will be started
 * @throws SetupError one sentence for each thing that is missing
 */
export async function prepare({ needsJava, args = [] }) {
  const stateDirectory = stateDirectoryOf(args);
  const machine = lookAtMachine({ stateDirectory });
  const needsMaven = needsJava && !javaPartsAreThere();
  const missing = whatIsMissing(machine, { needsJava, needsMaven, needsMemory: needsJava && !stackRuns(stateDirectory) });
  if (missing.length > 0) throw new SetupError(missing.join('\n'));
  await withSetupLock(async () => {
    await installPackages();
    if (needsJava) await fetchJavaParts();
    await buildSources();
  });
}

/** Whether somebody holds the state's lock: then what is missing is not memory, and a second start has something else to say. */
function stackRuns(stateDirectory) {
  try {
    return process.kill(JSON.parse(readFileSync(join(stateDirectory, 'lock'), 'utf8')).pid, 0);
  } catch {
    return false;
  }
}
