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
  const parts = texts.map(scaledOf);
  const scale = parts.reduce((most, part) => Math.max(most, part.scale), 0);
  const units = parts.reduce((sum, part) => sum + part.units * 10n ** BigInt(scale - part.scale), 0n);
  return decimalText({ units, scale });
}
