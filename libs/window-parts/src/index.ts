export * from './spool-errors.js';
export * from './spool-folder.js';
export * from './spooled-window.js';
export * from './window-parts-settings.js';
export * from './window-parts.js';
