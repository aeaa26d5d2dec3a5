import type { ObjectStore } from '@elias/object-store';

type Objects = Pick<ObjectStore, 'bucket' | 'get' | 'put' | 'head' | 'list' | 'delete'>;

/** A bucket whose bytes change on their way in: what a fault of disk or network would do, and time for others before a put. */
export function alteredObjects(objects: Objects, alter: (key: string, body: Uint8Array) => Uint8Array | Promise<Uint8Array>): Objects {
  return {
    bucket: objects.bucket,
    get: (key, options) => objects.get(key, options),
    put: async (key, body, options) => objects.put(key, await alter(key, body), options),
    head: (key, options) => objects.head(key, options),
    list: (prefix) => objects.list(prefix),
    delete: (keys) => objects.delete(keys),
  };
}
