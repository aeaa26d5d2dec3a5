import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** What a child consumer joins, and the file to which it adds a line per record. */
export interface ChildConsumer {
  brokers: string[];
  topic: string;
  groupId: string;
  file: string;
}

/** A group member in a process of its own (kafka-child-consumer.ts): it may be killed, and leaves nothing running in this one. */
export function startChildConsumer({ brokers, topic, groupId, file }: ChildConsumer): ChildProcess {
  const hooks = join(import.meta.dirname, 'kafka-ts-hooks.mjs');
  const main = join(import.meta.dirname, 'kafka-child-consumer.ts');
  return spawn(process.execPath, ['--import', hooks, main, brokers.join(','), topic, groupId, file], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
}
