import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, say } from './run.mjs';

/** Runs the work while no other set-up of this clone runs: two starts at once must not install into each other. */
export async function withSetupLock(work) {
  const folder = join(ROOT, '.tools');
  const file = join(folder, 'setup.lock');
  mkdirSync(folder, { recursive: true });
  for (let told = false; !taken(file); await sleep(500)) {
    if (!told) say('Another set-up of this clone runs; waiting for it.');
    told = true;
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function taken(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!alive(file)) rmSync(file, { force: true });
    return false;
  }
}

function alive(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return pid === 0 || (process.kill(pid, 0) && pid !== process.pid);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
