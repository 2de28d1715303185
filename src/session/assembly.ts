// Puts the parts of a session together: pools, preparation and execution, as they depend on each other.

import type { ExecutionContext } from '../execution/context.ts';
import { NO_OPTIONS } from '../execution/execute-options.ts';
import type { ExecutionObserver } from '../execution/observer.ts';
import { Preparation } from '../execution/preparation.ts';
import { RequestCount } from '../execution/request-count.ts';
import { RetryBudget } from '../execution/retry-budget.ts';
import { resolveSettings } from '../execution/settings.ts';
import { StatementEncoder } from '../execution/statement-encoder.ts';
import { StatementExecutor, type StatementExecutorOptions } from '../execution/statement-executor.ts';
import { SessionPools } from '../pool/session-pools.ts';
import { Throttler } from '../pool/throttler.ts';
import { DecoderCache } from '../result/decoders.ts';
import type { SharedServices } from './services.ts';

/** What executions ask of the session; its observer changes when somebody begins or ends to watch. */
export interface SessionContext extends ExecutionContext {
  readonly requests: RequestCount;
  observer: ExecutionObserver | null;
}

/** What the session itself answers. */
export type SessionAnswers = Pick<StatementExecutorOptions, 'defaults' | 'readTrace' | 'futureOf'> & {
  isClosed(): boolean;
};

export interface SessionParts {
  readonly context: SessionContext;
  readonly pools: SessionPools;
  readonly throttler: Throttler | null;
  readonly preparation: Preparation;
  readonly encoder: StatementEncoder;
  readonly executor: StatementExecutor;
}

export function assembleSession(
  services: SharedServices,
  keyspace: string | undefined,
  session: SessionAnswers,
): SessionParts {
  const { options, encoder: requests, wire, programs, clock, deadlines } = services;
  const pools = new SessionPools({
    ...services,
    ...options,
    connectionsPerHost: options.pooling.connectionsPerHost,
    keyspace,
    distance: (host) => services.policies.distance(host),
    onHostUp: (host) => {
      services.onHostUp(host);
      preparation.onHostUp(host);
    },
    onHostDown: (host, error) => {
      services.onHostDown(host, error);
      preparation.onHostDown(host);
    },
  });
  const throttler = options.throttler === undefined ? null : new Throttler(options.throttler, clock);
  const context: SessionContext = {
    deadlines,
    clock,
    observer: services.observer,
    retryBudget: new RetryBudget(clock),
    paused: new Set(),
    requests: new RequestCount(),
    topology: () => services.topology(),
    isClosed: () => session.isClosed(),
    pool: (host) => pools.get(host),
    tryNow: (hosts) => pools.tryNow(hosts),
    report: (error) => options.logger.error('a policy threw', error),
  };
  const shared = { encoder: requests, wire, programs, context };
  const preparation = new Preparation({
    ...shared,
    maxPrepared: options.maxPrepared,
    types: services.types,
    prepareOnAllHosts: options.prepareOnAllHosts,
    reprepareOnUp: options.reprepareOnUp,
    defaults: () => resolveSettings(NO_OPTIONS, undefined, session.defaults(undefined)),
    onLeftToExecution: (host, error) =>
      options.logger.debug(`a statement was not prepared on ${host.toString()}; it will be when it is executed`, error),
    onCacheFull: () => options.logger.warn(cacheFull(options.maxPrepared)),
  });
  const partitioner = (): 0 | 1 | 2 | 3 => services.topology().partitionerNumber;
  const encoder = new StatementEncoder({ encoder: requests, wire, programs, partitioner });
  const executor = new StatementExecutor({
    context,
    programs,
    decoders: new DecoderCache(services.types),
    preparation,
    throttler,
    encoder,
    defaults: (profile) => session.defaults(profile),
    keyspace: () => pools.keyspace,
    onSetKeyspace: (used) => pools.useKeyspace(used),
    onSchemaChange: (change, host) => services.onSchemaChange(change, { host, pool: () => pools.get(host) }),
    readTrace: (id, traceOptions) => session.readTrace(id, traceOptions),
    futureOf: session.futureOf,
  });
  return { context, pools, throttler, preparation, encoder, executor };
}

function cacheFull(maxPrepared: number): string {
  return (
    `more than ${maxPrepared} different statements were executed with parameters; the oldest are forgotten and ` +
    'will be prepared again. Bind values instead of formatting them into the text, or raise maxPrepared'
  );
}
