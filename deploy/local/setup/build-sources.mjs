import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { INSTALLED_NODE } from './install-packages.mjs';
import { ROOT, runQuietly } from './run.mjs';

/** What `nest build` compiles; the dashboard is a page, which Vite builds. */
const FOLDERS = JSON.parse(readFileSync(join(ROOT, 'nest-cli.json'), 'utf8')).compilerOptions.builder.options.filenames;
const DASHBOARD = 'apps/dashboard';
const SETTINGS = ['nest-cli.json', 'tsconfig.base.json', '.swcrc', 'package-lock.json'];
const STAMPS = { services: 'dist/built', dashboard: 'dist/built-dashboard' };

/** Builds services and dashboard, each if a source of it changed since; output without a source is removed. */
export async function buildSources() {
  await Promise.all([buildServices(), buildDashboard()]);
}

async function buildServices() {
  const sources = FOLDERS.flatMap((folder) => filesBelow(folder)).filter(
    (path) => path.endsWith('.ts') && !path.endsWith('.spec.ts') && !path.startsWith(`${DASHBOARD}/`),
  );
  await whenChanged(STAMPS.services, [...SETTINGS, ...sources], async () => {
    await runQuietly('Building', INSTALLED_NODE, [join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js'), 'build', 'collector']);
    const output = FOLDERS.flatMap((folder) => filesBelow(`dist/${folder}`)).filter((path) => !path.startsWith(`dist/${DASHBOARD}/`));
    for (const path of staleOutput(output, sources)) rmSync(join(ROOT, path));
  });
}

async function buildDashboard() {
  const sources = filesBelow(DASHBOARD).filter((path) => !path.endsWith('.spec.ts'));
  await whenChanged(STAMPS.dashboard, ['package-lock.json', ...sources], () =>
    runQuietly('Building the dashboard', INSTALLED_NODE, [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', DASHBOARD]),
  );
}

/** A build that fails leaves no stamp, so that the next one builds again. */
async function whenChanged(stamp, inputs, build) {
  const fingerprint = fingerprintOf(inputs);
  const file = join(ROOT, stamp);
  if (existsSync(file) && readFileSync(file, 'utf8') === fingerprint) return;
  rmSync(file, { force: true });
  await build();
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  writeFileSync(file, fingerprint);
}

/** Compiled files whose source is gone: they would be run or imported as if they were current. */
export function staleOutput(output, sources) {
  const known = new Set(sources.map((path) => path.replace(/\.ts$/, '.js')));
  return output.filter((path) => /\.js(\.map)?$/.test(path) && !known.has(path.replace(/^dist\//, '').replace(/\.map$/, '')));
}

function fingerprintOf(paths) {
  const hash = createHash('sha256');
  for (const path of [...paths].sort())
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update('\0');
  return hash.digest('hex');
}

function filesBelow(folder) {
  const full = join(ROOT, folder);
  if (!existsSync(full)) return [];
  return readdirSync(full, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
