import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { javaCommand, javaParts } from '../clone-paths.js';
import { LocalStackError } from '../local-stack-error.js';
import type { ProcessPlan } from '../processes/supervised-process.js';
import { kafkaAnswers } from './kafka-probe.js';

export interface KafkaPlace {
  root: string;
  /** folder of its own for data and settings */
  directory: string;
  logFile: string;
  port: number;
  controllerPort: number;
}

/** One broker that is its own controller (KRaft), formatted at its first start, reachable on loopback only. */
export function kafkaPlan(place: KafkaPlace): ProcessPlan {
  return {
    name: 'kafka',
    logFile: place.logFile,
    command: async () => {
      const settings = join(place.directory, 'server.properties');
      mkdirSync(place.directory, { recursive: true });
      writeFileSync(settings, kafkaProperties(place));
      await formatOnce(place, settings);
      const jvm = ['-Xms192m', '-Xmx512m', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=50', '-Djava.awt.headless=true'];
      return { file: javaCommand(), args: [...jvm, ...kafkaClass(place.root), 'kafka.Kafka', settings], env: process.env };
    },
    isReady: async (log) => log.includes('Kafka Server started') && (await kafkaAnswers(place.port)),
    readyWithinMs: 90_000,
    stopSignal: 'SIGTERM',
    stopWithinMs: 25_000,
  };
}

/**
 * The controller quorum is static, by address, so a second start may use other ports. `log.dir`, not `log.dirs`: the latter
 * is a comma-separated list. Topics are never made by accident; offsets of eight groups need no fifty partitions.
 */
export function kafkaProperties({ directory, port, controllerPort }: Pick<KafkaPlace, 'directory' | 'port' | 'controllerPort'>): string {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dir': escaped(join(directory, 'data')),
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** Java's properties format takes a backslash as an escape. */
const escaped = (path: string): string => path.replaceAll('\\', '\\\\');

async function formatOnce(place: KafkaPlace, settings: string): Promise<void> {
  const data = join(place.directory, 'data');
  if (existsSync(join(data, 'meta.properties')) && existsSync(join(data, 'bootstrap.checkpoint'))) return;
  const args = ['-Xmx128m', '-XX:TieredStopAtLevel=1', ...kafkaClass(place.root), 'kafka.tools.StorageTool'];
  try {
    await promisify(execFile)(javaCommand(), [...args, 'format', '-t', clusterId(), '-c', settings, '--ignore-formatted']);
  } catch (cause) {
    throw new LocalStackError(`Kafka's storage in ${data} could not be prepared`, { cause });
  }
}

/** 16 random bytes as Kafka writes them; a leading dash would be taken for an option. */
function clusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}

function kafkaClass(root: string): string[] {
  const logging = pathToFileURL(join(root, 'deploy/local/kafka/log4j2.xml'));
  return [`-Dlog4j2.configurationFile=${logging}`, '-cp', join(javaParts(root).kafka, '*')];
}
