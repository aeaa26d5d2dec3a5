import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { browserFile } from '../bench/find-browser.js';
import { CLONE } from './launched-stack.js';

/** `describe`, or, on a machine without Chromium, tests that are skipped; in CI they fail instead. */
export const describeInBrowser: typeof describe | typeof describe.skip =
  browserFile !== null || process.env['CI'] === 'true' ? describe : describe.skip;

/** What people may sit in front of. */
export const SCREENS = [
  { name: '1440-light', viewport: { width: 1_440, height: 900 }, colorScheme: 'light' },
  { name: '1440-dark', viewport: { width: 1_440, height: 900 }, colorScheme: 'dark' },
  { name: '390-light', viewport: { width: 390, height: 844 }, colorScheme: 'light' },
  { name: '390-dark', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
] as const satisfies readonly (BrowserContextOptions & { name: string })[];

/**
 * What axe finds wrong on a page as it is shown, in a line each.
 * @param rules `colours`: those that depend on a theme alone, where the same page was looked at whole in the other one
 */
export async function axeViolations(page: Page, rules: 'all' | 'colours' = 'all'): Promise<string[]> {
  // the pages have no frames, which the other mode is for
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
  const { violations } = await (rules === 'all' ? axe : axe.withRules(['color-contrast', 'link-in-text-block'])).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}

/** Pixels that a page is wider than its window. */
export async function overflowOf(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/** Keeps a picture of the whole page for people, in a folder that git ignores. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = join(CLONE, 'test/e2e/screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
