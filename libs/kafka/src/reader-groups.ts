import { kafkaError } from './kafka-errors.js';
import type { KafkaClient } from './kafka-client.js';

/** Groups of bounded readers; they hold no offsets, so whichever has no member may go. */
export const READER_GROUP_PREFIX = 'elias.reader.';

/** Deletes what readers that were killed left behind. @returns the names of the deleted groups; never throws */
export async function sweepReaderGroups(client: KafkaClient): Promise<string[]> {
  try {
    const { groups } = await client.ask('list of groups', (admin) => admin.listGroups());
    const ours = groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith(READER_GROUP_PREFIX));
    if (ours.length === 0) return [];
    const described = await client.ask('states of reader groups', (admin) => admin.describeGroups(ours));
    const ended = described.groups.filter(({ state }) => state === 'Empty').map(({ groupId }) => groupId);
    const deleted: string[] = [];
    for (const groupId of ended) if (await deleteReaderGroup(client, groupId)) deleted.push(groupId);
    if (deleted.length > 0) client.options.logger.info({ groups: deleted }, 'left-over reader groups deleted');
    return deleted;
  } catch (error) {
    client.options.logger.warn({ error }, 'left-over reader groups were not looked for');
    return [];
  }
}

/** Best effort: what stays is swept at the next start. @returns whether the group is gone */
export async function deleteReaderGroup(client: KafkaClient, groupId: string): Promise<boolean> {
  try {
    await client.ask(`deletion of ${groupId}`, (admin) => admin.deleteGroups([groupId]));
    return true;
  } catch (error) {
    client.options.logger.debug({ error: kafkaError('deletion of a group', error), groupId }, 'reader group was not deleted');
    return false;
  }
}
