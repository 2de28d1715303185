// Preparing statements: PREPARE on one host, or on all; lazily on others when they say that they do not know the id, each
// (host, statement) by one request however many executions wait for it; again on a host that comes back; and the cache of what
// was prepared automatically.

import { DriverError, ProtocolError } from '../errors.ts';
import { UnpreparedError } from '../errors/server-errors.ts';
import { openMessage, readResult } from '../protocol/responses.ts';
import type { PreparedMessage } from '../protocol/metadata.ts';
import type { PayloadEntry, RequestEncoder, WireFormat } from '../protocol/requests.ts';
import { PreparedStatement } from '../statement/prepared.ts';
import type { StatementOptions } from '../statement/statement.ts';
import { isConditional } from '../statement/statement-text.ts';
import type { Host } from '../topology/host.ts';
import type { ProgramTable } from '../result/programs.ts';
import type { TypeMapping } from '../result/type-mapping.ts';
import type { HostAttempt } from './attempt.ts';
import type { ExecutionContext } from './context.ts';
import { executeRequest } from './execution.ts';
import { HostPreparations } from './host-preparations.ts';
import { LruCache } from './lru-cache.ts';
import type { ExecutionResponse } from './request.ts';
import { EncodedQuery } from './routed-query.ts';
import type { RequestSettings } from './settings.ts';

export interface PreparationOptions {
  readonly encoder: RequestEncoder;
  readonly wire: WireFormat;
  readonly programs: ProgramTable;
  readonly context: ExecutionContext;
  readonly maxPrepared: number;
  readonly types: Pick<TypeMapping, 'undefinedAs' | 'codecs'>;
  /** Whether `prepare` asks every host and not only one. */
  readonly prepareOnAllHosts: boolean;
  /** Whether a host that comes back is asked again for what it served last. */
  readonly reprepareOnUp: boolean;
  /** The settings of requests that nobody made. */
  defaults(): RequestSettings;
  onCacheFull(): void;
  /** Gets what failed of a preparation that nobody waits for: the statement is prepared when it is executed. */
  onLeftToExecution(host: Host, error: unknown): void;
}

/** A request to prepare one text. */
interface PrepareTask {
  readonly cql: string;
  readonly keyspace: string | undefined;
  readonly settings: RequestSettings;
  readonly payload: readonly PayloadEntry[] | undefined;
  readonly host: Host | undefined;
}

/** How long a preparation may take that is shared: the deadlines of those who wait for it are their own. */
const SHARED_TIMEOUT_MS = 10_000;
/** How many statements a host that comes back is asked to prepare at once. */
const AT_ONCE = 8;

export class Preparation {
  readonly #options: PreparationOptions;
  #cache: LruCache<string, PreparedStatement | Promise<PreparedStatement>>;
  #cacheKeyspace: string | undefined;
  readonly #hosts = new WeakMap<Host, HostPreparations>();
  readonly #down = new WeakSet<Host>();

  constructor(options: PreparationOptions) {
    this.#options = options;
    this.#cache = this.#newCache();
  }

  /** Prepares a text for a user who keeps the statement. */
  async prepare(
    cql: string,
    sessionKeyspace: string | undefined,
    settings: RequestSettings,
    statementOptions: StatementOptions = {},
  ): Promise<PreparedStatement> {
    const { statement } = await this.#prepareOnOne(cql, sessionKeyspace, settings, statementOptions);
    return statement;
  }

