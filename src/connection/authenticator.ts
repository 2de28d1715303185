// Who proves who the client is. Passwords live in private fields only: nothing that inspects, prints or serialises an
// object shows them.

import { AuthenticationFailedError, InvalidArgumentError } from '../errors.ts';
import type { EndPoint } from './endpoint.ts';

/** Makes an authenticator for every connection that a server asks to authenticate. */
export interface AuthProvider {
  /** `mechanism` is the class that the server named in AUTHENTICATE. */
  newAuthenticator(endPoint: EndPoint, mechanism: string): Authenticator | Promise<Authenticator>;
}

/** The client's side of one SASL exchange. */
export interface Authenticator {
  /** Gives the first token. */
  initialResponse(): Uint8Array | Promise<Uint8Array>;
  /** Gives the token that answers a challenge. */
  evaluateChallenge(challenge: Uint8Array): Uint8Array | null | Promise<Uint8Array | null>;
  /** Gets what the server said at the end. */
  onAuthenticationSuccess?(token: Uint8Array): void;
}

/** A user name and a password. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

const DSE_AUTHENTICATOR = 'com.datastax.bdp.cassandra.auth.DseAuthenticator';

/** The authenticators that a password is sent to; any server can ask for one. */
const PASSWORD_AUTHENTICATORS: ReadonlySet<string> = new Set([
  'org.apache.cassandra.auth.PasswordAuthenticator',
  'org.apache.cassandra.auth.MutualTlsWithPasswordFallbackAuthenticator',
  'com.scylladb.auth.SaslauthdAuthenticator',
  'com.scylladb.auth.TransitionalAuthenticator',
  DSE_AUTHENTICATOR,
]);

/**
 * Authenticates with a user name and a password, to the authenticators that are known to take one.
 *
 * Given a function instead, calls it for every connection, so that passwords can be rotated.
 */
export class PlainTextAuthProvider implements AuthProvider {
  readonly #credentials: () => Credentials | Promise<Credentials>;
  readonly #authorizationId: string;

  /** Throws InvalidArgumentError if a name or the password is no text, or has a NUL in it. */
  constructor(username: string, password: string, authorizationId?: string);
  constructor(get: () => Credentials | Promise<Credentials>);
  constructor(first: string | (() => Credentials | Promise<Credentials>), password?: string, authorizationId = '') {
    this.#authorizationId = checkText('authorizationId', authorizationId);
    if (typeof first === 'function') {
      this.#credentials = first;
    } else {
      const credentials = checkCredentials(first, password);
      this.#credentials = () => credentials;
    }
  }

  /**
   * Rejects with AuthenticationFailedError if the server names an authenticator that is not known to take passwords, with
   * InvalidArgumentError if the function gives no credentials, and with what the function throws.
   */
  async newAuthenticator(_endPoint: EndPoint, mechanism: string): Promise<Authenticator> {
    checkMechanism(mechanism);
    const given = await this.#credentials();
    const { username, password } = checkCredentials(given.username, given.password);
    return new PlainTextAuthenticator(mechanism, username, password, this.#authorizationId);
  }
}

/**
 * Authenticates without credentials, to servers that are moving from no authentication to passwords and take both.
 */
export class TransitionalModePlainTextAuthProvider implements AuthProvider {
  /** Throws AuthenticationFailedError if the server names an authenticator that is not known to take passwords. */
  newAuthenticator(_endPoint: EndPoint, mechanism: string): Authenticator {
    checkMechanism(mechanism);
    return new PlainTextAuthenticator(mechanism, '', '', '');
  }
}

/** SASL PLAIN. Source: RFC 4616, 2. */
class PlainTextAuthenticator implements Authenticator {
  readonly #mechanism: string;
  readonly #username: string;
  readonly #password: string;
  readonly #authorizationId: string;

  constructor(mechanism: string, username: string, password: string, authorizationId: string) {
    this.#mechanism = mechanism;
    this.#username = username;
    this.#password = password;
    this.#authorizationId = authorizationId;
  }

  initialResponse(): Uint8Array {
    // DSE wants the name of the mechanism first, and asks for the rest in a challenge.
    return this.#mechanism === DSE_AUTHENTICATOR ? utf8('PLAIN') : this.#token();
  }

  evaluateChallenge(challenge: Uint8Array): Uint8Array {
    const asked = new TextDecoder().decode(challenge);
    if (this.#mechanism === DSE_AUTHENTICATOR && asked === 'PLAIN-START') return this.#token();
    throw new AuthenticationFailedError(
      `expected ${this.#mechanism} to take the password, got a challenge of ${challenge.length} bytes`,
    );
  }

  // authorization id, 00, user name, 00, password
  #token(): Uint8Array {
    return utf8(`${this.#authorizationId}\0${this.#username}\0${this.#password}`);
  }
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function checkMechanism(mechanism: string): void {
  if (PASSWORD_AUTHENTICATORS.has(mechanism)) return;
  throw new AuthenticationFailedError(
    `expected an authenticator that is known to take passwords, got ${JSON.stringify(mechanism)}: no password was sent; ` +
      'an authProvider of your own can answer it',
  );
}

function checkCredentials(username: unknown, password: unknown): Credentials {
  return { username: checkText('username', username), password: checkText('password', password) };
}

/** The value is in no message: it may be the password. */
function checkText(field: string, value: unknown): string {
  if (typeof value !== 'string')
    throw new InvalidArgumentError(`expected ${field} to be text, got ${typeof value}`, { field });
  if (value.includes('\0')) throw new InvalidArgumentError(`expected ${field} without a NUL character`, { field });
  return value;
}
