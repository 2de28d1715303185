// Makes the keys and certificates of a TLS test cluster with the JDK's keytool: an authority, a server certificate for
// the nodes' addresses and a client certificate, both signed by the authority.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { javaTool } from './java.ts';

const run = promisify(execFile);
const PASSWORD = 'changeit';

export interface TlsMaterial {
  /** The authority's certificate, PEM: what a client must trust. */
  readonly authority: string;
  /** The client's key and certificate as PKCS #12, with its passphrase: what a client may show. */
  readonly client: { readonly pfx: Buffer; readonly passphrase: string };
  /** Files for the server's configuration. */
  readonly server: { readonly keystore: string; readonly truststore: string; readonly password: string };
}

/** Writes fresh material into a directory; the server certificate names `localhost` and the given IP addresses. */
export async function createTlsMaterial(directory: string, addresses: readonly string[]): Promise<TlsMaterial> {
  const file = (name: string): string => join(directory, name);
  const store = (name: string): string[] => ['-keystore', file(name), '-storetype', 'PKCS12', '-storepass', PASSWORD];
  const generate = (name: string, alias: string, subject: string): string[] => [
    ...['-genkeypair', '-alias', alias, '-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '30'],
    ...['-dname', `CN=${subject}`, ...store(name)],
  ];
  await keytool([...generate('authority.p12', 'authority', 'ferrocql test authority'), '-ext', 'bc:c']);
  await keytool([
    '-exportcert',
    '-rfc',
    '-alias',
    'authority',
    '-file',
    file('authority.pem'),
    ...store('authority.p12'),
  ]);

  const sign = async (name: string, alias: string, extensions: string[]): Promise<void> => {
    await keytool(['-certreq', '-alias', alias, '-file', file(`${alias}.csr`), ...store(name)]);
    await keytool([
      ...['-gencert', '-alias', 'authority', '-rfc', '-validity', '30', '-infile', file(`${alias}.csr`)],
      ...['-outfile', file(`${alias}.pem`), ...extensions, ...store('authority.p12')],
    ]);
    await keytool(['-importcert', '-noprompt', '-alias', 'authority', '-file', file('authority.pem'), ...store(name)]);
    await keytool(['-importcert', '-noprompt', '-alias', alias, '-file', file(`${alias}.pem`), ...store(name)]);
  };
  const names = ['dns:localhost', ...addresses.map((address) => `ip:${address}`)].join(',');
  await keytool(generate('server.p12', 'server', 'ferrocql test server'));
  await sign('server.p12', 'server', ['-ext', `san=${names}`, '-ext', 'eku=serverAuth']);
  await keytool(generate('client.p12', 'client', 'ferrocql test client'));
  await sign('client.p12', 'client', ['-ext', 'eku=clientAuth']);
  await keytool([
    ...['-importcert', '-noprompt', '-alias', 'authority', '-file', file('authority.pem')],
    ...store('trust.p12'),
  ]);
  return {
    authority: await readFile(file('authority.pem'), 'utf8'),
    client: { pfx: await readFile(file('client.p12')), passphrase: PASSWORD },
    server: { keystore: file('server.p12'), truststore: file('trust.p12'), password: PASSWORD },
  };
}

async function keytool(args: string[]): Promise<void> {
  await run(javaTool('keytool'), ['-J-XX:TieredStopAtLevel=1', '-J-XX:+UseSerialGC', ...args]);
}
