import { sameInstallation } from './install-packages.mjs';

const zod = { version: '4.0.0', integrity: 'sha512-a' };
const wanted = { packages: { '': {}, 'node_modules/zod': zod, 'node_modules/only-mac': { version: '1.0.0', optional: true } } };

it('is installed when every package is, but for optional ones of other platforms', () => {
  expect(sameInstallation(wanted, { packages: { 'node_modules/zod': zod } })).toBe(true);
});

it.each([
  ['a package is missing', { packages: {} }],
  ['a version differs', { packages: { 'node_modules/zod': { ...zod, version: '4.0.1' } } }],
  ['a content differs', { packages: { 'node_modules/zod': { ...zod, integrity: 'sha512-b' } } }],
  ['one is left over', { packages: { 'node_modules/zod': zod, 'node_modules/old': zod } }],
])('is not when %s', (_, installed) => {
  expect(sameInstallation(wanted, installed)).toBe(false);
});

it('is not without package-lock.json', () => {
  expect(sameInstallation(null, { packages: { 'node_modules/zod': zod } })).toBe(false);
});
