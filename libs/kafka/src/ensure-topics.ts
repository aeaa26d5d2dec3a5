import type { KafkaClient } from './kafka-client.js';
import type { TopicSpec } from './topic-spec.js';

/** Creates what is missing. */
export async function ensureTopics(client: KafkaClient, specs: readonly TopicSpec[]): Promise<void> {
  throw new Error(`not built yet: ${client.options.clientId} ${specs.length}`);
}
