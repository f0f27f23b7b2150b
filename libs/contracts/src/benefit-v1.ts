/** yiditong.benefit.v1 is one package in five files: its administration, the e-credentials, the benefit policies and what they would pay, and the contract that a home province may implement itself. */
export * from './gen/yiditong/benefit/v1/benefit.pb.js';
export * from './gen/yiditong/benefit/v1/credential.pb.js';
export * from './gen/yiditong/benefit/v1/estimate.pb.js';
export * from './gen/yiditong/benefit/v1/home_province.pb.js';
export * from './gen/yiditong/benefit/v1/policy.pb.js';
