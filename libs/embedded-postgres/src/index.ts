export { createCluster, removeCluster } from './create-cluster.js';
export { freePort } from './free-port.js';
export { startPostgres, type Cluster, type StartOptions } from './start-postgres.js';
export { commandOf } from './process-table.js';
