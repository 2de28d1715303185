// What a cluster object is made of, from its options: the core, the log, the policies, and the connections. Made before anything
// is opened, so that wrong options are refused at once.

import { systemClock, type Clock } from '../connection/clock.ts';
import { createNodeConnector } from '../connection/connector.ts';
import { Deadlines } from '../connection/deadlines.ts';
import type { Core } from '../core.ts';
import { WasmCore } from '../core/wasm-core.ts';
import { MetricsRecorder } from '../execution/metrics-recorder.ts';
import { ProfileTable } from '../execution/profile-table.ts';
import type { ResolvedOptions } from '../options.ts';
import type { LoadBalancingPolicy } from '../policies/load-balancing.ts';
import { DefaultLoadBalancingPolicy } from '../policies/load-balancing/default.ts';
import { PolicySet } from '../policies/policy-set.ts';
import { DefaultReconnectionPolicy, type ReconnectionPolicy } from '../policies/reconnection.ts';
import { RetryPolicy } from '../policies/retry.ts';
import { NoSpeculativeExecutionPolicy, type SpeculativeExecutionPolicy } from '../policies/speculative-execution.ts';
import { MonotonicTimestampGenerator, type TimestampGenerator } from '../policies/timestamps.ts';
import { ConnectionFactory } from '../pool/connection-factory.ts';
import { Convictions } from '../pool/convictions.ts';
import { RequestEncoder } from '../protocol/requests.ts';
import { ProgramTable } from '../result/programs.ts';
import { resolveTypeMapping, type TypeMapping } from '../result/type-mapping.ts';
import { HostStates } from '../topology/host-states.ts';
import { Codecs } from '../types/codec.ts';
import { UserTypes } from '../types/user-types.ts';
import { ClusterLog } from './cluster-log.ts';
import { EventListeners } from './events.ts';
import { startupOptions, versionsToTry } from './startup.ts';

/** What the parts of a cluster object share. */
export interface ClusterServices {
  readonly options: ResolvedOptions;
  readonly log: ClusterLog;
  readonly listeners: EventListeners;
  readonly states: HostStates;
  readonly clock: Clock;
  readonly core: Core;
  readonly encoder: RequestEncoder;
  readonly programs: ProgramTable;
  readonly recorder: MetricsRecorder | null;
  readonly userTypes: UserTypes;
  readonly types: TypeMapping;
  readonly deadlines: Deadlines;
  readonly profiles: ProfileTable;
  readonly policy: LoadBalancingPolicy;
  readonly policies: PolicySet;
  readonly reconnectionPolicy: ReconnectionPolicy;
  readonly retryPolicy: RetryPolicy;
  readonly speculativeExecutionPolicy: SpeculativeExecutionPolicy;
  readonly timestampGenerator: TimestampGenerator | null;
  readonly convictions: Convictions;
  readonly factory: ConnectionFactory;
}

/** Makes everything that needs no connection. */
export function makeServices(given: ResolvedOptions, sessionId: string): ClusterServices {
  const clock = systemClock;
  const log = ClusterLog.to(given.logger);
  const options: ResolvedOptions = { ...given, logger: log.named('session') };
  const core = new WasmCore();
  const encoder = new RequestEncoder(core);
  const programs = new ProgramTable(core);
  const userTypes = new UserTypes();
  const deadlines = new Deadlines(clock, (error) => log.error('a deadline threw', error));
  const profiles = new ProfileTable(options.executionProfiles);
  const policy = loadBalancingPolicyOf(options, profiles);
  const policies = policySetOf(policy, profiles, log);
  return {
    options,
    log,
    ...listening(log, policies),
    clock,
    core,
    encoder,
    programs,
    recorder: options.metricsEnabled ? new MetricsRecorder() : null,
    userTypes,
    types: resolveTypeMapping(options.types, { codecs: new Codecs(options.codecs), userTypes }),
    deadlines,
    profiles,
    policy,
    policies,
    reconnectionPolicy: options.reconnectionPolicy ?? new DefaultReconnectionPolicy(() => clock.now()),
    retryPolicy: options.defaultRetryPolicy ?? new RetryPolicy(),
    speculativeExecutionPolicy: options.speculativeExecutionPolicy ?? new NoSpeculativeExecutionPolicy(),
    timestampGenerator: timestampGeneratorOf(options),
    convictions: new Convictions(options.convictionPolicyFactory, (error) => {
      log.error('a conviction policy threw', error);
    }),
    factory: new ConnectionFactory({
      core,
      encoder,
      programs,
      connector: options.connector ?? createNodeConnector(options.sockopts),
      tls: options.tls === true ? {} : options.tls === false ? undefined : options.tls,
      authProvider: options.authProvider,
      versions: versionsToTry(options),
      compression: options.compression,
      startup: startupOptions(options, sessionId),
      connectTimeout: options.connectTimeout,
      maxFrameLength: options.maxFrameLength,
      maxRequests: options.pooling.maxRequestsPerConnection,
      heartbeatInterval: options.idleHeartbeatInterval,
      heartbeatTimeout: options.idleHeartbeatTimeout,
      clock,
      deadlines,
      logger: log.named('connection'),
    }),
  };
}

function listening(log: ClusterLog, policies: PolicySet): Pick<ClusterServices, 'listeners' | 'states'> {
  const listeners = new EventListeners((message, error) => log.error(message, error));
  log.tell(listeners);
  const states = new HostStates(log.named('hosts'));
  // Policies first: what a listener does in return shall find them informed.
  states.register(policies);
  states.register(listeners.hostListener());
  return { listeners, states };
}

function loadBalancingPolicyOf(options: ResolvedOptions, profiles: ProfileTable): LoadBalancingPolicy {
  const { localDc, localRack } = options;
  return (
    profiles.base.loadBalancingPolicy ??
    options.loadBalancingPolicy ??
    new DefaultLoadBalancingPolicy({ localDc, localRack })
  );
}

function policySetOf(policy: LoadBalancingPolicy, profiles: ProfileTable, log: ClusterLog): PolicySet {
  const policies = new PolicySet((event, error) => log.error(`the load balancing policy threw in ${event}`, error));
  policies.add(policy);
  for (const { loadBalancingPolicy } of profiles.all) {
    if (loadBalancingPolicy !== undefined) policies.add(loadBalancingPolicy);
  }
  return policies;
}

function timestampGeneratorOf(options: ResolvedOptions): TimestampGenerator | null {
  if (options.timestampGenerator !== undefined) return options.timestampGenerator;
  const generator = new MonotonicTimestampGenerator({ warn: (message) => options.logger.warn(message) });
  return () => generator.nextMicros();
}
