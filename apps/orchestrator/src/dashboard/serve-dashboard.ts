import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** What a browser needs to show the page, and to ask for a token where one is set. It tells nothing of the data. */
const SHELL = /^\/(?:index\.html|theme\.js|favicon\.svg|assets\/[\w.-]+)?$/;

/** Names of assets follow from their content, so a browser never has to ask for one twice. */
const ASSET_MAX_AGE_S = 31_536_000;

/** Whether a path is part of the page itself, not of the API. */
export function isDashboardPath(path: string): boolean {
  return SHELL.test(path);
}

/**
 * Serves the built dashboard at `/`.
 * @param folder what Vite wrote: `index.html` and `assets`
 */
export async function serveDashboard(server: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(join(folder, 'assets'))) {
    server.get('/', (_request, reply) => reply.status(503).type('text/html; charset=utf-8').send(NOT_BUILT));
    return;
  }
  await server.register(fastifyStatic, {
    root: folder,
    // a route for each file: whatever else is asked for stays the API's, with its own 404
    wildcard: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const asset = path.startsWith(join(folder, 'assets'));
      void reply.header('cache-control', asset ? `public, max-age=${ASSET_MAX_AGE_S}, immutable` : 'no-cache');
    },
  });
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Elias</title>
<h1>The dashboard was not built</h1>
<p>The orchestrator runs and its API answers. <code>npm run build</code> builds the dashboard; it is shown after the next start.</p>
</html>
`;
