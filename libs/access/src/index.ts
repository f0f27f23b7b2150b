/** Who may do what, for whom, and what of a person is shown: decided without looking at anything but the request. */
export * from './access.js';
export * from './actor.js';
export * from './masking.js';
export * from './purposes.js';
