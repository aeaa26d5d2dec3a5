import { setTimeout as sleep } from 'node:timers/promises';
import type { StateDirectory } from '../state/state-directory.js';
import { pickPort, portIsFree } from './free-port.js';

/** How often another program may snatch a port between our look and our server's start. */
const TRIES = 5;
/** Two stacks may hinder each other and both let go, so a failure with free ports is tried once more, after a wait by chance. */
const TRIES_WITH_FREE_PORTS = 2;
const WAIT_MS_MAX = 3_000;

/**
 * Starts servers on ports of their own: the state's last ones where free, else the preferred, else the next free ones; what
 * was taken is remembered in the state.
 * @param preferred port of each server by name
 * @param start must leave nothing running when it fails; is called again if a port may have been snatched
 */
export async function startOnPorts<Name extends string>(
  state: Pick<StateDirectory, 'settings' | 'saveSettings'>,
  preferred: Readonly<Record<Name, number>>,
  start: (ports: Record<Name, number>) => Promise<void>,
  signal: AbortSignal,
  waitMs: number = Math.random() * WAIT_MS_MAX,
): Promise<Record<Name, number>> {
  for (let attempt = 1; ; attempt += 1) {
    const ports = await choosePorts(state.settings().ports, preferred);
    const settings = state.settings();
    state.saveSettings({ ...settings, ports: { ...settings.ports, ...ports } });
    try {
      await start(ports);
      return ports;
    } catch (error) {
      const free = await Promise.all(Object.values<number>(ports).map((port) => portIsFree(port)));
      if (signal.aborted || attempt === TRIES || (free.every(Boolean) && attempt >= TRIES_WITH_FREE_PORTS)) throw error;
      await sleep(waitMs, undefined, { signal });
    }
  }
}

/** Who can keep its port does, before others look for a new one. */
export async function choosePorts<Name extends string>(
  remembered: Readonly<Partial<Record<string, number>>>,
  preferred: Readonly<Record<Name, number>>,
): Promise<Record<Name, number>> {
  const ports: Record<Name, number> = { ...preferred };
  const taken = new Set<number>();
  const moving: Name[] = [];
  for (const name of Object.keys(preferred) as Name[]) {
    ports[name] = remembered[name] ?? preferred[name];
    if (taken.has(ports[name]) || !(await portIsFree(ports[name]))) moving.push(name);
    else taken.add(ports[name]);
  }
  for (const name of moving) {
    ports[name] = await pickPort(ports[name], taken);
    taken.add(ports[name]);
  }
  return ports;
}
