/** yiditong.clearing.v1 is one package in two files: obligations, cycles and positions; and the statements of closed cycles. */
export * from './gen/yiditong/clearing/v1/clearing.pb.js';
export * from './gen/yiditong/clearing/v1/statement.pb.js';
