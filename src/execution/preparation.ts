// Preparing statements: PREPARE on one host, lazily on others when they say that they do not know the id, each
// (host, statement) by one request however many executions wait for it; and the cache of what was prepared automatically.

import { DriverError, ProtocolError } from '../errors.ts';
import { openMessage, readResult } from '../protocol/responses.ts';
import type { PreparedMessage } from '../protocol/metadata.ts';
import type { PayloadEntry, RequestEncoder, WireFormat } from '../protocol/requests.ts';
import { PreparedStatement } from '../statement/prepared.ts';
import type { StatementOptions } from '../statement/statement.ts';
import type { Host } from '../topology/host.ts';
import type { ProgramTable } from '../result/programs.ts';
import type { TypeMapping } from '../result/type-mapping.ts';
import type { ExecutionContext } from './context.ts';
import { executeRequest } from './execution.ts';
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
  onCacheFull(): void;
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

export class Preparation {
  readonly #options: PreparationOptions;
  #cache: LruCache<string, PreparedStatement | Promise<PreparedStatement>>;
  #cacheKeyspace: string | undefined;
  readonly #repreparing = new Map<string, Promise<void>>();

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
    const task = { cql, keyspace: settings.keyspace, settings, payload: settings.payload, host: settings.host };
    const message = await this.#prepareOn(task);
    return this.#statementOf(cql, message, { ...statementOptions, keyspace: settings.keyspace ?? sessionKeyspace });
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

  /** Prepares a statement again on a host that has forgotten it. */
  reprepare(statement: PreparedStatement<unknown>, host: Host, settings: RequestSettings): Promise<void> {
    const key = JSON.stringify([host.hostId.toString(), statement.keyspace ?? null, statement.queryString]);
    const running = this.#repreparing.get(key);
    if (running !== undefined) return running;
    const task: PrepareTask = {
      cql: statement.queryString,
      keyspace: this.#options.wire.version >= 5 ? statement.keyspace : undefined,
      settings: { ...settings, signal: undefined, tracing: false, timeoutMs: SHARED_TIMEOUT_MS },
      payload: undefined,
      host,
    };
    const repreparing = this.#prepareOn(task)
      .then((message) => this.#checkSameId(statement, message, host))
      .finally(() => this.#repreparing.delete(key));
    this.#repreparing.set(key, repreparing);
    return repreparing;
  }

  #newCache(): LruCache<string, PreparedStatement | Promise<PreparedStatement>> {
    return new LruCache(this.#options.maxPrepared, () => this.#options.onCacheFull());
  }

  /** Another id would never be found again under the old one: an error instead of asking for ever. */
  #checkSameId(statement: PreparedStatement<unknown>, message: PreparedMessage, host: Host): void {
    const known = statement.queryId;
    if (known.length === message.id.length && known.every((byte, i) => byte === message.id[i])) return;
    throw new ProtocolError(
      `expected ${host.toString()} to prepare the statement under its known id, got another one; prepare it anew`,
      { query: statement.queryString, maybeApplied: false },
    );
  }

  async #prepareOn(task: PrepareTask): Promise<PreparedMessage> {
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
    const response = await executeRequest(
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
        isHarmless: true,
      },
      context,
    );
    return preparedOf(response, task.cql);
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
        isLwt: false,
        protocolVersion: wire.version,
        undefinedAs: types.undefinedAs,
        codecs: types.codecs,
      },
      statementOptions,
    );
  }
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
