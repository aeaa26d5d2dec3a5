import { DAY_MS } from '@elias/market-data';
import type { KafkaClient } from '@elias/kafka';
import { ReplayRefusedError } from './replay-item.js';
import type { ReplaySource, ReplayTarget } from './replay-plan.js';
import { topicRange } from './topic-range.js';
import type { OffsetsOf, RangeEnd, TopicRange } from './topic-range.js';

type TopicSourcePlan = Extract<ReplaySource, { kind: 'topic' }>;

/**
 * Where the reading of a topic begins and ends, by offsets.
 * @throws ReplayRefusedError where the topic does not hold the range any more: it names what does
 */
export async function resolveRange(source: TopicSourcePlan, target: ReplayTarget, kafka: KafkaClient): Promise<TopicRange> {
  const topics = await kafka.ask('list of topics', (admin) => admin.listTopics());
  if (!topics.includes(source.topic)) throw new ReplayRefusedError(`there is no topic ${source.topic}`);
  const bounds = await kafka.endOffsets(source.topic);
  const offsetsOf = async (end: RangeEnd | null): Promise<{ offsets: OffsetsOf; named: boolean } | null> => {
    if (end === null) return null;
    if (end.kind === 'offsets') return { offsets: end.offsets, named: true };
    const found = await kafka.offsetsAt(source.topic, end.atMs);
    return { offsets: new Map(found.map(({ partition, offset }) => [partition, BigInt(offset)])), named: false };
  };
  const range = topicRange(bounds, await offsetsOf(source.from), await offsetsOf(source.to));
  const gone = range.lost[0] ?? deletedBefore(source.from, bounds, range);
  if (gone === undefined) return range;
  throw new ReplayRefusedError(
    `${source.topic}[${gone.partition}] begins at offset ${gone.low}: what was before is deleted. The archives have it: ${archiveCommand(source, target)}`,
  );
}

/** By time the first record that is left answers for all that are gone: it begins the range, and others were before it. */
function deletedBefore(
  from: RangeEnd | null,
  bounds: readonly { partition: number; low: string }[],
  { partitions }: TopicRange,
): { partition: number; low: bigint } | undefined {
  if (from?.kind !== 'time') return undefined;
  const lost = bounds.find(
    ({ partition, low }) => low !== '0' && partitions.some((each) => each.partition === partition && each.from === low),
  );
  return lost === undefined ? undefined : { partition: lost.partition, low: BigInt(lost.low) };
}

/** The command that replays the same from archives. Windows are told some time after they end: the day before is taken along. */
export function archiveCommand({ topic, from, to, filter }: TopicSourcePlan, target: ReplayTarget): string {
  const dataset = filter.dataset ?? { 'elias.windows.candles.v1': 'candles', 'elias.windows.trades.v1': 'trades' }[topic];
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 'YYYY-MM-DD'.length);
  return [
    'elias replay --from-archives',
    ...(dataset === undefined || dataset === null ? [] : [`--dataset ${dataset}`]),
    ...(filter.products === null ? [] : [`--products ${filter.products.join(',')}`]),
    ...(filter.granularity === null ? [] : [`--granularity ${filter.granularity}`]),
    ...(from?.kind === 'time' ? [`--from ${day(from.atMs - DAY_MS)}`] : []),
    ...(to?.kind === 'time' ? [`--to ${day(to.atMs + DAY_MS - 1)}`] : []),
    ...targetOptions(target),
  ].join(' ');
}

function targetOptions(target: ReplayTarget): string[] {
  if (target.kind === 'none') return ['--store none'];
  if (target.kind === 'topic') return [`--into-topic ${target.topic}`, ...(target.as === 'events' ? ['--as events'] : [])];
  return [`--store ${target.store}`, ...(target.schema === 'market' ? [] : [`--schema ${target.schema}`])];
}
