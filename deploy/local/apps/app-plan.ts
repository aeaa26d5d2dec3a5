import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessPlan } from '../processes/supervised-process.js';
import type { StateDirectory } from '../state/state-directory.js';

export interface AppPlace {
  root: string;
  state: StateDirectory;
  /** the app's settings, complete */
  env: NodeJS.ProcessEnv;
  /** 0 for any free one */
  port: number;
}

export const appEntry = (root: string, app: string): string => join(root, 'dist/apps', app, 'src/main.js');

/** One app as a process of its own, ready when it says so itself. */
export function appPlan(app: string, { root, state, env, port }: AppPlace): ProcessPlan {
  const portFile = join(state.folder('run'), `${app}.port`);
  return {
    name: app,
    logFile: state.logFile(app),
    command: () => {
      rmSync(portFile, { force: true });
      const http = { HTTP_HOST: '127.0.0.1', HTTP_PORT: String(port), HTTP_PORT_FILE: portFile };
      return { file: process.execPath, args: ['--enable-source-maps', appEntry(root, app)], env: { ...env, ...http } };
    },
    isReady: () => isReady(portFile),
    readyWithinMs: 60_000,
    stopSignal: 'SIGTERM',
    stopWithinMs: 25_000,
  };
}

/** Only the app itself writes the file, once it has the port. */
async function isReady(portFile: string): Promise<boolean> {
  if (!existsSync(portFile)) return false;
  try {
    const port = Number(readFileSync(portFile, 'utf8'));
    const response = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(3_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
