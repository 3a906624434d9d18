import type Cluster from 'node:cluster';

/**
 * The number of this process among the workers of a `node:cluster`; undefined for any other. A worker talks to its primary over
 * IPC: without that the module, which most processes never need, is not loaded.
 */
export const CLUSTER_WORKER_ID: number | undefined =
  process.channel === undefined ? undefined : clusterModule().worker?.id;

function clusterModule(): typeof Cluster {
  return process.getBuiltinModule('node:cluster') as unknown as typeof Cluster;
}
