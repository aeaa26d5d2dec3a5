export interface Instant {
  /** `YYYY-MM-DD` */
  date: string;
  /** `HH:MM:SS` with up to 6 digits of fraction */
  time: string;
  /** `+00`, `+05:30`; empty: none was given */
  offset: string;
}

/** Gives null when the text does not have the format. */
export type InstantReader = (text: string) => Instant | null;

const TIME = String.raw`(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?`;
const DEFAULT_TIMESTAMP = new RegExp(String.raw`^(\d{4})-(\d{2})-(\d{2}) ${TIME}$`);
const DEFAULT_TIMESTAMPTZ = new RegExp(String.raw`^(\d{4})-(\d{2})-(\d{2}) ${TIME} ?(Z|[+-]\d{2}(?::?\d{2})?)?$`);
const DEFAULT_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
/** ISO 8601 and its relatives; the rarer forms that `'auto'` knows on AWS (Julian days, month names) are not read here. */
const AUTO = new RegExp(String.raw`^(\d{4})-(\d{2})-(\d{2})(?:[T ]${TIME} ?(Z|[+-]\d{2}(?::?\d{2})?)?)?$`);

/**
 * Reader of TIMESTAMP or TIMESTAMPTZ fields.
 * @param format TIMEFORMAT; null: the default, `YYYY-MM-DD HH:MI:SS`. Source: AWS, "DATEFORMAT and TIMEFORMAT strings".
 * @returns undefined for a format that is not emulated
 */
export function timestampReader(format: string | null, withZone: boolean): InstantReader | undefined {
  switch (format?.toLowerCase()) {
    case undefined:
      return byPattern(withZone ? DEFAULT_TIMESTAMPTZ : DEFAULT_TIMESTAMP);
    case 'auto':
      return byPattern(AUTO);
    case 'epochsecs':
      return (text) => (/^-?\d{1,12}(\.\d+)?$/.test(text) ? fromEpoch(Number(text) * 1_000) : null);
    case 'epochmillisecs':
      return (text) => (/^-?\d{1,15}$/.test(text) ? fromEpoch(Number(text)) : null);
    default:
      return byFormat(format!);
  }
}

/** Reader of DATE fields; a time after the date is cut off. */
export function dateReader(format: string | null): InstantReader | undefined {
  if (format === null) return byPattern(DEFAULT_DATE);
  return format.toLowerCase() === 'auto' ? byPattern(AUTO) : byFormat(format);
}

function byPattern(pattern: RegExp): InstantReader {
  return (text) => {
    const match = pattern.exec(text);
    return match === null ? null : instant(match[1]!, match[2]!, match[3]!, match[4], match[5], match[6], match[7], match[8]);
  };
}

const PARTS: Readonly<Record<string, string>> = {
  YYYY: String.raw`(?<year>\d{4})`,
  MM: String.raw`(?<month>\d{1,2})`,
  DD: String.raw`(?<day>\d{1,2})`,
  HH24: String.raw`(?<hour>\d{1,2})`,
  HH: String.raw`(?<hour>\d{1,2})`,
  MI: String.raw`(?<minute>\d{1,2})`,
  SS: String.raw`(?<second>\d{1,2})(?:\.(?<fraction>\d{1,9}))?`,
};

/** A format string of YYYY, MM, DD, HH24, MI, SS and separators. */
function byFormat(format: string): InstantReader | undefined {
  let pattern = '';
  for (let rest = format.toUpperCase(); rest !== '';) {
    const part = Object.keys(PARTS).find((name) => rest.startsWith(name));
    if (part === undefined && /^[A-Z]/.test(rest) && !rest.startsWith('T')) return undefined;
    pattern += part === undefined ? rest[0]!.replace(/[.*+?^${}()|[\]\\/]/, '\\$&') : PARTS[part]!;
    rest = rest.slice(part?.length ?? 1);
  }
  const compiled = new RegExp(`^${pattern}$`);
  return (text) => {
    const { year, month, day, hour, minute, second, fraction } = compiled.exec(text)?.groups ?? {};
    if (year === undefined || month === undefined || day === undefined) return null;
    return instant(year, month, day, hour, minute, second, fraction, undefined);
  };
}

function instant(
  year: string,
  month: string,
  day: string,
  hour = '0',
  minute = '0',
  second = '0',
  fraction?: string,
  zone?: string,
): Instant | null {
  if (!isDate(Number(year), Number(month), Number(day))) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const two = (text: string): string => text.padStart(2, '0');
  const micros = fraction === undefined ? '' : `.${fraction.slice(0, 6)}`;
  return {
    date: `${year}-${two(month)}-${two(day)}`,
    time: `${two(hour)}:${two(minute)}:${two(second)}${micros}`,
    offset: zone === undefined ? '' : zone === 'Z' ? '+00' : zone,
  };
}

export function isDate(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]!;
}

function fromEpoch(ms: number): Instant | null {
  const at = new Date(ms);
  if (Number.isNaN(at.getTime()) || at.getUTCFullYear() < 1 || at.getUTCFullYear() > 9_999) return null;
  const iso = at.toISOString();
  return { date: iso.slice(0, 10), time: iso.slice(11, 23), offset: '' };
}
