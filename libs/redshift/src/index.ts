export * from './migrate-redshift.js';
export * from './migrations/index.js';
export * from './redshift-data.js';
export * from './redshift-errors.js';
export * from './redshift-settings.js';
export * from './result-rows.js';
export * from './sql-text.js';
