export * from './leader-lock.js';
export * from './migrate-postgres.js';
export * from './outbox.js';
export * from './postgres-errors.js';
export * from './postgres-settings.js';
export * from './postgres.js';
export * from './transform-marks.js';
