const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/**
 * A decimal in the one form that Elias writes: plain, no exponent, no plus sign, no leading or trailing zeros.
 * `4.776e-05` becomes `0.00004776`, `41835.0` becomes `41835`, `0.08990000` becomes `0.0899`. No float on the way.
 * @throws RangeError when the text is no decimal number
 */
export function canonicalDecimal(text: string): string {
  if (PLAIN.test(text)) return text;
  const match = DECIMAL.exec(text);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (match === null || whole.length + fraction.length === 0) throw new RangeError(`not a decimal number: ${text}`);
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  const integer = point <= 0 ? '' : digits.slice(0, point).padEnd(point, '0');
  const rest = point >= digits.length ? '' : point >= 0 ? digits.slice(point) : '0'.repeat(-point) + digits;
  const plainInteger = integer.replace(/^0+/, '') || '0';
  const plainFraction = rest.replace(/0+$/, '');
  const plain = plainFraction === '' ? plainInteger : `${plainInteger}.${plainFraction}`;
  return sign === '-' && plain !== '0' ? `-${plain}` : plain;
}

/** Already canonical, as most values are: tried first, since this is the collector's hot path. */
const PLAIN = /^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$(?<!^-0)/;

/** `DECIMAL(precision, scale)`: at most `scale` digits after the point and `precision - scale` before it. */
export interface DecimalType {
  readonly precision: number;
  readonly scale: number;
}

export const PRICE_TYPE: DecimalType = { precision: 24, scale: 10 };
export const SIZE_TYPE: DecimalType = { precision: 30, scale: 10 };
/** Ratios are fractions, rounded to 8 places. */
export const RATIO_TYPE: DecimalType = { precision: 20, scale: 8 };

/**
 * Whether a canonical decimal can be stored without loss. What does not fit is refused, never truncated.
 * @param canonical from `canonicalDecimal`
 */
export function fitsDecimal(canonical: string, type: DecimalType): boolean {
  const unsigned = canonical.startsWith('-') ? canonical.slice(1) : canonical;
  const point = unsigned.indexOf('.');
  const integerDigits = point === -1 ? unsigned.length : point;
  const fractionDigits = point === -1 ? 0 : unsigned.length - point - 1;
  return fractionDigits <= type.scale && (unsigned.startsWith('0') ? 0 : integerDigits) <= type.precision - type.scale;
}
