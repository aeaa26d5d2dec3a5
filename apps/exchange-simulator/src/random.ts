import { createHash } from 'node:crypto';

const { exp, floor, imul, log, min, sqrt } = Math;

/** 32 uniform bits per call. Every draw of made data comes from one of these, so a seed decides everything. */
export type Bits = () => number;

/** A stream named by words, e.g. seed, product and day: the same words give the same stream on every machine. */
export function bitsOf(...words: readonly (string | number)[]): Bits {
  const digest = createHash('sha256').update(words.join('\u0000')).digest();
  let a = digest.readInt32LE(0);
  let b = digest.readInt32LE(4);
  let c = digest.readInt32LE(8);
  let counter = digest.readInt32LE(12);
  // sfc32, Chris Doty-Humphrey's small fast counting generator (PractRand).
  return () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
}

/** 32 bits of one place in an endless field of noise; no stream has to be run up to it. */
export function bitsAt(field: number, level: number, index: number): number {
  let bits = imul(field ^ imul(level + 1, 0x9e3779b1), 0x85ebca6b) ^ imul(index | 0, 0xc2b2ae35);
  for (let round = 0; round < 2; round += 1) {
    bits = imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    bits ^= bits >>> 16;
  }
  return bits >>> 0;
}

/** 32 bits that stand for a name, for {@link bitsAt}. */
export function fieldOf(...words: readonly (string | number)[]): number {
  return createHash('sha256').update(words.join('\u0000')).digest().readUInt32LE(0);
}

/** 0 (included) to 1 (excluded). */
export function unit(bits: number): number {
  return bits / 4_294_967_296;
}

/** A whole number from 0 (included) to `bound` (excluded). */
export function below(bits: number, bound: number): number {
  return floor(unit(bits) * bound);
}

const TABLE_BITS = 12;
const TABLE_SIZE = 1 << TABLE_BITS;

/** A standard normal value, at most 3.7 from zero, looked up rather than computed: a made day takes thousands. */
export function normal(bits: number): number {
  return lookUp(NORMALS, bits);
}

/** `e^(deviation · normal)` for all values of {@link normal}, to be looked up with {@link lookUp}. */
export function logNormals(deviation: number): Float64Array {
  return NORMALS.map((value) => exp(deviation * value));
}

/** A value of a table of this module. */
export function lookUp(table: Float64Array, bits: number): number {
  return table[bits >>> (32 - TABLE_BITS)] ?? 0;
}

/** A value of the exponential distribution with mean 1, at most 9. */
export function exponential(bits: number): number {
  return lookUp(EXPONENTIALS, bits);
}

const NORMALS = Float64Array.from({ length: TABLE_SIZE }, (_, index) => normalQuantile((index + 0.5) / TABLE_SIZE));
const EXPONENTIALS = Float64Array.from({ length: TABLE_SIZE }, (_, index) => -log(1 - (index + 0.5) / TABLE_SIZE));

/** Inverse of the normal distribution function. Source: Abramowitz and Stegun 26.2.23, error below 4.5e-4. */
function normalQuantile(probability: number): number {
  const tail = min(probability, 1 - probability);
  const t = sqrt(-2 * log(tail));
  const numerator = 2.515517 + t * (0.802853 + t * 0.010328);
  const denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  const distance = t - numerator / denominator;
  return probability < 0.5 ? -distance : distance;
}
