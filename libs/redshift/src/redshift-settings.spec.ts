import { redshiftTarget } from './redshift-settings.js';
import { quoteText } from './sql-text.js';

const base = { AWS_REGION: 'us-east-1', REDSHIFT_DATABASE: 'dev' };

describe('the warehouse in the settings', () => {
  it.each([
    { settings: { REDSHIFT_WORKGROUP: 'elias' } },
    { settings: { REDSHIFT_WORKGROUP: 'elias', REDSHIFT_SECRET_ARN: 'arn' } },
    { settings: { REDSHIFT_CLUSTER: 'c', REDSHIFT_DB_USER: 'loader' } },
    { settings: { REDSHIFT_CLUSTER: 'c', REDSHIFT_SECRET_ARN: 'arn' } },
  ])('is told by $settings', ({ settings }) => {
    expect(redshiftTarget({ ...base, ...settings }).database).toBe('dev');
  });

  it.each([
    { settings: {}, message: 'setting REDSHIFT_WORKGROUP: is missing, and so is REDSHIFT_CLUSTER' },
    { settings: { REDSHIFT_WORKGROUP: 'w', REDSHIFT_CLUSTER: 'c' }, message: 'setting REDSHIFT_CLUSTER: excludes REDSHIFT_WORKGROUP' },
    {
      settings: { REDSHIFT_WORKGROUP: 'w', REDSHIFT_DB_USER: 'u' },
      message: 'setting REDSHIFT_DB_USER: is for clusters, not for workgroups',
    },
    { settings: { REDSHIFT_CLUSTER: 'c' }, message: 'setting REDSHIFT_DB_USER: is missing, and so is REDSHIFT_SECRET_ARN' },
  ])('is not told by $settings', ({ settings, message }) => {
    expect(() => redshiftTarget({ ...base, ...settings })).toThrow(message);
  });
});

describe('text as a literal', () => {
  it('doubles quotes', () => expect(quoteText("it's")).toBe("'it''s'"));
  it.each(['a\\b', 'a\0b'])('refuses what Redshift would read otherwise', (text) => expect(() => quoteText(text)).toThrow(RangeError));
});
