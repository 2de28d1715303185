// Options of the methods of a cluster.

/** Options of {@link Cluster.connect}. */
export interface ConnectOptions {
  /** Wait for every connection to every host instead of the first, within `poolWaitTimeout`. Default: `false`. */
  waitForAllPools?: boolean;
  /** Milliseconds for all of it; then rejects with {@link OperationTimedOutError}. Default: no limit but that of each connect. */
  timeout?: number;
  signal?: AbortSignal;
}

/** Options of the methods that read metadata anew. */
export interface RefreshOptions {
  /** Milliseconds to wait until the nodes agree on the schema; 0 or less: not at all. Default: that of the cluster. */
  maxSchemaAgreementWait?: number;
  /** Ends the waiting; what was begun goes on. */
  signal?: AbortSignal;
}

/** Options of {@link Cluster.addExecutionProfile}. */
export interface AddProfileOptions {
  /** Milliseconds to wait for the connections to hosts that the profile brings near; 0: none. Default: that of the cluster. */
  poolWaitTimeout?: number;
}
