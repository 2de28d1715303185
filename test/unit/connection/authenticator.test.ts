import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import test from 'node:test';
import { PlainTextAuthProvider, TransitionalModePlainTextAuthProvider } from '../../../src/connection/authenticator.ts';
import { DefaultEndPoint } from '../../../src/connection/endpoint.ts';
import { AuthenticationFailedError, InvalidArgumentError } from '../../../src/errors.ts';

const endPoint = new DefaultEndPoint('127.0.0.1');
const PASSWORD_AUTHENTICATOR = 'org.apache.cassandra.auth.PasswordAuthenticator';
const DSE_AUTHENTICATOR = 'com.datastax.bdp.cassandra.auth.DseAuthenticator';

function text(bytes: Uint8Array | null): string {
  return new TextDecoder().decode(bytes ?? new Uint8Array(0));
}

const known = [
  PASSWORD_AUTHENTICATOR,
  'org.apache.cassandra.auth.MutualTlsWithPasswordFallbackAuthenticator',
  'com.scylladb.auth.SaslauthdAuthenticator',
  'com.scylladb.auth.TransitionalAuthenticator',
];

for (const mechanism of known) {
  test(`sends name and password to ${mechanism}`, async () => {
    const authenticator = await new PlainTextAuthProvider('ann', 'pass').newAuthenticator(endPoint, mechanism);

    assert.equal(text(await authenticator.initialResponse()), '\0ann\0pass');
  });
}

test('sends the authorization id first', async () => {
  const provider = new PlainTextAuthProvider('ann', 'pass', 'bob');

  const authenticator = await provider.newAuthenticator(endPoint, PASSWORD_AUTHENTICATOR);

  assert.equal(text(await authenticator.initialResponse()), 'bob\0ann\0pass');
});

test('sends names and passwords as UTF-8', async () => {
  const authenticator = await new PlainTextAuthProvider('änn', 'pàss').newAuthenticator(
    endPoint,
    PASSWORD_AUTHENTICATOR,
  );

  assert.equal(text(await authenticator.initialResponse()), '\0änn\0pàss');
});

test('sends no password to an authenticator it does not know, and names it', async () => {
  let asked = 0;
  const provider = new PlainTextAuthProvider(() => {
    asked++;
    return { username: 'ann', password: 'pass' };
  });

  for (const mechanism of ['com.example.Evil', '', 'PasswordAuthenticator', `${PASSWORD_AUTHENTICATOR}.x`]) {
    await assert.rejects(provider.newAuthenticator(endPoint, mechanism), (error: unknown) => {
      assert.ok(error instanceof AuthenticationFailedError);
      assert.ok(error.message.includes(JSON.stringify(mechanism)));
      return true;
    });
  }
  assert.equal(asked, 0);
});

test('names PLAIN to DSE and sends the password only when asked with PLAIN-START', async () => {
  const authenticator = await new PlainTextAuthProvider('ann', 'pass').newAuthenticator(endPoint, DSE_AUTHENTICATOR);

  assert.equal(text(await authenticator.initialResponse()), 'PLAIN');
  assert.equal(text(await authenticator.evaluateChallenge(new TextEncoder().encode('PLAIN-START'))), '\0ann\0pass');
  assert.throws(
    () => authenticator.evaluateChallenge(new TextEncoder().encode('GSSAPI-START')),
    AuthenticationFailedError,
  );
});

test('does not answer a challenge of an authenticator that has the password already', async () => {
  const authenticator = await new PlainTextAuthProvider('ann', 'pass').newAuthenticator(
    endPoint,
    PASSWORD_AUTHENTICATOR,
  );

  assert.throws(
    () => authenticator.evaluateChallenge(new TextEncoder().encode('PLAIN-START')),
    AuthenticationFailedError,
  );
});

test('asks the function for every connection, so that passwords can be rotated', async () => {
  let count = 0;
  const provider = new PlainTextAuthProvider(() => Promise.resolve({ username: 'ann', password: `pass${++count}` }));

  const first = await provider.newAuthenticator(endPoint, PASSWORD_AUTHENTICATOR);
  const second = await provider.newAuthenticator(endPoint, PASSWORD_AUTHENTICATOR);

  assert.equal(text(await first.initialResponse()), '\0ann\0pass1');
  assert.equal(text(await second.initialResponse()), '\0ann\0pass2');
});

test('refuses credentials that are no text or hold a NUL, without showing them', () => {
  assert.throws(() => new PlainTextAuthProvider('ann', undefined as unknown as string), InvalidArgumentError);
  assert.throws(
    () => new PlainTextAuthProvider('ann', 'secret\0word'),
    (error: unknown) => {
      assert.ok(error instanceof InvalidArgumentError);
      assert.ok(!inspect(error).includes('secret'));
      return true;
    },
  );
});

test('answers without credentials in transitional mode', async () => {
  const authenticator = new TransitionalModePlainTextAuthProvider().newAuthenticator(endPoint, PASSWORD_AUTHENTICATOR);

  assert.equal(text(await authenticator.initialResponse()), '\0\0');
});

test('shows the password to nobody who inspects, prints, clones or serialises', async () => {
  const provider = new PlainTextAuthProvider('canary-user', 'canary-password');
  const authenticator = await provider.newAuthenticator(endPoint, PASSWORD_AUTHENTICATOR);
  const seen: string[] = [];

  for (const subject of [provider, authenticator, { nested: [provider, authenticator] }]) {
    seen.push(inspect(subject, { depth: Infinity, showHidden: true, getters: true }));
    seen.push(JSON.stringify(subject));
    seen.push(inspect(structuredClone(subject), { depth: Infinity, showHidden: true }));
  }
  for (const subject of [provider, authenticator]) seen.push(Reflect.ownKeys(subject).join());

  assert.ok(!seen.join('\n').includes('canary'), seen.join('\n'));
});
