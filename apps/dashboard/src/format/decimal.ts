/**
 * Exact decimals stay text: what is shown is cut and grouped by digits, never through a float.
 * A decimal is plain: an optional minus, digits, an optional fraction.
 */
interface Parts {
  negative: boolean;
  whole: string;
  fraction: string;
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;
const MINUS = '−';
/** Digits that tell apart prices of tokens worth fractions of a cent. */
const SIGNIFICANT_DIGITS = 5;

/** @throws RangeError it is no plain decimal */
function partsOf(decimal: string): Parts {
  const match = DECIMAL.exec(decimal);
  if (match === null) throw new RangeError(`no plain decimal: ${decimal}`);
  return { negative: match[1] === '-', whole: match[2]!, fraction: match[3] ?? '' };
}

/** Rounded half away from zero to so many places, all of them shown. */
export function rounded(decimal: string, places: number): string {
  const { negative, whole, fraction } = partsOf(decimal);
  const padded = fraction.padEnd(places + 1, '0');
  const cut = BigInt(`${whole}${padded.slice(0, places)}`) + (padded[places]! >= '5' ? 1n : 0n);
  const digits = String(cut).padStart(places + 1, '0');
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return negative && cut !== 0n ? `-${text}` : text;
}

/** For people: thousands apart, a real minus sign; digits as they are. */
export function grouped(decimal: string): string {
  const { negative, whole, fraction } = partsOf(decimal);
  const groups = whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  return `${negative ? MINUS : ''}${groups}${fraction === '' ? '' : `.${fraction}`}`;
}

/** A price with the digits that matter: `41,834.73`, `1.2345`, `0.000018651`. */
export function priceText(decimal: string): string {
  return grouped(rounded(decimal, pricePlaces(decimal)));
}

/** Places after the point that a price of this size is shown with, at least 2. */
export function pricePlaces(decimal: string): number {
  const { whole, fraction } = partsOf(decimal);
  if (whole.length >= 3) return 2;
  if (whole !== '0') return SIGNIFICANT_DIGITS - whole.length;
  const zeros = /^0*/.exec(fraction)![0].length;
  return zeros === fraction.length ? 2 : zeros + SIGNIFICANT_DIGITS;
}

/** A fraction as per cent: `0.05473898` is `5.47 %`. @param signed with a plus where it rises */
export function percentText(fraction: string, { places = 2, signed = false } = {}): string {
  const { negative, whole, fraction: digits } = partsOf(fraction);
  const padded = digits.padEnd(2, '0');
  const shifted = `${negative ? '-' : ''}${`${whole}${padded.slice(0, 2)}`.replace(/^0+(?=\d)/, '')}.${padded.slice(2)}0`;
  const text = rounded(shifted, places);
  const plus = signed && !text.startsWith('-') && /[1-9]/.test(text) ? '+' : '';
  return `${plus}${grouped(text)} %`;
}

/** An amount in short: `12.3 M`, `847 k`, `9.73`. */
export function amountText(decimal: string): string {
  const { negative, whole } = partsOf(decimal);
  const [unit, size] = (
    [
      ['T', 12],
      ['G', 9],
      ['M', 6],
      ['k', 3],
    ] as const
  ).find(([, digits]) => whole.length > digits) ?? ['', 0];
  if (size === 0) return grouped(rounded(decimal, whole.length >= 3 ? 1 : 2));
  const head = whole.length - size;
  const shifted = `${negative ? '-' : ''}${whole.slice(0, head)}.${whole.slice(head)}`;
  return `${grouped(rounded(shifted, head >= 3 ? 0 : head === 2 ? 1 : 2))} ${unit}`;
}

/** Which way it goes. */
export function signOf(decimal: string): -1 | 0 | 1 {
  const { negative, whole, fraction } = partsOf(decimal);
  if (!/[1-9]/.test(whole + fraction)) return 0;
  return negative ? -1 : 1;
}

/** A whole count with its thousands apart. */
export function countText(count: number): string {
  return grouped(String(count));
}
