export * from './leader-lock.js';
export * from './migrate-postgres.js';
export * from './outbox.js';
export * from './postgres-errors.js';
export { postgresConnection } from './postgres-connection.js';
export type { PostgresConnection } from './postgres-connection.js';
export * from './postgres-settings.js';
export * from './postgres.js';
export * from './transform-marks.js';
