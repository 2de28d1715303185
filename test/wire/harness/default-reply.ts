// What the fake server says when no rule answers: handshake, system tables, prepared statements, and VOID for the rest.
import { toHex } from './byte-writer.ts';
import type { BoundValue } from './byte-reader.ts';
import { fullColumn, metadataId } from './column-metadata.ts';
import { parseSelect, parseUse } from './cql-text.ts';
import { detailedError, error } from './error-response.ts';
import { replyToAuthResponse, replyToOptions, replyToRegister, replyToStartup } from './handshake-replies.ts';
import type { BatchEntry, BoundParameters, DecodedRequest, Request } from './request.ts';
import { type Response, setKeyspace, voidResult } from './response.ts';
import type { ConnectionState, ServerState } from './server-state.ts';
import { checkValueCount, describedResponse, preparedResponse, type StatementDescription } from './statements.ts';
import { answerSelect, selectedColumns, type SystemTable } from './system-table.ts';

type Of<Opcode extends Request['opcode']> = Extract<Request, { readonly opcode: Opcode }>;

export function defaultReply(server: ServerState, connection: ConnectionState, request: DecodedRequest): Response {
  switch (request.opcode) {
    case 'OPTIONS':
      return replyToOptions(server, connection);
    case 'STARTUP':
      return replyToStartup(server, connection, request);
    case 'AUTH_RESPONSE':
      return replyToAuthResponse(server, request);
    case 'REGISTER':
      return replyToRegister(connection, request);
    case 'QUERY':
      return replyToQuery(server, connection, request);
    case 'PREPARE':
      return replyToPrepare(server, connection, request);
    case 'EXECUTE':
      return replyToExecute(server, connection, request);
    case 'BATCH':
      return replyToBatch(connection, request);
  }
}

/** The text behind a request, where it has one and the node knows it. */
export function textOf(connection: ConnectionState, request: DecodedRequest): string | undefined {
  switch (request.opcode) {
    case 'QUERY':
    case 'PREPARE':
      return request.cql;
    case 'EXECUTE':
      return connection.node.prepared.find(request.id)?.cql;
    case 'BATCH':
      return request.entries.map((entry) => entryText(connection, entry)).join('; ');
    default:
      return undefined;
  }
}

/**
 * Gives rows the metadata that the request asks for: none if it may be skipped and is known, a new id if the client's is old.
 * A scripted response that says itself what it wants is left alone.
 */
export function fitMetadata(response: Response, request: DecodedRequest, version: number): Response {
  if (
    response.kind !== 'ROWS' ||
    request.opcode !== 'EXECUTE' ||
    'isOmitted' in response ||
    'newMetadataId' in response
  ) {
    return response;
  }
  if (request.resultMetadataId === undefined) {
    return { ...response, isOmitted: request.skipMetadata };
  }
  const id = metadataId(response.columns, version);
  if (toHex(id) === toHex(request.resultMetadataId)) {
    return { ...response, isOmitted: request.skipMetadata };
  }
  return { ...response, newMetadataId: id };
}

function replyToQuery(server: ServerState, connection: ConnectionState, request: Of<'QUERY'>): Response {
  const keyspace = parseUse(request.cql);
  if (keyspace !== undefined) {
    connection.keyspace = keyspace;
    return setKeyspace(keyspace);
  }
  return replyToText(server, connection, request.cql, request);
}

function replyToPrepare(server: ServerState, connection: ConnectionState, request: Of<'PREPARE'>): Response {
  const keyspace = request.keyspace ?? connection.keyspace;
  const id = connection.node.prepared.add({ cql: request.cql, keyspace });
  const description = server.statements.find(request.cql) ?? describeSystemSelect(server, connection, request.cql);
  return preparedResponse(id, request.cql, description, connection.version ?? 4, connection.usesMetadataId);
}

function replyToExecute(server: ServerState, connection: ConnectionState, request: Of<'EXECUTE'>): Response {
  const statement = connection.node.prepared.find(request.id);
  if (statement === undefined) {
    const message = `Prepared query with ID ${toHex(request.id)} not found`;
    return detailedError('UNPREPARED', { id: request.id }, message);
  }
  return replyToText(server, connection, statement.cql, request);
}

function replyToText(
  server: ServerState,
  connection: ConnectionState,
  cql: string,
  parameters: BoundParameters,
): Response {
  const { values } = parameters;
  const described = server.statements.find(cql);
  const refusal = checkValueCount(cql, described, values.length);
  if (refusal !== undefined) {
    return refusal;
  }
  return described === undefined
    ? replyFromTables(server, connection, cql, values)
    : describedResponse(described, parameters);
}

function replyToBatch(connection: ConnectionState, { entries }: Of<'BATCH'>): Response {
  const forgotten = entries.find(({ id }) => id !== undefined && connection.node.prepared.find(id) === undefined)?.id;
  return forgotten === undefined
    ? voidResult()
    : detailedError('UNPREPARED', { id: forgotten }, 'Prepared query not found');
}

function replyFromTables(
  server: ServerState,
  connection: ConnectionState,
  cql: string,
  values: readonly BoundValue[],
): Response {
  const select = parseSelect(cql);
  if (select?.keyspace.startsWith('system') !== true) {
    return voidResult();
  }
  const table = findTable(server, connection, select);
  return table === undefined
    ? error('INVALID', `table ${select.keyspace}.${select.table} does not exist`)
    : answerSelect(table, select, values);
}

function describeSystemSelect(
  server: ServerState,
  connection: ConnectionState,
  cql: string,
): StatementDescription | undefined {
  const select = parseSelect(cql);
  const table = select === undefined ? undefined : findTable(server, connection, select);
  if (select === undefined || table === undefined) {
    return undefined;
  }
  const columns = selectedColumns(table, select);
  const bound = select.equalities.filter(({ literal }) => literal === undefined).map(({ column }) => column);
  const all = selectedColumns(table, { ...select, columns: undefined }).map(fullColumn);
  return { columns, parameters: all.filter(({ name }) => bound.includes(name)) };
}

function findTable(
  server: ServerState,
  connection: ConnectionState,
  { keyspace, table }: { readonly keyspace: string; readonly table: string },
): SystemTable | undefined {
  return server.tablesOf(connection.node).find((known) => known.keyspace === keyspace && known.name === table);
}

function entryText({ node }: ConnectionState, { cql, id }: BatchEntry): string {
  return cql ?? (id === undefined ? undefined : node.prepared.find(id)?.cql) ?? '';
}
