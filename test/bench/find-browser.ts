import { spawnSync } from 'node:child_process';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** A Chromium of this machine: ELIAS_CHROMIUM, or one in PATH; null without one. */
export const browserFile: string | null = process.env['ELIAS_CHROMIUM'] ?? found();

/** @throws Error there is none on this machine */
export function openBrowser(): Promise<Browser> {
  if (browserFile === null) throw new Error(`none of ${NAMES.join(', ')} is in PATH, and ELIAS_CHROMIUM is not set`);
  // the sandbox needs rights that containers and root do not have; pages of our own alone are opened
  return chromium.launch({ executablePath: browserFile, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

function found(): string | null {
  for (const name of NAMES) {
    const { status, stdout } = spawnSync('which', [name], { encoding: 'utf8' });
    if (status === 0) return stdout.trim();
  }
  return null;
}
