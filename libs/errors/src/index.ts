export * from './errors.js';
export * from './untrusted-reason.js';