  /** Prepares a text on every host that is connected, if the session is told so; what fails on others is left to the execution. */
  async prepareEverywhere(
    cql: string,
    sessionKeyspace: string | undefined,
    settings: RequestSettings,
  ): Promise<PreparedStatement> {
    const { prepareOnAllHosts, context } = this.#options;
    const { statement, host } = await this.#prepareOnOne(cql, sessionKeyspace, settings);
    if (!prepareOnAllHosts || settings.host !== undefined) return statement;
    const others = context.topology().hosts.filter((each) => each !== host && context.pool(each)?.isConnected === true);
    await Promise.all(others.map((other) => this.#prepareQuietly(statement, other, settings)));
    return statement;
  }

  /**
   * The statement of a text that is executed with parameters; prepared at the first time and kept. Waiting ends with the
   * request that waits, the preparation goes on for the others.
   */
  prepareCached(
    cql: string,
    sessionKeyspace: string | undefined,
    settings: RequestSettings,
  ): PreparedStatement | Promise<PreparedStatement> {
    if (sessionKeyspace !== this.#cacheKeyspace) {
      this.#cacheKeyspace = sessionKeyspace;
      this.#cache = this.#newCache();
    }
    const cache = this.#cache;
    const key = settings.keyspace === undefined ? cql : `${settings.keyspace}\0${cql}`;
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const shared: RequestSettings = {
      ...settings,
      timeoutMs: settings.timeoutMs === null ? null : Math.max(settings.timeoutMs, SHARED_TIMEOUT_MS),
      signal: undefined,
      host: undefined,
      payload: undefined,
      tracing: false,
    };
    const preparing = this.prepare(cql, sessionKeyspace, shared);
    cache.set(key, preparing);
    preparing.then(
      (statement) => cache.replace(key, preparing, statement),
      () => cache.replace(key, preparing, undefined),
    );
    return preparing;
  }

  /**
   * Prepares a statement again on the host of an attempt that found it forgotten; resolves to whether the host was asked for it
   * and not somebody else's preparation was found.
   */
  reprepare(statement: PreparedStatement<unknown>, attempt: HostAttempt, settings: RequestSettings): Promise<boolean> {
    return this.#prepareAgain(statement, attempt.host, attempt.startedMs, settings);
  }

  /** Takes note that a host has executed a statement that a user keeps. */
  onServed(statement: PreparedStatement<unknown>, host: Host, nowMs: number): void {
    if (this.#options.reprepareOnUp) this.#of(host).onServed(statement, nowMs);
  }

  onHostDown(host: Host): void {
    this.#down.add(host);
  }

  /** Prepares again, a few at once, what a host that comes back served last. */
  onHostUp(host: Host): void {
    if (!this.#down.delete(host) || !this.#options.reprepareOnUp) return;
    const known = this.#hosts.get(host);
    if (known === undefined) return;
    known.onUp(keyOf);
    for (let i = 0; i < AT_ONCE; i++) void this.#prepareMissing(known, host);
  }

  async #prepareMissing(known: HostPreparations, host: Host): Promise<void> {
    const { context } = this.#options;
    for (let statement = known.takeMissing(); statement !== undefined; statement = known.takeMissing()) {
      if (context.isClosed() || this.#down.has(host)) return;
      await this.#prepareQuietly(statement, host, this.#options.defaults());
    }
  }

  async #prepareQuietly(statement: PreparedStatement<unknown>, host: Host, settings: RequestSettings): Promise<void> {
    try {
      await this.#prepareAgain(statement, host, -Infinity, settings);
    } catch (error) {
      this.#options.onLeftToExecution(host, error);
    }
  }

  #prepareAgain(
    statement: PreparedStatement<unknown>,
    host: Host,
    sinceMs: number,
    settings: RequestSettings,
  ): Promise<boolean> {
    const { context, wire } = this.#options;
    const task: PrepareTask = {
      cql: statement.queryString,
      keyspace: wire.version >= 5 ? statement.keyspace : undefined,
      settings: { ...settings, signal: undefined, tracing: false, timeoutMs: SHARED_TIMEOUT_MS },
      payload: undefined,
      host,
    };
    return this.#of(host).prepare(
      keyOf(statement),
      sinceMs,
      () => context.clock.now(),
      async () => {
        this.#checkSameId(statement, preparedOf(await this.#request(task), task.cql), host);
      },
    );
  }

  #of(host: Host): HostPreparations {
    const known = this.#hosts.get(host);
    if (known !== undefined) return known;
    const made = new HostPreparations(this.#options.maxPrepared);
    this.#hosts.set(host, made);
    return made;
  }

  #newCache(): LruCache<string, PreparedStatement | Promise<PreparedStatement>> {
    return new LruCache(this.#options.maxPrepared, () => this.#options.onCacheFull());
  }

  /** Another id would never be found again under the old one: an error instead of asking for ever. */
  #checkSameId(statement: PreparedStatement<unknown>, message: PreparedMessage, host: Host): void {
    const known = statement.queryId;
    if (known.length === message.id.length && known.every((byte, i) => byte === message.id[i])) return;
    throw new UnpreparedError(
      `expected ${host.toString()} to prepare the statement under its known id, got another one; prepare it anew`,
      { query: statement.queryString, queryId: known },
    );
  }

