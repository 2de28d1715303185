// TLS options and what is refused in them. Verification is on unless one option, named for what it does, turns it off.

import { InvalidArgumentError } from '../errors.ts';

/** How a connection is encrypted and the server verified; every field may be left out. */
export interface TlsOptions {
  /** Certificates in PEM that are trusted instead of those of the runtime. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** The client's certificate chain in PEM. */
  readonly cert?: string | Uint8Array;
  /** The client's private key in PEM. */
  readonly key?: string | Uint8Array;
  /** What `key` is encrypted with. */
  readonly passphrase?: string;
  /** The name that is asked for (SNI) and that the certificate must have; default: the address of the end point. */
  readonly servername?: string;
  /** Whether the certificate must have that name; default true. The chain is checked all the same. */
  readonly checkHostname?: boolean;
  /** True accepts any certificate: whoever stands between can read and change everything. Default false. */
  readonly insecureSkipVerify?: boolean;
  /** `TLSv1.2` or `TLSv1.3`; default: the runtime's. */
  readonly minVersion?: string;
  /** `TLSv1.2` or `TLSv1.3`; default: the runtime's. */
  readonly maxVersion?: string;
  /** Cipher suites in OpenSSL's notation; default: the runtime's. */
  readonly ciphers?: string;
}

/** TLS options, or a function that gives them at every connect, so that certificates can be rotated. */
export type TlsSource = TlsOptions | (() => TlsOptions | Promise<TlsOptions>);

const VERSIONS = ['TLSv1.2', 'TLSv1.3'];

/** Fields that other drivers read, each with what says the same here. */
const FOREIGN: Readonly<Record<string, string>> = {
  rejectUnauthorized: 'verification is always on; insecureSkipVerify: true alone turns it off',
  checkServerIdentity: 'give the expected name as servername, or checkHostname: false',
};

/** Gives the options of a source, checked. Throws InvalidArgumentError as {@link checkTlsOptions} does. */
export async function readTlsSource(source: TlsSource): Promise<TlsOptions> {
  const options = typeof source === 'function' ? await source() : source;
  checkTlsOptions(options);
  return options;
}

/** Throws InvalidArgumentError for options that turn verification off by another name, and for what is no TLS version. */
export function checkTlsOptions(options: TlsOptions): void {
  for (const [name, hint] of Object.entries(FOREIGN)) {
    if (name in options) throw new InvalidArgumentError(`expected no tls.${name}: ${hint}`, { field: `tls.${name}` });
  }
  checkBoolean('checkHostname', options.checkHostname);
  checkBoolean('insecureSkipVerify', options.insecureSkipVerify);
  checkVersion('minVersion', options.minVersion);
  checkVersion('maxVersion', options.maxVersion);
}

function checkBoolean(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return;
  throw new InvalidArgumentError(`expected tls.${name} to be true or false, got ${typeof value}`, {
    field: `tls.${name}`,
  });
}

function checkVersion(name: string, value: unknown): void {
  if (value === undefined || (typeof value === 'string' && VERSIONS.includes(value))) return;
  const message = `expected tls.${name} to be one of ${VERSIONS.join(', ')}, got ${JSON.stringify(value)}`;
  throw new InvalidArgumentError(message, { field: `tls.${name}` });
}
