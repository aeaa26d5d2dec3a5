import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { jest } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { openBrowser } from '../bench/find-browser.js';
import { axeViolations, describeInBrowser, overflowOf, screenshot, SCREENS } from '../support/browser.js';
import { DashboardScene, DAYS, FAILURE } from '../support/dashboard-scene.js';
import { CLONE } from '../support/launched-stack.js';

jest.setTimeout(60_000);

const GZIP_BYTES_MAX = 300_000;
const [day1, day2, day3] = DAYS;

it('the built page is under 300 kB, compressed', () => {
  const folder = join(CLONE, 'dist/apps/dashboard');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.name.endsWith('.gz'),
  );
  const bytes = files.reduce((sum, { parentPath, name }) => sum + gzipSync(readFileSync(join(parentPath, name))).length, 0);
  expect(files.length).toBeGreaterThan(3);
  expect(bytes).toBeLessThan(GZIP_BYTES_MAX);
});

describeInBrowser('the dashboard in Chromium', () => {
  let scene: DashboardScene;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let troubles: string[];
  /** a run of which one task failed */
  let failedRun: string;

  beforeAll(async () => {
    [scene, browser] = await Promise.all([DashboardScene.open(), openBrowser()]);
    failedRun = await scene.startRun(day1, '2023-12-04');
    await scene.answer(failedRun, 6, (windowId) => windowId === failedWindow());
  });
  afterAll(async () => {
    await browser?.close();
    await scene?.close();
  });
  beforeEach(() => visit({}));
  afterEach(async () => {
    await context.close();
    expect(troubles).toEqual([]);
  });

  const failedWindow = (): string => `candles/60/${scene.products[1]}/${day2}`;

  async function visit(options: BrowserContextOptions): Promise<void> {
    await context?.close();
    context = await browser.newContext({ viewport: { width: 1_440, height: 900 }, ...options });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    troubles = [];
    page.on('pageerror', (error) => troubles.push(String(error)));
    // a page that breaks its own policy says so there
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) troubles.push(message.text());
    });
  }
  const open = async (hash: string, url = scene.url): Promise<void> => {
    await page.goto(`${url}/${hash}`);
  };
  const panel = (name: string): ReturnType<Page['getByRole']> => page.getByRole('region', { name, exact: true });

  it('the overview: services, the last run, the discounts of the day, alarms', async () => {
    await open('');
    await page.getByText('live', { exact: true }).waitFor();
    const orchestrator = page.getByRole('listitem').filter({ hasText: 'asks for windows' });
    await orchestrator.getByText('ready', { exact: true }).waitFor();
    expect(await orchestrator.innerText()).toMatch(/lag\s+\d/);
    await panel('Last run')
      .getByRole('link', { name: `1-minute candles, ${day1} to ${day3}` })
      .waitFor();
    expect(await panel('Last run').innerText()).toMatch(/5 succeeded, 1 failed/);
    const [first, second] = scene.products;
    const rows = panel('7-day discounts').getByRole('row');
    await rows.nth(2).waitFor();
    expect(await rows.allInnerTexts()).toEqual([
      expect.stringContaining('Discount'),
      expect.stringMatching(new RegExp(`1\\s+${first}\\s+39,544\\.13\\s+41,834\\.74\\s+5\\.47 %\\s+5\\.84 %`)),
      expect.stringMatching(new RegExp(`2\\s+${second}\\s+39,544\\.13\\s+41,834\\.74\\s+1\\.23 %`)),
    ]);
    expect(await rows.nth(1).locator('td').nth(2).getAttribute('title')).toContain('41834.735');
    await panel('30-day discounts').getByText('No product is below its price of 30 days before.').waitFor();
    // nothing listens where the collector should
    await panel('Alarms').getByText('collector').first().waitFor();
    await page.getByRole('listitem').filter({ hasText: 'pages through the API' }).getByText('unreachable', { exact: true }).waitFor();
  });

  it('by keyboard from the grid to a failed task, which is asked for again; the answer arrives by itself', async () => {
    await open('');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.getByRole('link', { name: 'Runs', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('grid').waitFor();
    // one stop of Tab for the whole grid
    const later = page.getByRole('link', { name: 'Later days' });
    await later.focus();
    await page.keyboard.press('Tab');
    const focused = (): Promise<string> => page.evaluate<string>('document.activeElement.getAttribute("aria-label") ?? ""');
    const products = [...scene.products].sort();
    expect(await focused()).toBe(`${products[0]}, ${day3}: succeeded; collect done, archive done, redshift done, postgres done`);
    await page.keyboard.press('ArrowLeft');
    if (products[1] === scene.products[1]) await page.keyboard.press('ArrowDown');
    expect(await focused()).toMatch(new RegExp(`^${scene.products[1]}, ${day2}: failed; collect failed`));
    await page.keyboard.press('Enter');

    const task = page.getByRole('row').filter({ hasText: day2 }).filter({ hasText: scene.products[1] });
    await task.getByText(FAILURE).first().waitFor();
    expect(await page.evaluate('document.activeElement.closest("tr").textContent')).toContain(scene.products[1]);
    const at = (): Promise<string> => page.evaluate<string>('document.activeElement.textContent');
    for (let stops = 0; stops < 30 && (await at()) !== 'Retry 1 task'; stops += 1) await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Asked again for 1 task.' }).waitFor({ state: 'attached' });
    await scene.answer(failedRun, 1);
    await task.getByText('succeeded', { exact: true }).waitFor();
    await page.getByText('6 succeeded', { exact: true }).waitFor();
  });

  it('a run is cancelled only when the question is answered so', async () => {
    const runId = await scene.startRun('2023-12-05', '2023-12-06');
    await scene.answer(runId, 0);
    await open(`#/runs/${runId}`);
    const cancel = page.getByRole('button', { name: 'Cancel run' });
    await cancel.click();
    const question = page.getByRole('dialog', { name: 'Cancel this run?' });
    await question.waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'hidden' });
    expect((await (await scene.runs).run(runId)).state).toBe('running');
    await cancel.click();
    await question.getByRole('button', { name: 'Cancel the run' }).click();
    await page.getByRole('status').filter({ hasText: 'The run is cancelled' }).waitFor({ state: 'attached' });
    await page.locator('.page-head').getByText('cancelled', { exact: true }).waitFor();
    expect(await cancel.isDisabled()).toBe(true);
    // ends what was under way
    await scene.answer(runId, 2);
  });

  it('a product: candles drawn, gaps by class, stats, revisions; days and widths to choose', async () => {
    const [first] = scene.products;
    await open(`#/products/${first}`);
    await panel('Candles').locator('canvas').first().waitFor();
    await panel('Candles').getByText(`1-minute candles of ${day3}, UTC`, { exact: true }).waitFor();
    const legend = page.getByRole('list', { name: 'Legend of the chart' });
    expect((await legend.innerText()).replace(/\s+/g, ' ')).toBe('rose fell no trade 15 unknown 40 open 60');
    const gaps = panel('Gaps').getByRole('row');
    await gaps.filter({ hasText: 'unknown' }).waitFor();
    expect((await gaps.filter({ hasText: 'unknown' }).innerText()).trim()).toMatch(/^unknown\s+10:00\s+10:40\s+40$/);
    expect(await drawn(page)).toBeGreaterThan(1_000);
    await panel('Revisions').getByText('current').waitFor();
    expect(await panel('Revisions').getByRole('listitem').filter({ hasText: 'Redshift' }).count()).toBeGreaterThan(0);
    const stats = panel('Discounts and stats').getByRole('row').filter({ hasText: day3 });
    expect(await stats.innerText()).toMatch(/40,834\.73\s+−2\.00 %\s+\+2\.00 %\s+−4\.00 %\s+41,500\.12\s+12\.3 k/);

    await page.getByRole('link', { name: 'The day before' }).click();
    await panel('Candles').getByText(`1-minute candles of ${day2}, UTC`, { exact: true }).waitFor();
    await panel('Gaps').getByText('No candle is missing.').waitFor();
    await page.getByRole('link', { name: 'Year' }).click();
    await panel('Candles').getByText(`No candle is there for the year to ${day2}.`).waitFor();
    expect(new URL(page.url()).hash).toBe(`#/products/${first}?day=${day2}&width=days`);
    await page.goBack();
    await panel('Candles').getByText(`1-minute candles of ${day2}, UTC`, { exact: true }).waitFor();
  });

  it.each(SCREENS)('every page at $name: no violation, nothing beyond the edge', async ({ name, viewport, colorScheme }) => {
    await visit({ viewport, colorScheme, reducedMotion: 'reduce' });
    const found: Record<string, unknown> = {};
    for (const [title, hash, ready] of [
      ['overview', '#/', panel('7-day discounts').getByRole('table')],
      ['runs', '#/runs', page.getByRole('grid')],
      ['run', `#/runs/${failedRun}`, page.getByRole('heading', { name: 'Tasks' })],
      ['products', '#/products', page.getByRole('table')],
      ['product', `#/products/${scene.products[0]}`, panel('Candles').locator('canvas').first()],
      ['nothing', '#/no-such-page', page.getByText('There is no such page')],
    ] as const) {
      await open(hash);
      await ready.waitFor();
      await page.getByText('live', { exact: true }).waitFor();
      await page.locator('.placeholder').first().waitFor({ state: 'detached' });
      await screenshot(page, `${title}-${name}`);
      const [violations, overflow] = [await axeViolations(page, colorScheme === 'light' ? 'all' : 'colours'), await overflowOf(page)];
      if (violations.length > 0 || overflow > 0) found[title] = { violations, overflow };
    }
    expect(found).toEqual({});
  });

  it('the theme is the system’s until another is chosen, which stays', async () => {
    await visit({ colorScheme: 'dark' });
    const ground = (): Promise<string> => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
    await open('');
    const dark = await ground();
    await page.getByRole('button', { name: 'Switch to light theme' }).click();
    const light = await ground();
    expect(light).not.toBe(dark);
    await page.reload();
    await page.getByRole('button', { name: 'Switch to dark theme' }).waitFor();
    expect(await ground()).toBe(light);
    expect(await axeViolations(page)).toEqual([]);
  });

  it('nothing moves for those who asked for stillness', async () => {
    await visit({ reducedMotion: 'reduce' });
    await page.route('**/runs', () => undefined);
    await open('#/runs');
    await page.locator('.placeholder-line').first().waitFor();
    expect(await page.evaluate('document.getAnimations().length')).toBe(0);
  });

  it('what loads, is empty or failed says so, and can be tried again', async () => {
    await page.route('**/runs', () => undefined);
    await page.route('**/grid?*', (route) => route.fulfill({ json: { dates: [], products: [], cells: [] } }));
    await open('#/runs');
    await page.getByRole('status').filter({ hasText: 'Loading runs' }).waitFor({ state: 'attached' });
    await page.getByText('No day of minutes was asked for in these days.').waitFor();
    expect(await axeViolations(page)).toEqual([]);

    await page.unroute('**/runs');
    await page.route('**/runs', (route) => route.fulfill({ json: { runs: [] } }));
    await page.reload();
    await page.getByText('No run has started yet.').waitFor();
    await page.unroute('**/runs');

    const problem = { type: 'urn:elias:problem:store-away', title: 'A store does not answer, try again', status: 503 };
    for (const path of ['runs?*', 'runs', 'services', 'alarms', 'discounts?*', 'products', 'stats?*', 'candles?*', 'gaps?*', 'revisions?*'])
      await page.route(`**/${path}`, (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', json: problem }));
    await page.route('**/stream', (route) => route.abort());
    await page.goto('about:blank');
    await open('#/');
    await panel('30-day discounts').getByRole('alert').filter({ hasText: 'A store does not answer, try again.' }).waitFor();
    await panel('Last run').getByRole('alert').waitFor();
    await panel('Alarms').getByRole('alert').waitFor();
    await panel('Pipeline').getByRole('alert').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.unroute('**/discounts?*');
    await panel('7-day discounts').getByRole('button', { name: 'Try again' }).click();
    await panel('7-day discounts').getByRole('table').waitFor();
    await open(`#/products/${scene.products[0]}?day=${day3}`);
    for (const name of ['Candles', 'Gaps', 'Revisions', 'Discounts and stats']) await panel(name).getByRole('alert').waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });

  it('an orchestrator that goes away leaves what is shown, and is followed again when it is back', async () => {
    await open('#/runs');
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByRole('grid').waitFor();
    await scene.killOrchestrator();
    await page.getByText('reconnecting…', { exact: true }).waitFor();
    expect(await page.getByRole('grid').isVisible()).toBe(true);
    await scene.startOrchestrator();
    await page.getByText('live', { exact: true }).waitFor();
    const runId = await scene.startRun('2023-12-08', '2023-12-09');
    await page.getByRole('link', { name: '1-minute candles, 2023-12-08' }).waitFor();
    await scene.answer(runId, 2);
    const row = page.getByRole('row').filter({ hasText: '1-minute candles, 2023-12-08' });
    await row.getByText('2 succeeded', { exact: true }).waitFor();
  });

  it('asks for the token where one is set, and keeps it from scripts', async () => {
    const token = 'a-token-of-enough-length';
    const url = await scene.guarded(token);
    await open('', url);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    const field = page.getByLabel('Token');
    await field.fill('not-that-token-at-all');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'That is not the token' }).waitFor();
    await field.fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await panel('Last run').getByRole('link', { name: '1-minute candles' }).waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    expect((await context.cookies()).map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite }))).toEqual([
      { httpOnly: true, sameSite: 'Strict' },
    ]);
    await page.reload();
    await panel('Last run').getByRole('link', { name: '1-minute candles' }).waitFor();
  });
});

/** Pixels of the chart's canvases that differ from their first one. */
async function drawn(page: Page): Promise<number> {
  return page.evaluate<number>(`(() => {
    let count = 0;
    for (const canvas of document.querySelectorAll('.chart canvas')) {
      if (canvas.width === 0 || canvas.height === 0) continue;
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      for (let i = 0; i < data.length; i += 4) if (data[i] !== data[0] || data[i + 1] !== data[1]) count += 1;
    }
    return count;
  })()`);
}
