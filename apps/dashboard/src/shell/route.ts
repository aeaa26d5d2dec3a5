import { isDay } from '../format/instant.js';

export type ChartWidth = 'minutes' | 'days';

export type Route =
  | { readonly page: 'overview' }
  | { readonly page: 'runs'; readonly to: string | null }
  /** `task`: the window that the reader came for */
  | { readonly page: 'run'; readonly runId: string; readonly task: string | null }
  | { readonly page: 'products' }
  | { readonly page: 'product'; readonly productId: string; readonly day: string | null; readonly width: ChartWidth }
  | { readonly page: 'unknown' };

/** Which page a hash asks for, e.g. `#/products/BTC-USD?day=2023-12-28`. What it does not know is ignored, as a day that is none. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const params = new URLSearchParams(query);
  const [section = '', id, ...rest] = path.split('/').filter((part) => part !== '');
  if (rest.length > 0) return { page: 'unknown' };
  const day = (name: string): string | null => {
    const value = params.get(name);
    return value !== null && isDay(value) ? value : null;
  };
  const name = id === undefined ? undefined : decoded(id);
  switch (section) {
    case '':
      return { page: 'overview' };
    case 'runs':
      return name === undefined ? { page: 'runs', to: day('to') } : { page: 'run', runId: name, task: params.get('task') };
    case 'products': {
      if (name === undefined) return { page: 'products' };
      const width = params.get('width') === 'days' ? 'days' : 'minutes';
      return { page: 'product', productId: name, day: day('day'), width };
    }
    default:
      return { page: 'unknown' };
  }
}

/** The hash of a page; `parseRoute` reads it back. */
export function hashOf(route: Exclude<Route, { page: 'unknown' }>): string {
  switch (route.page) {
    case 'overview':
      return '#/';
    case 'runs':
      return `#/runs${queryOf({ to: route.to })}`;
    case 'run':
      return `#/runs/${encodeURIComponent(route.runId)}${queryOf({ task: route.task })}`;
    case 'products':
      return '#/products';
    case 'product': {
      const width = route.width === 'days' ? 'days' : null;
      return `#/products/${encodeURIComponent(route.productId)}${queryOf({ day: route.day, width })}`;
    }
  }
}

export const runHash = (runId: string, task: string | null = null): string => hashOf({ page: 'run', runId, task });
export const productHash = (productId: string, day: string | null = null): string =>
  hashOf({ page: 'product', productId, day, width: 'minutes' });

function queryOf(values: Record<string, string | null>): string {
  const set = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null);
  return set.length === 0 ? '' : `?${new URLSearchParams(set).toString()}`;
}

/** What was written by hand may hold a lone per cent sign. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
