// A query of the driver's own on one connection, outside any plan: all pages of a system table as plain objects.

import type { Connection, ResponseHandler } from '../connection/connection.ts';
import type { Deadline, Deadlines, Expirable } from '../connection/deadlines.ts';
import type { Delivery } from '../core.ts';
import { ConnectionBusyError, OperationTimedOutError, ProtocolError, type DriverError } from '../errors.ts';
import { errorOf, isRows } from '../execution/outcome.ts';
import { PLAIN_QUERY, type RequestEncoder, type WireFormat } from '../protocol/requests.ts';
import { readRowsHeader } from '../protocol/responses.ts';
import { Page } from '../result/page.ts';
import type { ProgramTable } from '../result/programs.ts';
import { rowDecoder } from '../result/rows.ts';
import { DEFAULT_TYPE_MAPPING } from '../result/type-mapping.ts';
import { consistencyNumber } from '../types/consistency.ts';
import type { SystemRow } from './system-tables.ts';

export interface ControlQueryOptions {
  readonly encoder: RequestEncoder;
  readonly programs: ProgramTable;
  readonly deadlines: Deadlines;
  /** Rows of a page; `null`: the server decides. Default: 5,000. */
  readonly pageSize?: number | null;
  /** `null`: no limit. */
  readonly timeoutMs: number | null;
}

const PAGE_SIZE = 5_000;
const LOCAL_ONE = consistencyNumber('LOCAL_ONE');

/** Reads every row of a query. Rejects with a DriverError; the timeout holds for each page. */
export async function readSystemRows(
  connection: Connection,
  query: string,
  options: ControlQueryOptions,
): Promise<SystemRow[]> {
  const rows: SystemRow[] = [];
  let pagingState: Uint8Array | undefined;
  do {
    const { delivery, record } = await askPage(connection, query, pagingState, options);
    const page = new Page(delivery, record);
    const decoder = rowDecoder<SystemRow>(options.programs.get(page.program).columns, 'object', DEFAULT_TYPE_MAPPING);
    for (let i = 0; i < page.rowCount; i++) rows.push(decoder.row(page, i));
    pagingState = readRowsHeader(delivery, record).pagingState;
  } while (pagingState !== undefined);
  return rows;
}

interface PageAnswer {
  readonly delivery: Delivery;
  readonly record: number;
}

function askPage(
  connection: Connection,
  query: string,
  pagingState: Uint8Array | undefined,
  options: ControlQueryOptions,
): Promise<PageAnswer> {
  const wire: WireFormat = { version: connection.version, compression: connection.compression };
  const frame = options.encoder.query(wire, {
    ...PLAIN_QUERY,
    query,
    pageSize: options.pageSize === null ? undefined : (options.pageSize ?? PAGE_SIZE),
    pagingState,
    consistency: LOCAL_ONE,
  });
  return new Promise((resolve, reject: (error: DriverError) => void) => {
    const exchange = new PageExchange(connection, query, options, resolve, reject);
    exchange.start((handler) => connection.send(frame, handler, 0));
  });
}

class PageExchange implements ResponseHandler, Expirable {
  readonly #connection: Connection;
  readonly #query: string;
  readonly #options: ControlQueryOptions;
  readonly #resolve: (answer: PageAnswer) => void;
  readonly #reject: (error: DriverError) => void;
  #deadline: Deadline | null = null;
  #stream = -1;

  constructor(
    connection: Connection,
    query: string,
    options: ControlQueryOptions,
    resolve: (answer: PageAnswer) => void,
    reject: (error: DriverError) => void,
  ) {
    this.#connection = connection;
    this.#query = query;
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(send: (handler: ResponseHandler) => number): void {
    this.#stream = send(this);
    if (this.#stream >= 0) {
      const { deadlines, timeoutMs } = this.#options;
      if (timeoutMs !== null) this.#deadline = deadlines.add(this, timeoutMs);
      return;
    }
    const reason = this.#connection.closeReason;
    this.#reject(
      reason ?? new ConnectionBusyError('the control connection takes no more requests', { query: this.#query }),
    );
  }

  onResponse(delivery: Delivery, record: number): void {
    this.#cancelDeadline();
    const error = errorOf(delivery, record);
    if (error !== null) this.#reject(error);
    else if (isRows(delivery, record)) this.#resolve({ delivery, record });
    else this.#reject(new ProtocolError('expected rows of a system table, got another answer', { query: this.#query }));
  }

  onFailure(error: DriverError): void {
    this.#cancelDeadline();
    this.#reject(error);
  }

  onDeadline(): void {
    this.#deadline = null;
    this.#connection.abandon(this.#stream, this);
    this.#reject(
      new OperationTimedOutError(`no answer on the control connection within ${this.#options.timeoutMs ?? 0} ms`, {
        query: this.#query,
      }),
    );
  }

  #cancelDeadline(): void {
    if (this.#deadline !== null) this.#options.deadlines.cancel(this.#deadline);
    this.#deadline = null;
  }
}
