import type { ObjectStore } from '@elias/object-store';

/** What the loader needs of the bucket. */
export type Objects = Pick<ObjectStore, 'bucket' | 'get' | 'put' | 'head' | 'list' | 'delete'>;
