export * from './object-store.js';
export * from './object-store-errors.js';
export * from './object-store-settings.js';
