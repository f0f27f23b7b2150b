/** yiditong.common.v1 as services use it: the dictionaries, and what every proposal has. Who may call is read by proto-loader alone. */
export * from './gen/yiditong/common/v1/common.pb.js';
export * from './gen/yiditong/common/v1/proposal.pb.js';
