export * from './load-config.js';
export * from './config-error.js';
export * from './setting-file.js';
