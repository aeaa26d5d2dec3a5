/**
 * Partition of a key, as Java's default partitioner chooses it (murmur2 of the UTF-8 bytes), so that producers in
 * any language meet in the same partition. Source: Apache Kafka, `Utils.murmur2` and `Utils.toPositive`.
 * @param partitionCount at least 1
 */
export function partitionOf(key: string, partitionCount: number): number {
  if (!Number.isInteger(partitionCount) || partitionCount < 1) throw new RangeError(`partition count is not positive: ${partitionCount}`);
  return (murmur2(Buffer.from(key, 'utf8')) & 0x7fffffff) % partitionCount;
}

const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/** 32-bit murmur2, signed like Java's int. */
export function murmur2(data: Uint8Array): number {
  const { length } = data;
  const view = new DataView(data.buffer, data.byteOffset, length);
  const wholeBytes = length & ~3;
  let hash = SEED ^ length;
  for (let at = 0; at < wholeBytes; at += 4) {
    let word = Math.imul(view.getInt32(at, true), M);
    word = Math.imul(word ^ (word >>> R), M);
    hash = Math.imul(hash, M) ^ word;
  }
  const rest = length - wholeBytes;
  if (rest >= 3) hash ^= view.getUint8(wholeBytes + 2) << 16;
  if (rest >= 2) hash ^= view.getUint8(wholeBytes + 1) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ view.getUint8(wholeBytes), M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}
