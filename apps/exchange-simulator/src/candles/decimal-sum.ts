/** A decimal as a whole number of 10^-scale. */
export interface Scaled {
  units: bigint;
  scale: number;
}

/** Reads a number's text exactly, exponent forms such as `4.776e-05` included. */
export function scaledOf(text: string): Scaled {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const scale = fraction.length - Number(exponent);
  const units = BigInt(whole + fraction);
  return scale >= 0 ? { units, scale } : { units: units * 10n ** BigInt(-scale), scale: 0 };
}

/** Plain decimal text without trailing zeros. */
export function decimalText({ units, scale }: Scaled): string {
  const digits = units.toString().padStart(scale + 1, '0');
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  const whole = digits.slice(0, digits.length - scale);
  return scale === 0 || fraction === '' ? whole : `${whole}.${fraction}`;
}

/** The exact sum of decimals; a single one keeps its text. */
export function decimalSum(texts: readonly string[]): string {
  const [first] = texts;
  if (texts.length === 1 && first !== undefined) return first;
  const scale = texts.reduce((most, text) => Math.max(most, placesOf(text)), 0);
  return decimalText({ units: smallSum(texts, scale) ?? largeSum(texts, scale), scale });
}

/** Below this, a double times a power of ten is nearer to its whole number than to any other. */
const UNITS_MAX = 2 ** 50;

/** The sum in whole units by doubles, which is several times faster; null when they would not be exact. */
function smallSum(texts: readonly string[], scale: number): bigint | null {
  const factor = 10 ** scale;
  let units = 0;
  for (const text of texts) units += Math.round(Number(text) * factor);
  return scale <= 15 && units < UNITS_MAX ? BigInt(units) : null;
}

function largeSum(texts: readonly string[], scale: number): bigint {
  return texts.map(scaledOf).reduce((sum, part) => sum + part.units * 10n ** BigInt(scale - part.scale), 0n);
}

/** Decimals that a number's text tells, zeros at the end included. */
function placesOf(text: string): number {
  const exponent = text.search(/[eE]/);
  const end = exponent < 0 ? text.length : exponent;
  const point = text.indexOf('.');
  const fraction = point < 0 ? 0 : end - point - 1;
  return Math.max(0, fraction - (exponent < 0 ? 0 : Number(text.slice(exponent + 1))));
}
