import type { Alarm, DeadLetters, Services } from './service-answers.js';

/** A run that failed or is late. Times as the API writes them. */
export interface BadRun {
  run_id: string;
  date: string | null;
  failed_tasks: number;
  tasks: number;
  failed_at: string | null;
  late_at: string | null;
}

/** A check of a day that did not pass. */
export interface BadCheck {
  name: string;
  product_id: string | null;
  outcome: 'failed' | 'warned';
  date: string;
  run_id: string;
  checked_at: string;
}

const none = { run_id: null, date: null, product_id: null };

export function runAlarms(runs: readonly BadRun[]): Alarm[] {
  return runs.flatMap(({ run_id, date, failed_tasks, tasks, failed_at, late_at }) => {
    const about = { ...none, run_id, date };
    const name = date === null ? 'A run' : `The run of ${date}`;
    const failed = `${name} failed: ${failed_tasks} of ${tasks} windows`;
    const alarms: Alarm[] = [];
    if (failed_at !== null) alarms.push({ severity: 'error', kind: 'run_failed', text: failed, since: failed_at, ...about });
    if (late_at !== null) alarms.push({ severity: 'warning', kind: 'run_late', text: `${name} is late`, since: late_at, ...about });
    return alarms;
  });
}

export function checkAlarms(checks: readonly BadCheck[]): Alarm[] {
  return checks.map(({ name, product_id, outcome, date, run_id, checked_at }) => ({
    severity: outcome === 'failed' ? 'error' : 'warning',
    kind: `check_${outcome}`,
    text: `Check ${name} of ${date} ${outcome}${product_id === null ? '' : ` for ${product_id}`}`,
    since: checked_at,
    ...{ run_id, date, product_id },
  }));
}

/** @param since when it began, as far as this process knows, by a name of the alarm */
export function serviceAlarms({ services }: Services, since: (name: string) => string): Alarm[] {
  return services.flatMap(({ name, health, reasons }): Alarm[] => {
    if (health !== 'not_ready' && health !== 'unreachable') return [];
    const text = health === 'unreachable' ? `${name} does not answer` : `${name} is not ready: ${reasons.join('; ')}`;
    return [{ severity: 'error', kind: `service_${health}`, text, since: since(`${name} ${health}`), ...none }];
  });
}

/** @param since as above, where Kafka does not tell */
export function deadLetterAlarms({ dead_letters }: DeadLetters, since: (name: string) => string): Alarm[] {
  return dead_letters
    .filter(({ count }) => count > 0)
    .map(({ topic, group, count, oldest_at }) => {
      const text = `${count} ${count === 1 ? 'record' : 'records'} that ${group} could not process ${count === 1 ? 'lies' : 'lie'} in ${topic}`;
      return { severity: 'warning', kind: 'dead_letters', text, since: oldest_at ?? since(topic), ...none };
    });
}

/** When each thing was first seen; what is not seen any more is forgotten with the round. */
export class FirstSeen {
  private seen = new Map<string, string>();
  private round = new Map<string, string>();

  constructor(private readonly clock: () => number) {}

  since(name: string): string {
    const at = this.seen.get(name) ?? new Date(this.clock()).toISOString();
    this.round.set(name, at);
    return at;
  }

  endRound(): void {
    this.seen = this.round;
    this.round = new Map();
  }
}
