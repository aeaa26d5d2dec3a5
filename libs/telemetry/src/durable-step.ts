/**
 * Every place where an effect becomes durable, or is told, in the order of a window's road. Before each of them a crash may come, and behind
 * each of them: the fault drill (`npm run drill`) stops services at exactly these points.
 */
export const DURABLE_STEPS = [
  'orchestrator.start-run',
  'orchestrator.release-requests',
  'orchestrator.record-facts',
  'orchestrator.end-runs',
  'collector.publish-window',
  'collector.tell-result',
  'archiver.put-archive',
  'archiver.list-checksum',
  'archiver.announce',
  'warehouse-loader.stage-window',
  'warehouse-loader.stage-lists',
  'warehouse-loader.load',
  'warehouse-loader.announce',
  'warehouse-loader.put-twin',
  'warehouse-loader.remove-staged',
  'rds-loader.load',
  'rds-loader.write-rows',
  'rds-loader.announce',
  'transformer.note-events',
  'transformer.compute-day',
  'outbox.send',
  'kafka.commit-offsets',
] as const;
export type DurableStep = (typeof DURABLE_STEPS)[number];

/** Who looks at steps may hold one up by not resolving, or end the process. */
export type StepWatcher = (step: DurableStep, moment: 'before' | 'after') => Promise<void>;

let watcher: StepWatcher | undefined;

/** For drills, which preload it into a service's process; no setting of a service does. */
export function watchDurableSteps(watch: StepWatcher | undefined): void {
  watcher = watch;
}

/** Does the work, which makes something durable; nothing else, unless somebody watches. */
export async function durableStep<T>(step: DurableStep, work: () => Promise<T>): Promise<T> {
  if (watcher === undefined) return work();
  await watcher(step, 'before');
  const result = await work();
  await watcher(step, 'after');
  return result;
}
