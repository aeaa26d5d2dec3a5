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
  const machine = lookAtMachine({ stateDirectory: stateDirectoryOf(args) });
  const missing = whatIsMissing(machine, { needsJava, needsMaven: needsJava && !javaPartsAreThere() });
  if (missing.length > 0) throw new SetupError(missing.join('\n'));
  await withSetupLock(async () => {
    await installPackages();
    if (needsJava) await fetchJavaParts();
    await buildSources();
  });
}
