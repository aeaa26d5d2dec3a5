import { Postgres } from '@elias/postgres';
import { checkAlarms, deadLetterAlarms, FirstSeen, runAlarms, serviceAlarms } from './alarms.js';
import type { BadCheck, BadRun } from './alarms.js';
import { momentText } from './coverage-reads.js';
import { RUN_COUNTS } from '../runs/run-store.js';
import { KafkaReads } from './kafka-reads.js';
import { Recent } from './recent.js';
import type { Alarms } from './service-answers.js';
import { ServiceReads } from './service-reads.js';

const GOOD_MS = 1_900;
/** How long what went wrong with a run or a day is an alarm. */
const PAST = `now() - interval '7 days'`;
/** Most runs and most checks that are told; the newest. */
const TOLD_MAX = 200;

/** What somebody should look at. */
export class AlarmReads {
  private readonly recent = new Recent(() => this.read(), GOOD_MS);
  private readonly firstSeen: FirstSeen;

  constructor(
    private readonly postgres: Postgres,
    private readonly services: ServiceReads,
    private readonly kafka: KafkaReads,
    clock: () => number,
  ) {
    this.firstSeen = new FirstSeen(clock);
  }

  /** @throws PostgresUnavailableError; while Kafka is away no dead letters are told */
  alarms(): Promise<Alarms> {
    return this.recent.get();
  }

  private async read(): Promise<Alarms> {
    const [services, letters, runs, checks] = await Promise.all([
      this.services.services(),
      this.kafka.deadLetters().catch(() => ({ dead_letters: [] })),
      this.badRuns(),
      this.badChecks(),
    ]);
    const since = (name: string): string => this.firstSeen.since(name);
    const alarms = [
      ...[...serviceAlarms(services, since), ...deadLetterAlarms(letters, since)],
      ...[...runAlarms(runs), ...checkAlarms(checks)].sort((a, b) => (a.since < b.since ? 1 : -1)),
    ];
    this.firstSeen.endRound();
    return { alarms };
  }

  /**
   * Ended runs with failed tasks, and those that missed their deadline, until they end well; a cancelled run is nobody's alarm. Tasks are
   * counted of late runs that go on alone.
   */
  private badRuns(): Promise<BadRun[]> {
    return this.postgres.query<BadRun>(
      `SELECT r.run_id, to_char(r.date, 'YYYY-MM-DD') AS date, t.failed AS failed_tasks, t.tasks,
         CASE WHEN t.failed > 0 THEN ${momentText('r.ended_at')} END AS failed_at, ${momentText('r.late_at')} AS late_at
       FROM (SELECT * FROM pipeline.runs WHERE created_at > ${PAST} AND cancelled_at IS NULL AND (ended_at IS NOT NULL OR late_at IS NOT NULL)
           ORDER BY created_at DESC LIMIT ${TOLD_MAX}) r,
         LATERAL (SELECT COALESCE(sum(value::int) FILTER (WHERE key = 'failed'), 0)::int AS failed, COALESCE(sum(value::int), 0)::int AS tasks
           FROM jsonb_each_text(${RUN_COUNTS})) t
       WHERE t.failed > 0 AND r.ended_at IS NOT NULL OR r.ended_at IS NULL ORDER BY r.created_at DESC`,
    );
  }

  private badChecks(): Promise<BadCheck[]> {
    return this.postgres.query<BadCheck>(
      `SELECT name, NULLIF(product_id, '_all') AS product_id, outcome, to_char(date, 'YYYY-MM-DD') AS date, run_id, ${momentText('checked_at')} AS checked_at
       FROM pipeline.checks WHERE outcome IN ('failed', 'warned') AND date > (${PAST})::date AND checked_at > ${PAST}
       ORDER BY date DESC, name, product_id LIMIT ${TOLD_MAX}`,
    );
  }
}
