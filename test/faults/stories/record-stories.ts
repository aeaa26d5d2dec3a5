import type { OutgoingRecord } from '@elias/kafka';
import { tailCaughtUp } from '../run-case.js';
import type { StoryScene } from './story-scene.js';

const at = (minute: number): string => `2024-02-01T00:${String(minute).padStart(2, '0')}:00Z`;

/** Stories of what is on the topic, and in which order. */
export const RECORD_STORIES = {
  'revisions-out-of-order': async (scene: StoryScene): Promise<void> => {
    const [first, second, third] = [1, 2, 3].map((n) => scene.tell({ telling: `${n}`, collectedAt: at(n), minutes: [n, n + 1, 700] }));
    await scene.publish(second!, third!, first!);
    await scene.quiet();
    await scene.expectStanding(third!);
    // once more, each by itself
    for (const telling of [first!, third!, second!]) {
      await scene.publish(telling);
      await scene.quiet();
    }
    scene.proven(scene.stack.tail.records.filter(({ key }) => key === scene.windows[0]!.id).length >= 6, 'six records');
    await scene.expectStanding(third!);
  },

  'partial-after-whole': async (scene: StoryScene): Promise<void> => {
    const whole = scene.tell({ telling: 'whole', collectedAt: at(1), minutes: [1, 2, 3] });
    const partial = scene.tell({ telling: 'partial', collectedAt: at(9), minutes: [1], unknown: [2, 3] });
    scene.proven(partial.facts.revision.unknown === 2, 'a telling that does not know two minutes');
    await scene.publish(whole);
    await scene.quiet();
    await scene.publish(partial);
    await scene.quiet();
    await scene.expectStanding(whole);
  },

  'a-b-a': async (scene: StoryScene): Promise<void> => {
    const [a, b, again] = [
      scene.tell({ telling: 'a', content: 'A', collectedAt: at(1), minutes: [5, 6] }),
      scene.tell({ telling: 'b', content: 'B', collectedAt: at(2), minutes: [5, 6, 7] }),
      scene.tell({ telling: 'a again', content: 'A', collectedAt: at(3), minutes: [5, 6] }),
    ];
    scene.proven(a.facts.csvSha256 === again.facts.csvSha256 && a.facts.csvSha256 !== b.facts.csvSha256, 'two tellings of one content');
    for (const telling of [a, b, again]) {
      await scene.publish(telling);
      await scene.quiet();
      await scene.expectStanding(telling);
    }
    await scene.publish(a, b, again, b, a);
    await scene.quiet();
    await scene.expectStanding(again);
  },

  'same-record-twice': async (scene: StoryScene): Promise<void> => {
    await scene.collect();
    await tailCaughtUp(scene.stack);
    const ids = new Set(scene.windows.map(({ id }) => id));
    const records = scene.stack.tail.records.filter(({ key }) => key !== null && ids.has(key));
    scene.proven(records.length >= scene.windows.length, 'records that can come again');
    await scene.send(
      records.map(({ topic, partition, key, value, headers }): OutgoingRecord => ({ topic, partition, key, value, headers })),
    );
    await scene.quiet();
    await scene.expectCollected();
  },
};
