import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadConfig } from '@elias/config';
import { z } from 'zod';
import { ObjectMissingError, ObjectStoreUnavailableError, PreconditionFailedError } from './object-store-errors.js';
import { objectStoreSettings } from './object-store-settings.js';
import { ObjectStore } from './object-store.js';
import type { ObjectStoreOptions } from './object-store.js';

interface Asked {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** A store that answers as told, request by request; the last answer goes on. */
async function storeThat(answers: ((response: ServerResponse, asked: Asked) => void)[], options: Partial<ObjectStoreOptions> = {}) {
  const asked: Asked[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
      asked.push(one);
      answers[Math.min(asked.length, answers.length) - 1]!(response, one);
    });
  };
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const store = new ObjectStore({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket: 'elias',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    ...options,
  });
  open.push(() => {
    store.close();
    server.closeAllConnections();
    server.close();
  });
  return { store, asked };
}

const stored = (response: ServerResponse): void => void response.writeHead(200, { etag: '"e1"' }).end();
const refuse = (status: number, code: string) => (response: ServerResponse) => {
  const xml = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>words</Message></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml' }).end(xml);
};

it('writes conditionally, in path style, with the hash that is known', async () => {
  const { store, asked } = await storeThat([stored]);
  const sha256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
  await expect(store.put('a/b.zip', Buffer.from('test'), { ifNoneMatch: '*', sha256, contentType: 'application/zip' })).resolves.toEqual({
    etag: '"e1"',
  });
  expect(asked[0]).toMatchObject({ method: 'PUT', url: expect.stringMatching(/^\/elias\/a\/b\.zip/), body: 'test' });
  expect(asked[0]!.headers).toMatchObject({
    'if-none-match': '*',
    'content-type': 'application/zip',
    'x-amz-checksum-sha256': 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=',
    'x-amz-server-side-encryption': 'AES256',
  });
});

it('encrypts with the KMS key when one is set, and checks by CRC-32 when no hash is known', async () => {
  const { store, asked } = await storeThat([stored], { kmsKeyId: 'alias/elias' });
  await store.put('k', Buffer.from('test'), { ifMatch: '"e0"', contentEncoding: 'gzip', metadata: { csv_sha256: 'ff' } });
  expect(asked[0]!.headers).toMatchObject({
    'if-match': '"e0"',
    'content-encoding': 'gzip',
    'x-amz-meta-csv_sha256': 'ff',
    'x-amz-checksum-crc32': '2H9+DA==',
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'alias/elias',
  });
});

it('tries again within a call where the store is busy', async () => {
  const { store, asked } = await storeThat([refuse(503, 'SlowDown'), refuse(500, 'InternalError'), stored]);
  await expect(store.put('k', Buffer.from('test'))).resolves.toEqual({ etag: '"e1"' });
  expect(asked.map(({ body }) => body)).toEqual(['test', 'test', 'test']);
});

it('gives up after three, and says what the store said', async () => {
  const { store, asked } = await storeThat([refuse(503, 'SlowDown')]);
  await expect(store.put('k', Buffer.from('test'))).rejects.toMatchObject({
    code: 'ELIAS_OBJECT_STORE_UNAVAILABLE',
    disposition: 'retry',
    reason: '503 SlowDown',
  });
  expect(asked).toHaveLength(3);
});

it.each([
  [412, 'PreconditionFailed', PreconditionFailedError],
  [403, 'AccessDenied', ObjectStoreUnavailableError],
])('%d is not asked again', async (status, code, type) => {
  const { store, asked } = await storeThat([refuse(status, code)]);
  await expect(store.put('k', Buffer.from('test'), { ifNoneMatch: '*' })).rejects.toBeInstanceOf(type);
  expect(asked).toHaveLength(1);
});

it('an object that is not there', async () => {
  const { store } = await storeThat([refuse(404, 'NoSuchKey')]);
  await expect(store.get('k')).rejects.toBeInstanceOf(ObjectMissingError);
  await expect(store.getWithEtag('k')).resolves.toBeNull();
  await expect(store.head('k')).resolves.toBeNull();
});

it('a bucket that is not there is no missing object', async () => {
  const { store } = await storeThat([refuse(404, 'NoSuchBucket')]);
  await expect(store.getWithEtag('k')).rejects.toBeInstanceOf(ObjectStoreUnavailableError);
  await expect(store.check()).resolves.toMatch(/no bucket|NoSuchBucket/);
});

it('nobody listens', async () => {
  const { store } = await storeThat([stored], { endpoint: 'http://127.0.0.1:1' });
  await expect(store.put('k', Buffer.from('test'))).rejects.toBeInstanceOf(ObjectStoreUnavailableError);
  await expect(store.check()).resolves.toContain('ECONNREFUSED');
});

