import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { listedProduct } from '../products/listed-product.js';
import type { ListedProduct } from '../products/listed-product.js';
import { readRecording } from './read-recording.js';
import { RecordedCandles } from './recorded-candles.js';
import { RecordingError } from './recording-error.js';

export interface Recordings {
  /** by product, e.g. `BTC-USD` */
  candles: Map<string, RecordedCandles>;
  /** the recorded body of `GET /products`; empty where there is none */
  products: ListedProduct[];
}

/**
 * Reads a directory of recordings: `candles-60s/<PRODUCT>.csv.gz` (or `.csv`) and, where it is there, the newest
 * `rest/products_*.json`.
 * @throws RecordingError when the directory has none or one of them cannot be read
 */
export function loadRecordings(directory: string): Recordings {
  const folder = join(directory, 'candles-60s');
  const names = filesOf(folder).filter((name) => /^[A-Z0-9]+-[A-Z0-9]+\.csv(\.gz)?$/.test(name));
  if (names.length === 0) throw new RecordingError(folder, null, 'holds no <PRODUCT>.csv.gz');
  const candles = new Map(
    names.map((name) => {
      const productId = name.slice(0, name.indexOf('.'));
      return [productId, new RecordedCandles(productId, readRecording(bytesOf(join(folder, name)), name))];
    }),
  );
  return { candles, products: listedProducts(join(directory, 'rest')) };
}

function listedProducts(folder: string): ListedProduct[] {
  const name = filesOf(folder, [])
    .filter((file) => /^products_.*\.json$/.test(file))
    .sort()
    .at(-1);
  if (name === undefined) return [];
  try {
    return z.array(listedProduct).parse(JSON.parse(bytesOf(join(folder, name)).toString('utf8')));
  } catch (cause) {
    throw cause instanceof RecordingError ? cause : new RecordingError(name, null, 'is no list of products', cause);
  }
}

function filesOf(folder: string, missing?: string[]): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    if (missing !== undefined) return missing;
    throw new RecordingError(folder, null, 'cannot be opened', cause);
  }
}

function bytesOf(path: string): Buffer {
  try {
    const bytes = readFileSync(path);
    return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  } catch (cause) {
    throw new RecordingError(path, null, 'cannot be read', cause);
  }
}
