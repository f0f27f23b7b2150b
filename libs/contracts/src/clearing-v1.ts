/** yiditong.clearing.v1 is one package in three files: obligations, cycles and positions; the statements of closed cycles; and months. */
export * from './gen/yiditong/clearing/v1/clearing.pb.js';
export * from './gen/yiditong/clearing/v1/clearing_month.pb.js';
export * from './gen/yiditong/clearing/v1/statement.pb.js';
