import { decimalsOf, newProduct } from './listed-product.js';
import { ProductCatalogue } from './product-catalogue.js';

const increments = { quote: '0.01', base: '0.001' };
const one = newProduct('ONE-USD', increments);
const gone = { ...newProduct('GONE-USD', increments), status: 'delisted', trading_disabled: true };
const added = newProduct('NEW-USD', increments);

it('lists and finds what it was given; a delisted product never traded here', () => {
  const catalogue = new ProductCatalogue([one, gone]);
  expect(catalogue.list()).toEqual([one, gone]);
  expect(catalogue.find('ONE-USD')).toMatchObject({ listed: one, stoppedAtMs: null });
  expect(catalogue.find('GONE-USD')).toMatchObject({ stoppedAtMs: 0 });
  expect(catalogue.find('NEW-USD')).toBeNull();
});

it('remembers from when on a product did not trade', () => {
  const catalogue = new ProductCatalogue([one]);
  catalogue.edit('ONE-USD', { fields: { status: 'delisted' } }, 1_000, added);
  catalogue.edit('ONE-USD', { fields: { status_message: 'gone for good' } }, 2_000, added);
  expect(catalogue.find('ONE-USD')).toMatchObject({ stoppedAtMs: 1_000, listed: { status: 'delisted', status_message: 'gone for good' } });
  catalogue.edit('ONE-USD', { fields: { status: 'online' } }, 3_000, added);
  expect(catalogue.find('ONE-USD')).toMatchObject({ stoppedAtMs: null });
});

it('can forget a product and learn one', () => {
  const catalogue = new ProductCatalogue([one]);
  catalogue.edit('ONE-USD', { unknown: true, fields: {} }, 0, one);
  catalogue.edit('NEW-USD', { fields: { trading_disabled: true } }, 0, added);
  expect(catalogue.find('ONE-USD')).toBeNull();
  expect(catalogue.list().map(({ id }) => id)).toEqual(['NEW-USD']);
  catalogue.reset();
  expect(catalogue.list()).toEqual([one]);
});

it.each([
  ['0.01', 2],
  ['1', 0],
  ['1.00000000', 0],
  ['0.00000001', 8],
])('increment %s has %s decimals', (increment, decimals) => {
  expect(decimalsOf(increment)).toBe(decimals);
});
