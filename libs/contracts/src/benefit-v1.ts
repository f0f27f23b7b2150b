/** yiditong.benefit.v1 is one package in two files: its administration, and the contract that a home province may implement itself. */
export * from './gen/yiditong/benefit/v1/benefit.pb.js';
export * from './gen/yiditong/benefit/v1/home_province.pb.js';