it('a store that takes the request and never answers', async () => {
  const { store } = await storeThat([() => undefined], { timeouts: { answerMs: 100 } });
  await expect(store.put('k', Buffer.from('test'))).rejects.toMatchObject({ disposition: 'retry', reason: 'ETIMEDOUT' });
});

it('a body that stalls, and one that is cut', async () => {
  const stall = (response: ServerResponse): void => void response.writeHead(200, { 'content-length': '10' }).write('half');
  const stalled = await storeThat([stall], { timeouts: { callMs: 300 } });
  await expect(stalled.store.get('k')).rejects.toMatchObject({ disposition: 'retry' });
  const cut = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-length': '10' }).write('half', () => response.destroy());
  };
  const broken = await storeThat([cut]);
  await expect(broken.store.get('k')).rejects.toMatchObject({ disposition: 'retry' });
});

it('a call ends when its caller does not want it any more', async () => {
  const { store } = await storeThat([() => undefined]);
  const signal = AbortSignal.timeout(50);
  await expect(store.put('k', Buffer.from('test'), { signal })).rejects.toMatchObject({ disposition: 'retry' });
});

it('reads a range, both ends inclusive', async () => {
  const part = (response: ServerResponse): void => void response.writeHead(206, { 'content-range': 'bytes 2-4/9', etag: '"e"' }).end('cde');
  const { store, asked } = await storeThat([part]);
  await expect(store.get('k', { range: [2, 4] })).resolves.toEqual(Buffer.from('cde'));
  expect(asked[0]!.headers.range).toBe('bytes=2-4');
});

it('a whole object whose bytes are not what the store says of them is asked for again', async () => {
  const altered = (response: ServerResponse): void =>
    void response.writeHead(200, { 'x-amz-checksum-sha256': 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=' }).end('tesT');
  const { store } = await storeThat([altered]);
  await expect(store.get('k')).rejects.toMatchObject({ disposition: 'retry' });
});

it('lists page by page', async () => {
  const page =
    (keys: string[], next: string) =>
    (response: ServerResponse): void => {
      const contents = keys
        .map(
          (key) => `<Contents><Key>${key}</Key><Size>3</Size><ETag>"e"</ETag><LastModified>2023-12-01T00:00:00Z</LastModified></Contents>`,
        )
        .join('');
      const truncated =
        next === ''
          ? '<IsTruncated>false</IsTruncated>'
          : `<IsTruncated>true</IsTruncated><NextContinuationToken>${next}</NextContinuationToken>`;
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end(`<?xml version="1.0"?><ListBucketResult>${truncated}${contents}</ListBucketResult>`);
    };
  const { store, asked } = await storeThat([page(['a/1', 'a/2'], 'more'), page(['a/3'], '')]);
  const keys: string[] = [];
  for await (const { key, bytes, modifiedAtMs } of store.list('a/')) {
    keys.push(key);
    expect({ bytes, modifiedAtMs }).toEqual({ bytes: 3, modifiedAtMs: Date.UTC(2023, 11, 1) });
  }
  expect(keys).toEqual(['a/1', 'a/2', 'a/3']);
  expect(asked[1]!.url).toContain('continuation-token=more');
});

it('a delete that was refused for one key is a failure', async () => {
  const partly = (response: ServerResponse): void =>
    void response
      .writeHead(200, { 'content-type': 'application/xml' })
      .end('<?xml version="1.0"?><DeleteResult><Error><Key>b</Key><Code>AccessDenied</Code></Error></DeleteResult>');
  const { store } = await storeThat([partly]);
  await expect(store.delete(['a', 'b'])).rejects.toMatchObject({ key: 'b', reason: 'AccessDenied', disposition: 'retry' });
});

describe('settings', () => {
  const schema = z.object(objectStoreSettings);
  const base = { AWS_REGION: 'eu-central-1', ARCHIVE_BUCKET: 'elias-archive' };

  it('fill in what may be left out', () => {
    expect(loadConfig(schema, base)).toEqual({ ...base, ARCHIVE_PREFIX: '' });
    expect(loadConfig(schema, { ...base, ARCHIVE_PREFIX: 'market/data/' }).ARCHIVE_PREFIX).toBe('market/data');
  });

  it.each([
    [{ ...base, ARCHIVE_BUCKET: 'Not_A_Bucket' }, 'ARCHIVE_BUCKET'],
    [{ ...base, ARCHIVE_PREFIX: '/rooted' }, 'ARCHIVE_PREFIX'],
    [{ ...base, ARCHIVE_PREFIX: 'a//b' }, 'ARCHIVE_PREFIX'],
    [{ ...base, S3_ENDPOINT: 'localhost' }, 'S3_ENDPOINT'],
    [{ ARCHIVE_BUCKET: 'elias' }, 'AWS_REGION'],
  ])('are named when they are wrong: %j', (env, name) => {
    expect(() => loadConfig(schema, env)).toThrow(`setting ${name}`);
  });
});
