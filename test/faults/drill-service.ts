import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { appEntry } from '../../deploy/local/apps/app-plan.js';
import type { ProcessPlan } from '../../deploy/local/processes/supervised-process.js';
import type { StateDirectory } from '../../deploy/local/state/state-directory.js';

const PRELOADED = fileURLToPath(new URL('obey-step-orders.js', import.meta.url));

export interface DrillServicePlace {
  root: string;
  state: StateDirectory;
  /** of the service */
  app: string;
  /** of this instance */
  name: string;
  env: NodeJS.ProcessEnv;
  ordersFolder: string;
}

/** A service as it runs anywhere, that obeys the drill at its durable steps. */
export function drillServicePlan({ root, state, app, name, env, ordersFolder }: DrillServicePlace): ProcessPlan {
  const portFile = portFileOf(state, name);
  return {
    name,
    logFile: state.logFile(name),
    command: () => {
      rmSync(portFile, { force: true });
      const drill = { HTTP_PORT_FILE: portFile, DRILL_FOLDER: ordersFolder, DRILL_SERVICE: app };
      return {
        file: process.execPath,
        args: ['--enable-source-maps', '--import', PRELOADED, appEntry(root, app)],
        env: { ...env, ...drill },
      };
    },
    isReady: async () => {
      const port = portOf(state, name);
      if (port === null) return false;
      const signal = AbortSignal.timeout(3_000);
      return fetch(`http://127.0.0.1:${port}/health/ready`, { signal }).then(
        ({ ok }) => ok,
        () => false,
      );
    },
    readyWithinMs: 90_000,
    stopSignal: 'SIGTERM',
    stopWithinMs: 30_000,
  };
}

/** Where an instance listens; null while it does not. */
export function portOf(state: StateDirectory, name: string): number | null {
  const file = portFileOf(state, name);
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : null;
}

const portFileOf = (state: StateDirectory, name: string): string => join(state.folder('run'), `${name}.port`);
