import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture, ROOT, runQuietly } from './run.mjs';

/** The Node 24 that apps and tests run on, whatever Node started npm. */
export const INSTALLED_NODE = join(ROOT, 'node_modules/.bin/node');

/** `npm ci`, if what is installed is not what package-lock.json names. */
export async function installPackages() {
  if (packagesAreInstalled()) return;
  const npm = process.env.npm_execpath;
  const [file, first] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  const options = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  await runQuietly('Installing packages (npm ci)', file, [...first, ...options], { env: { ...process.env, SCARF_ANALYTICS: 'false' } });
}

export function packagesAreInstalled() {
  const installed = readLock('node_modules/.package-lock.json');
  if (installed === null || !existsSync(INSTALLED_NODE)) return false;
  return sameInstallation(readLock('package-lock.json'), installed) && capture(INSTALLED_NODE, ['--version']).status === 0;
}

/** npm notes at the end of an installation what it installed; optional packages of other platforms are not among it. */
export function sameInstallation(wanted, installed) {
  const wantedPackages = Object.entries(wanted?.packages ?? {}).filter(([path]) => path !== '');
  const there = installed.packages ?? {};
  const complete = wantedPackages.every(([path, entry]) =>
    there[path] === undefined ? entry.optional === true : same(entry, there[path]),
  );
  return complete && Object.keys(there).every((path) => wanted?.packages?.[path] !== undefined);
}

const same = (one, other) => one.version === other.version && one.integrity === other.integrity;

function readLock(path) {
  const file = join(ROOT, path);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}
