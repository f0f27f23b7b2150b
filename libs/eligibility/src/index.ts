/** Point-of-care eligibility: whether a person is covered at a place, and as what. Pure. */
export * from './eligibility.js';
