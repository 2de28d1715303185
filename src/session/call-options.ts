// Options of the methods of a session.

/** Options of {@link Session.prepare}. */
export interface PrepareOptions {
  /** Keyspace of tables named without one. Protocol v5. */
  keyspace?: string;
  customPayload?: Readonly<Record<string, Uint8Array>>;
  /** Milliseconds; `null`: no limit. Default: that of the session. */
  timeout?: number | null;
  signal?: AbortSignal;
}

/** Options of {@link Session.setKeyspace}. */
export interface SetKeyspaceOptions {
  /** Milliseconds; `null`: no limit. Default: that of the session. */
  timeout?: number | null;
  signal?: AbortSignal;
}

/** How to wait for schema agreement. */
export interface SchemaAgreementOptions {
  /** Milliseconds to wait. Default: `maxSchemaAgreementWait` of the cluster. */
  timeout?: number;
  signal?: AbortSignal;
}
