export * from './access-token.js';
export * from './background-loop.js';
export * from './durable-step.js';
export * from './logger.js';
export * from './metrics.js';
export * from './readiness.js';
export * from './service.module.js';
export * from './start-service.js';
