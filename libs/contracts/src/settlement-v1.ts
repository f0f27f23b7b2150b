/** yiditong.settlement.v1 is one package in several files: settlement with its institutions and cycles, visits, routing, what hospitals compare, and the calculator. */
export * from './gen/yiditong/settlement/v1/estimate.pb.js';
export * from './gen/yiditong/settlement/v1/hospital_ledger.pb.js';
export * from './gen/yiditong/settlement/v1/routing.pb.js';
export * from './gen/yiditong/settlement/v1/settlement.pb.js';
export * from './gen/yiditong/settlement/v1/visit.pb.js';
