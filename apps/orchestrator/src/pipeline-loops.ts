import { Cron } from '@nestjs/schedule';
import { BackgroundLoop } from '@elias/telemetry';
import type { Logger } from '@elias/telemetry';
import type { CloseRuns } from './closing/close-runs.js';
import type { SendNotifications } from './notify/send-notifications.js';
import type { PurgeOld } from './purge/purge-old.js';
import type { ReleaseRequests } from './tasks/release-requests.js';
import type { SendOutbox } from './tasks/send-outbox.js';
import type { StartDailyRuns } from './schedule/start-daily-runs.js';
import type { SuperviseRuns } from './runs/supervise-runs.js';

export interface LeadersWork {
  readonly release: ReleaseRequests;
  readonly outbox: SendOutbox;
  readonly close: CloseRuns;
  readonly supervise: SuperviseRuns;
  readonly notifications: SendNotifications;
  readonly daily: StartDailyRuns;
  readonly purge: PurgeOld;
}

/** What is old is looked for once a day, and when an instance begins to lead. */
const PURGE_EVERY_MS = 86_400_000;

/** What the leader does, and nobody else. */
export class PipelineLoops {
  private readonly loops: readonly BackgroundLoop[];
  private readonly schedule: BackgroundLoop | undefined;

  /** @param options.schedule false when somebody else starts the daily runs */
  constructor(
    { release, outbox, close, supervise, notifications, daily, purge }: LeadersWork,
    options: { schedule: boolean; scheduleLookMs: number; logger: Logger },
  ) {
    const loop = (name: string, idleMs: number, round: () => Promise<number>): BackgroundLoop =>
      new BackgroundLoop({ name, idleMs, logger: options.logger, round });
    this.schedule = options.schedule ? loop('start daily runs', options.scheduleLookMs, () => daily.run()) : undefined;
    this.loops = [
      loop('release requests', 250, () => release.run()),
      loop('send outbox', 100, () => outbox.run()),
      loop('close runs', 500, () => close.run()),
      loop('supervise runs', 1_000, () => supervise.run()),
      loop('send notifications', 1_000, () => notifications.run()),
      loop('purge what is old', PURGE_EVERY_MS, () => purge.run()),
      ...(this.schedule === undefined ? [] : [this.schedule]),
    ];
  }

  /** Why a round failed; null while all is well, and while this instance does not lead. */
  get trouble(): string | null {
    return this.loops.map(({ trouble }) => trouble).find((trouble) => trouble !== null) ?? null;
  }

  start(onBug: (error: unknown) => void): void {
    for (const loop of this.loops) loop.start(onBug);
  }

  /** Lets the rounds in hand finish. */
  async stop(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  /** The daily run's hour: the schedule looks at once. Which runs are due is `dueDailyRuns`'s to say. */
  @Cron('15 0 * * *', { name: 'daily run', timeZone: 'UTC' })
  wakeSchedule(): void {
    this.schedule?.hurry();
  }
}
