import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { defineConfig, loadEnv } from 'vite';
import type { Plugin } from 'vite';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OUTPUT = `${ROOT}dist/apps/dashboard`;
const API = ['runs', 'discounts', 'stats', 'candles', 'windows', 'products', 'coverage', 'gaps', 'revisions', 'archives', 'grid', 'lags'];
const API_OF_STATE = ['dead-letters', 'services', 'alarms', 'checks', 'stream', 'session', 'health'];

/** The first that know `light-dark()` in style sheets. */
const BROWSERS = ['chrome123', 'firefox120', 'safari17.5'];

/** A gzip file beside each asset, which the orchestrator sends to browsers that take it. */
const compressed = (): Plugin => ({
  name: 'compressed-assets',
  apply: 'build',
  closeBundle: () => {
    const folder = `${OUTPUT}/assets`;
    for (const name of readdirSync(folder))
      writeFileSync(`${folder}/${name}.gz`, gzipSync(readFileSync(`${folder}/${name}`), { level: 9 }));
  },
});

/** `vite build apps/dashboard`; `ORCHESTRATOR_URL=http://… vite apps/dashboard` shows changes at once, on a running stack. */
export default defineConfig(({ mode }) => {
  const orchestrator = loadEnv(mode, ROOT, 'ORCHESTRATOR_')['ORCHESTRATOR_URL'] ?? 'http://127.0.0.1:8080';
  return {
    cacheDir: `${ROOT}node_modules/.cache/vite`,
    plugins: [compressed()],
    build: { outDir: OUTPUT, emptyOutDir: true, target: BROWSERS, cssTarget: BROWSERS, assetsInlineLimit: 0 },
    server: { proxy: Object.fromEntries([...API, ...API_OF_STATE].map((path) => [`/${path}`, orchestrator])) },
  };
});
