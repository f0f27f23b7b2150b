/** yiditong.catalogue.v1 is one package in four files: classification and proposals, drafts and versions, items and downloads, harmonization. */
export * from './gen/yiditong/catalogue/v1/catalogue.pb.js';
export * from './gen/yiditong/catalogue/v1/harmonization.pb.js';
export * from './gen/yiditong/catalogue/v1/item.pb.js';
export * from './gen/yiditong/catalogue/v1/version.pb.js';
