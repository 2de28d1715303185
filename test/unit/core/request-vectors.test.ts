// The golden bytes of requests, as the layers above say them and the module writes them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { WasmCore } from '../../../src/core/wasm-core.ts';
import type { EncodedFrame } from '../../../src/core.ts';
import {
  RequestEncoder,
  type PagedParameters,
  type ValueSource,
  type WireFormat,
} from '../../../src/protocol/requests.ts';
import { bytesOf, readVectors } from '../../vectors/vectors.ts';
import { batchEntries } from '../protocol/batch-entries.ts';

type ValueJson = string | null;

/** What a request says; absent is what it does not say. Bytes are in hexadecimal. */
interface RequestJson {
  readonly opcode: string;
  readonly stream?: number;
  readonly tracing?: boolean;
  readonly payload?: readonly (readonly [string, string | null])[];
  readonly options?: readonly (readonly [string, string])[];
  readonly events?: readonly string[];
  readonly token?: string | null;
  readonly cql?: string;
  readonly id?: string;
  readonly resultMetadataId?: string;
  readonly consistency?: number;
  readonly values?: readonly ValueJson[];
  readonly names?: readonly string[];
  readonly skipMetadata?: boolean;
  readonly pageSize?: number;
  readonly pagingState?: string;
  readonly serialConsistency?: number;
  readonly timestamp?: string;
  readonly keyspace?: string;
  readonly nowInSeconds?: number;
  readonly batchType?: 0 | 1 | 2;
  readonly entries?: readonly { readonly cql?: string; readonly id?: string; readonly values: readonly ValueJson[] }[];
}

const encoder = new RequestEncoder(new WasmCore());

for (const { name, version, hex, value } of readVectors<RequestJson>('requests.json')) {
  // The driver asks for metadata in every QUERY, and says nothing of values where there are none: what the core can say
  // beyond that is proven there.
  if ((value.opcode === 'QUERY' && value.skipMetadata === true) || value.values?.length === 0) continue;
  test(`writes ${name}`, () => {
    const frame = encode({ version: version ?? 5, compression: 0 }, value);
    const bytes = frame.bytes.slice(frame.offset, frame.offset + frame.length);
    new DataView(bytes.buffer).setInt16(2, value.stream ?? 0);
    assert.equal(Buffer.from(bytes).toString('hex'), hex.replaceAll(' ', ''));
  });
}

function encode(wire: WireFormat, request: RequestJson): EncodedFrame {
  const parameters = parametersOf(request);
  const { payload, tracing } = parameters;
  switch (request.opcode) {
    case 'STARTUP':
      return encoder.startup(wire, request.options ?? []);
    case 'OPTIONS':
      return encoder.options(wire);
    case 'REGISTER':
      return encoder.register(wire, request.events ?? []);
    case 'AUTH_RESPONSE':
      return encoder.authResponse(wire, optionalBytes(request.token ?? undefined) ?? null);
    case 'PREPARE':
      return encoder.prepare(wire, { query: request.cql ?? '', keyspace: request.keyspace, tracing, payload });
    case 'QUERY':
      return encoder.query(wire, { ...parameters, query: request.cql ?? '', namedValues: request.names !== undefined });
    case 'EXECUTE': {
      const id = bytesOf(request.id ?? '');
      const resultMetadataId = optionalBytes(request.resultMetadataId);
      return encoder.execute(wire, {
        ...parameters,
        id,
        resultMetadataId,
        skipMetadata: request.skipMetadata ?? false,
      });
    }
    case 'BATCH': {
      const entries = (request.entries ?? []).map(({ cql, id, values }) => ({
        statement: cql ?? bytesOf(id ?? ''),
        values: valuesOf(values),
      }));
      return encoder.batch(wire, { ...parameters, type: request.batchType ?? 0, entries: batchEntries(entries) });
    }
    default:
      throw new Error(`no request is called ${request.opcode}`);
  }
}

function parametersOf(request: RequestJson): PagedParameters {
  return {
    consistency: request.consistency ?? 0,
    serialConsistency: request.serialConsistency,
    timestamp: request.timestamp === undefined ? undefined : BigInt(request.timestamp),
    keyspace: request.keyspace,
    nowInSeconds: request.nowInSeconds,
    tracing: request.tracing ?? false,
    payload: request.payload?.map(([key, value]) => [key, value === null ? null : bytesOf(value)]),
    routing: undefined,
    values: request.values === undefined ? undefined : valuesOf(request.values, request.names),
    pageSize: request.pageSize,
    pagingState: optionalBytes(request.pagingState),
  };
}

function optionalBytes(hex: string | undefined): Uint8Array | undefined {
  return hex === undefined ? undefined : bytesOf(hex);
}

function valuesOf(values: readonly ValueJson[], names?: readonly string[]): ValueSource {
  return {
    writeValues: (sink) => {
      values.forEach((value, i) => {
        const name = names?.[i];
        if (name !== undefined) sink.bytes(bytesOf(`${name.length.toString(16).padStart(4, '0')}${textHex(name)}`));
        sink.bytes(bytesOf(valueHex(value)));
      });
      return values.length;
    },
  };
}

function textHex(text: string): string {
  return Buffer.from(text).toString('hex');
}

/** `[value]` */
function valueHex(value: ValueJson): string {
  if (value === null) return 'ffffffff';
  return value === 'unset' ? 'fffffffe' : `${(value.length / 2).toString(16).padStart(8, '0')}${value}`;
}
