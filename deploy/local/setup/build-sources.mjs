import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { INSTALLED_NODE } from './install-packages.mjs';
import { ROOT, runQuietly } from './run.mjs';

/** What `nest build` compiles. */
const FOLDERS = JSON.parse(readFileSync(join(ROOT, 'nest-cli.json'), 'utf8')).compilerOptions.builder.options.filenames;
const SETTINGS = ['nest-cli.json', 'tsconfig.base.json', '.swcrc', 'package-lock.json'];
const STAMP = join(ROOT, 'dist/built');

/** `nest build` of everything, if a source changed since; output without a source is removed. */
export async function buildSources() {
  const sources = FOLDERS.flatMap((folder) => filesBelow(folder)).filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'));
  const fingerprint = fingerprintOf([...SETTINGS, ...sources]);
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint) return;
  rmSync(STAMP, { force: true });
  await runQuietly('Building', INSTALLED_NODE, [join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js'), 'build', 'collector']);
  for (const path of staleOutput(
    FOLDERS.flatMap((folder) => filesBelow(`dist/${folder}`)),
    sources,
  ))
    rmSync(join(ROOT, path));
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  writeFileSync(STAMP, fingerprint);
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
