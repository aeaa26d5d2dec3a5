import { cpus } from 'node:os';
import { runMain } from '@elias/telemetry';
import { benchApi } from './bench-api.js';
import { benchArchiver, benchArchiverIntoStore } from './bench-archiver.js';
import { benchAudit } from './bench-audit.js';
import { benchCollector } from './bench-collector.js';
import { benchDashboard } from './bench-dashboard.js';
import { benchFraming } from './bench-framing.js';
import { benchGateway } from './bench-gateway.js';
import { benchLive } from './bench-live.js';
import { benchLiveTables } from './bench-live-tables.js';
import { benchRdsLoader, benchReplacing } from './bench-rds-loader.js';
import { benchReplay } from './bench-replay.js';
import { benchRun } from './bench-run.js';
import { benchStats } from './bench-stats.js';
import { benchStack } from './bench-stack.js';
import { benchTrades } from './bench-trades.js';
import { publishWindows } from './bench-topic.js';
import { benchInput } from './bench-windows.js';
import { benchWarehouseLoader } from './bench-warehouse-loader.js';
import { figureLines } from './figures.js';
import type { Figure } from './figures.js';

/** Parts that read nothing from the topic of windows. */
const WITHOUT_TOPIC: readonly string[] = [
  'framing',
  'stats',
  'api',
  'dashboard',
  'run',
  'trades',
  'live',
  'live-tables',
  'gateway',
  'audit',
];

/** Prints figures, never fails for a slow machine. `npm run bench`, or a part of it: `npm run bench -- archiver rds-loader`. */
await runMain(async () => {
  const wanted = process.argv.slice(2);
  const recordings = process.env['ELIAS_RECORDINGS_DIR'] ?? '../shared/market-data';
  const stack = benchStack();
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const show = (figures: readonly Figure[]): void => figures.forEach((figure) => say(`${figureLines(figure).join('\n')}\n`));
  const part = async (name: string, run: () => Promise<Figure[]>): Promise<void> => {
    if (wanted.length === 0 || wanted.includes(name)) show(await run());
  };

  const { source, windows } = benchInput(recordings);
  say(
    `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, Node ${process.versions.node}; ${windows.length} windows from ${source}.`,
  );
  say('Medians; a yardstick runs in turn with what it measures.\n');

  await part('framing', () => benchFraming(windows));
  await part('stats', () => Promise.resolve(benchStats()));
  await part('api', () => benchApi(stack));
  await part('dashboard', () => benchDashboard(stack));
  await part('run', () => benchRun(stack));
  await part('trades', () => benchTrades(stack));
  await part('live', () => benchLive(stack));
  await part('live-tables', () => benchLiveTables(stack));
  await part('gateway', () => benchGateway(stack));
  await part('audit', () => benchAudit(stack, windows));
  if (wanted.length > 0 && wanted.every((name) => WITHOUT_TOPIC.includes(name))) return;
  await publishWindows(stack, windows);
  await part('archiver', () => benchArchiver(stack, windows));
  await part('rds-loader', () => benchRdsLoader(stack, windows, 'topic'));
  await part('replay', () => benchReplay(stack, windows));
  await part('archives', async () => [
    ...(await benchArchiverIntoStore(stack, windows)),
    // reads what was just sealed
    ...(await benchRdsLoader(stack, windows, 'archive')),
  ]);
  await part('warehouse-loader', () => benchWarehouseLoader(stack, windows));
  await part('collector', () => benchCollector(stack));
  await part('replacing', async () => {
    const again = benchInput(recordings, 1).windows;
    await publishWindows(stack, again);
    return benchReplacing(stack, again);
  });
});
