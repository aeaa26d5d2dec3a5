/**
 * The built orchestrator with a clock that a test moves: it stands where TEST_CLOCK_FILE says, an instant; or, with TEST_CLOCK_FROM, at that
 * instant until the file says since when it runs, then runs to TEST_CLOCK_TO, TEST_CLOCK_SPEED times faster than time, and stands again.
 */
import { existsSync, readFileSync } from 'node:fs';
import { orchestratorConfig } from '../../dist/apps/orchestrator/src/orchestrator.config.js';
import { runOrchestrator } from '../../dist/apps/orchestrator/src/run-orchestrator.js';
import { loadConfig } from '../../dist/libs/config/src/index.js';
import { runMain } from '../../dist/libs/telemetry/src/index.js';

const SCHEDULE_LOOK_MS = 100;

const { TEST_CLOCK_FROM, TEST_CLOCK_TO, TEST_CLOCK_SPEED, TEST_CLOCK_FILE } = process.env;
const [fromMs, toMs] = [Date.parse(TEST_CLOCK_FROM), Date.parse(TEST_CLOCK_TO)];

function runningClock() {
  const beganMs = existsSync(TEST_CLOCK_FILE) ? Number(readFileSync(TEST_CLOCK_FILE, 'utf8')) : Date.now();
  return Math.round(Math.min(fromMs + (Date.now() - beganMs) * Number(TEST_CLOCK_SPEED), toMs));
}

function movedClock() {
  return Date.parse(readFileSync(TEST_CLOCK_FILE, 'utf8'));
}

const clock = TEST_CLOCK_FROM === undefined ? movedClock : runningClock;
await runMain(() => runOrchestrator(loadConfig(orchestratorConfig), clock, SCHEDULE_LOOK_MS));
