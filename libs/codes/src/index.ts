/** The field's dictionaries, code formats, regions, and the table of reasons. Pure. */
export * from './code-formats.js';
export * from './dictionaries.js';
export * from './filing-dictionaries.js';
export * from './import-columns.js';
export * from './places.js';
export * from './pledge.js';
export * from './reasons.js';
export * from './regions.js';
