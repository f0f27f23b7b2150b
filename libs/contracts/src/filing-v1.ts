/** yiditong.filing.v1 is one package in five files: the life of a filing, eligibility, family and entitlements, rules and facts, import and notification. */
export * from './gen/yiditong/filing/v1/eligibility.pb.js';
export * from './gen/yiditong/filing/v1/entitlement.pb.js';
export * from './gen/yiditong/filing/v1/exchange.pb.js';
export * from './gen/yiditong/filing/v1/filing.pb.js';
export * from './gen/yiditong/filing/v1/rule.pb.js';
