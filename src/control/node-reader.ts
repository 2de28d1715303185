// Reads the nodes of the cluster: the one that is asked, and those that it names as its peers. What cannot be a node that one
// connects to is left out and told once: ghosts of nodes that left, nodes that are still joining, rows that say nonsense.

import type { AddressTranslator } from '../connection/address-translation.ts';
import { endPointText, type EndPoint, type EndPointFactory } from '../connection/endpoint.ts';
import { DriverError } from '../errors.ts';
import { InvalidRequestError } from '../errors/server-errors.ts';
import type { HostRow } from '../topology/host.ts';
import type { Logger } from '../types/logger.ts';
import {
  localHost,
  peerHost,
  SELECT_LOCAL,
  SELECT_LOCAL_WITHOUT_TOKENS,
  SELECT_PEERS,
  SELECT_PEERS_SCHEMA_VERSIONS,
  SELECT_PEERS_V2,
  SELECT_PEERS_V2_SCHEMA_VERSIONS,
  SELECT_PEERS_V2_WITHOUT_TOKENS,
  SELECT_PEERS_WITHOUT_TOKENS,
  textOf,
  type HostReading,
  type SystemRow,
} from './system-tables.ts';

/** Asks for all rows of a query, on one connection. */
export interface SystemSource {
  readonly endPoint: EndPoint;
  isClosed(): boolean;
  /** `pageSize`: rows of a page; `null`: the server decides. */
  rows(cql: string, options?: { readonly pageSize: number | null }): Promise<readonly SystemRow[]>;
}

/** The nodes of a cluster as one of them sees them. */
export interface NodesView {
  readonly clusterName: string;
  readonly partitioner: string;
  /** The node that was asked comes first. */
  readonly hosts: readonly HostRow[];
}

export interface NodeReaderOptions {
  readonly translator: AddressTranslator;
  /** Makes the end points of peers; undefined: from their translated addresses. */
  readonly endPoints: EndPointFactory | undefined;
  /** Port of peers that name none. */
  readonly port: number;
  /** Whether tokens are read. */
  readonly hasTokens: boolean;
  readonly logger: Logger;
}

/** Rows of a page: each may have hundreds of tokens, and a page is decoded without a pause. */
const PAGE_SIZE = 100;
/** How many rows that were left out are remembered, so that none is told twice. */
const MAX_REMEMBERED = 10_000;
/** How many of them one line names. */
const MAX_NAMED = 10;

export class NodeReader {
  readonly #options: NodeReaderOptions;
  readonly #reported = new Set<string>();
  #hasPeersV2 = true;

  constructor(options: NodeReaderOptions) {
    this.#options = options;
  }

  /** Reads all nodes. Rejects if they cannot be read in full, and where the node asked does not describe itself. */
  async read(source: SystemSource): Promise<NodesView> {
    const { hasTokens } = this.#options;
    const [local] = await source.rows(hasTokens ? SELECT_LOCAL : SELECT_LOCAL_WITHOUT_TOKENS);
    const self = local === undefined ? 'no row' : localHost(local, source.endPoint, this.#options);
    if (local === undefined || typeof self === 'string') {
      const reason = typeof self === 'string' ? self : 'no row';
      throw new DriverError(
        `expected system.local of ${endPointText(source.endPoint)} to describe a node of the ring, got ${reason}`,
      );
    }
    const peers = await (hasTokens
      ? this.#peers(source, SELECT_PEERS_V2, SELECT_PEERS)
      : this.#peers(source, SELECT_PEERS_V2_WITHOUT_TOKENS, SELECT_PEERS_WITHOUT_TOKENS));
    return {
      clusterName: textOf(local, 'cluster_name') ?? '',
      partitioner: textOf(local, 'partitioner') ?? '',
      hosts: this.#distinct(self, peers, await Promise.all(peers.map((row) => this.#peer(row)))),
    };
  }

  /** Ids and schema versions of the peers. */
  peerVersions(source: SystemSource): Promise<readonly SystemRow[]> {
    return this.#peers(source, SELECT_PEERS_V2_SCHEMA_VERSIONS, SELECT_PEERS_SCHEMA_VERSIONS);
  }

  /** The rows of a query; of the other one where the server does not have the newer table. */
  async #peers(source: SystemSource, newer: string, older: string): Promise<readonly SystemRow[]> {
    if (this.#hasPeersV2) {
      try {
        return await source.rows(newer, { pageSize: PAGE_SIZE });
      } catch (error) {
        if (!(error instanceof InvalidRequestError)) throw error;
        this.#hasPeersV2 = false;
      }
    }
    return source.rows(older, { pageSize: PAGE_SIZE });
  }

  async #peer(row: SystemRow): Promise<HostReading> {
    try {
      return await peerHost(row, this.#options);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #distinct(self: HostRow, rows: readonly SystemRow[], readings: readonly HostReading[]): HostRow[] {
    const hosts = new Map([[self.hostId.toString(), self]]);
    const leftOut: string[] = [];
    readings.forEach((reading, index) => {
      if (typeof reading === 'string') {
        leftOut.push(`${peerName(rows[index])} (${reading})`);
        return;
      }
      const id = reading.hostId.toString();
      if (hosts.has(id)) leftOut.push(`${peerName(rows[index])} (host_id ${id} of another row)`);
      else hosts.set(id, reading);
    });
    this.#report(leftOut);
    return [...hosts.values()];
  }

  #report(leftOut: readonly string[]): void {
    const news = leftOut.filter((each) => !this.#reported.has(each));
    if (news.length === 0) return;
    for (const each of news) if (this.#reported.size < MAX_REMEMBERED) this.#reported.add(each);
    const named = news.slice(0, MAX_NAMED).join(', ');
    const more = news.length > MAX_NAMED ? ` and ${news.length - MAX_NAMED} more` : '';
    this.#options.logger.warn(`peers that cannot be connected to are left out: ${named}${more}`);
  }
}

function peerName(row: SystemRow | undefined): string {
  const name = row?.['peer'] ?? row?.['native_address'];
  return typeof name === 'string' ? name : 'a row without address';
}
