/** The field's dictionaries, code formats, regions, and the table of reasons. Pure. */
export * from './account-counting.js';
export * from './catalogue-columns.js';
export * from './catalogue-dictionaries.js';
export * from './code-formats.js';
export * from './days.js';
export * from './dictionaries.js';
export * from './filing-dictionaries.js';
export * from './import-columns.js';
export * from './national-codes.js';
export * from './own-code.js';
export * from './places.js';
export * from './pledge.js';
export * from './reasons.js';
export * from './regions.js';
export * from './settlement-answer.js';
export * from './sheet-header.js';