  async #prepareOnOne(
    cql: string,
    sessionKeyspace: string | undefined,
    settings: RequestSettings,
    statementOptions: StatementOptions = {},
  ): Promise<{ statement: PreparedStatement; host: Host }> {
    const task = { cql, keyspace: settings.keyspace, settings, payload: settings.payload, host: settings.host };
    const response = await this.#request(task);
    const keyspace = settings.keyspace ?? sessionKeyspace;
    const statement = this.#statementOf(cql, preparedOf(response, cql), { ...statementOptions, keyspace });
    return { statement, host: response.host };
  }

  #request(task: PrepareTask): Promise<ExecutionResponse> {
    const { encoder, wire, context } = this.#options;
    const { settings } = task;
    const frame = encoder.prepare(wire, {
      query: task.cql,
      keyspace: wire.version >= 5 ? task.keyspace : undefined,
      tracing: settings.tracing,
      payload: task.payload,
    });
    const { consistency, serialConsistency } = settings;
    const facts = {
      keyspace: task.keyspace,
      table: undefined,
      consistency,
      serialConsistency,
      isLwt: false,
      isIdempotent: true,
    };
    return executeRequest(
      {
        frame,
        programWord: 0,
        query: new EncodedQuery(facts, frame, context.topology().ring),
        queryText: task.cql,
        loadBalancingPolicy: settings.loadBalancingPolicy,
        retryPolicy: settings.retryPolicy,
        host: task.host,
        timeoutMs: settings.timeoutMs,
        signal: settings.signal,
        speculativeExecutionPolicy: null,
        isHarmless: true,
        isAppliedInParts: () => false,
        encodeAt: () => null,
        reprepare: () => null,
      },
      context,
    );
  }

  #statementOf(cql: string, message: PreparedMessage, statementOptions: StatementOptions): PreparedStatement {
    const { programs, wire, types } = this.#options;
    const program = message.resultProgram < 0 ? null : programs.get(message.resultProgram);
    return new PreparedStatement(
      {
        queryString: cql,
        queryId: message.id,
        columnMetadata: message.bindColumns,
        routingKeyIndexes: message.partitionKeyIndexes,
        result: { metadataId: message.resultMetadataId ?? new Uint8Array(), columns: program?.columns ?? [], program },
        isLwt: isConditional(cql),
        protocolVersion: wire.version,
        undefinedAs: types.undefinedAs,
        codecs: types.codecs,
      },
      statementOptions,
    );
  }
}

/** Statements of the same text have the same id on a host; those of another keyspace have another. */
function keyOf({ queryString, keyspace }: PreparedStatement<unknown>): string {
  return keyspace === undefined ? queryString : `${keyspace}\0${queryString}`;
}

function preparedOf(response: ExecutionResponse, cql: string): PreparedMessage {
  if (response.delivery === null)
    throw new DriverError('the retry policy ignored the failure of a preparation', { query: cql });
  const result = readResult(openMessage(response.delivery, response.record).reader);
  if (result.kind === 'prepared') return result.prepared;
  throw new ProtocolError(`expected the server to answer PREPARE with a prepared statement, got ${result.kind}`, {
    query: cql,
  });
}
