import { untrustedReason } from './untrusted-reason.js';

const coded = (code: string, cause?: unknown): Error => Object.assign(new Error('no', { cause }), { code });

it.each([
  ['a certificate of another host', coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['a cause of a cause', new Error('outer', { cause: new Error('inner', { cause: coded('CERT_HAS_EXPIRED') }) }), 'CERT_HAS_EXPIRED'],
  ['a refused connection', coded('ECONNREFUSED'), null],
  ['no error at all', 'CERT_HAS_EXPIRED', null],
])('%s', (_what, error, reason) => {
  expect(untrustedReason(error)).toBe(reason);
});
