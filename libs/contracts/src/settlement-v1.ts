/** yiditong.settlement.v1 is one package in two files: settlement with its institutions and cycles, and the calculator. */
export * from './gen/yiditong/settlement/v1/estimate.pb.js';
export * from './gen/yiditong/settlement/v1/settlement.pb.js';
