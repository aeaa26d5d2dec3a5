import type { Product } from '@elias/coinbase';
import { ExchangeUnavailableError, UnknownProductError } from '@elias/coinbase';
import { ProductCatalogue } from './product-catalogue.js';
import { BTC } from './test-exchange.js';

const TTL_MS = 1_000;
const call = {};

let nowMs: number;
let asked: string[];
let listed: Product[];
let single: Map<string, Product>;
let fault: Error | undefined;
let catalogue: ProductCatalogue;

beforeEach(() => {
  nowMs = 0;
  asked = [];
  listed = [BTC];
  single = new Map();
  fault = undefined;
  const source = {
    products: async (): Promise<Product[]> => {
      asked.push('all');
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (fault !== undefined) throw fault;
      return listed;
    },
    product: (id: string): Promise<Product> => {
      asked.push(id);
      const product = single.get(id);
      return product === undefined ? Promise.reject(new UnknownProductError(id)) : Promise.resolve(product);
    },
  };
  catalogue = new ProductCatalogue(source, TTL_MS, () => nowMs);
});

it('lists once for all who ask, until the list is too old', async () => {
  expect(await Promise.all([catalogue.find('BTC-USD', call), catalogue.find('BTC-USD', call)])).toEqual([BTC, BTC]);
  nowMs = TTL_MS - 1;
  await catalogue.find('BTC-USD', call);
  expect(asked).toEqual(['all']);
  nowMs = TTL_MS;
  listed = [{ ...BTC, status: 'delisted' }];
  expect(await catalogue.find('BTC-USD', call)).toMatchObject({ status: 'delisted' });
  expect(asked).toEqual(['all', 'all']);
});

it('asks once for what is not in the list', async () => {
  single.set('NEW-USD', { ...BTC, id: 'NEW-USD' });
  expect(await catalogue.find('NEW-USD', call)).toMatchObject({ id: 'NEW-USD' });
  await catalogue.find('NEW-USD', call);
  await expect(catalogue.find('NO-SUCH', call)).rejects.toThrow(UnknownProductError);
  await expect(catalogue.find('NO-SUCH', call)).rejects.toThrow(UnknownProductError);
  expect(asked).toEqual(['all', 'NEW-USD', 'NO-SUCH']);
  nowMs = TTL_MS;
  single.set('NO-SUCH', { ...BTC, id: 'NO-SUCH' });
  expect(await catalogue.find('NO-SUCH', call)).toMatchObject({ id: 'NO-SUCH' });
});

it('the failure of one who lists is not that of the others', async () => {
  fault = new ExchangeUnavailableError('/products', 'deadline', 1);
  const first = catalogue.find('BTC-USD', call);
  const second = catalogue.find('BTC-USD', call);
  await expect(first).rejects.toBe(fault);
  fault = undefined;
  expect(await second).toEqual(BTC);
});
