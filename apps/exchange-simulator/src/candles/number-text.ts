/** A price as JSON writes numbers: `41834.73`, `41835`, `1e-7`. */
export function priceText(increments: number, decimals: number): string {
  return String(increments / 10 ** decimals);
}

/**
 * A candle's volume as the recordings have it, so that readers meet every form: whole ones `216867.0`, those below
 * 0.0001 with an exponent of two digits, `4.776e-05`.
 */
export function volumeText(increments: number, decimals: number): string {
  const value = increments / 10 ** decimals;
  if (value < 0.0001) return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** A whole number of increments as a plain decimal with a fixed number of places, as trades and the ticker have it. */
export function paddedText(increments: number, decimals: number, places: number): string {
  const digits = BigInt(Math.round(increments))
    .toString()
    .padStart(decimals + 1, '0');
  const fraction = digits.slice(digits.length - decimals).padEnd(places, '0');
  return `${digits.slice(0, digits.length - decimals)}${decimals === 0 && places === 0 ? '' : `.${decimals === 0 ? '0'.repeat(places) : fraction}`}`;
}

/** An instant as REST trades have it: milliseconds, without zeros at the end, `07:23:16.35Z`. Source: a recorded page of trades. */
export function instantText(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.?0+Z$/, 'Z');
}
