// The exchange of tokens in a handshake.

import assert from 'node:assert/strict';
import test from 'node:test';
import { PlainTextAuthProvider } from '../../../src/connection/authenticator.ts';
import { DefaultEndPoint } from '../../../src/connection/endpoint.ts';
import { openConnection } from '../../../src/connection/handshake.ts';
import { AuthenticationFailedError, ConnectionError } from '../../../src/errors.ts';
import { Opcode } from '../../../src/protocol/opcodes.ts';
import { ScriptedServer, tokenOf } from './scripted-server.ts';
import type { AuthProvider } from '../../../src/connection/authenticator.ts';
import type { Reply } from './scripted-server.ts';

const PASSWORD_AUTHENTICATOR = 'org.apache.cassandra.auth.PasswordAuthenticator';
const SUCCESS: Reply = { opcode: Opcode.AUTH_SUCCESS, cold: [null] };

/** A server that asks for this authenticator and answers tokens with these replies, one after another. */
function asking(mechanism: string, ...replies: Reply[]): ScriptedServer {
  return new ScriptedServer(({ opcode }) => {
    if (opcode === Opcode.OPTIONS) return { opcode: Opcode.SUPPORTED, cold: [0] };
    return opcode === Opcode.STARTUP ? { opcode: Opcode.AUTHENTICATE, cold: [mechanism] } : replies.shift();
  });
}

function challenge(text: string): Reply {
  return { opcode: Opcode.AUTH_CHALLENGE, cold: [new TextEncoder().encode(text)] };
}

test('sends the token that the provider gives, in a segment in v5', async () => {
  const server = asking(PASSWORD_AUTHENTICATOR, SUCCESS);

  await openConnection(server.options({ authProvider: new PlainTextAuthProvider('ann', 'pass') }));

  const request = server.requests[2];
  assert.equal(request?.opcode, Opcode.AUTH_RESPONSE);
  assert.equal(tokenOf(request.encoded), '\0ann\0pass');
  assert.equal(request.isSealed, true);
});

test('answers challenges until the server is content, and hands on its last word', async () => {
  const server = asking('com.example.Custom', challenge('one'), challenge('two'), {
    opcode: Opcode.AUTH_SUCCESS,
    cold: [new TextEncoder().encode('welcome')],
  });
  const heard: string[] = [];
  const authProvider: AuthProvider = {
    newAuthenticator: (endPoint, mechanism) => {
      heard.push(endPoint.address, mechanism);
      return {
        initialResponse: () => new TextEncoder().encode('first'),
        evaluateChallenge: (bytes) => {
          const text = new TextDecoder().decode(bytes);
          heard.push(text);
          return Promise.resolve(text === 'two' ? null : new TextEncoder().encode(`re: ${text}`));
        },
        onAuthenticationSuccess: (bytes) => void heard.push(new TextDecoder().decode(bytes)),
      };
    },
  };

  await openConnection(server.options({ authProvider }));

  assert.deepEqual(heard, ['127.0.0.1', 'com.example.Custom', 'one', 'two', 'welcome']);
  assert.deepEqual(
    server.requests.slice(2).map(({ encoded }) => tokenOf(encoded)),
    ['first', 're: one', null],
  );
});

test('says so when the server asks and there are no credentials', async () => {
  const server = asking(PASSWORD_AUTHENTICATOR);

  await assert.rejects(openConnection(server.options()), (error: unknown) => {
    assert.ok(error instanceof AuthenticationFailedError);
    assert.match(error.message, /authentication at 127\.0\.0\.1:9042 failed: expected credentials or an authProvider/);
    return true;
  });
  assert.equal(server.requests.length, 2);
  assert.equal(server.sockets[0]?.isDestroyed, true);
});

test('sends nothing to an authenticator that is not known to take passwords', async () => {
  const server = asking('com.example.Evil', SUCCESS);

  await assert.rejects(
    openConnection(server.options({ authProvider: new PlainTextAuthProvider('ann', 'pass') })),
    AuthenticationFailedError,
  );
  assert.equal(server.requests.length, 2);
});

test('names the host when the credentials are wrong, and does not try other versions', async () => {
  const wrong: Reply = {
    opcode: Opcode.ERROR,
    cold: [0x0100, 'Provided username ann and/or password are incorrect', 0],
  };
  const server = asking(PASSWORD_AUTHENTICATOR, wrong);

  await assert.rejects(
    openConnection(server.options({ authProvider: new PlainTextAuthProvider('ann', 'canary') })),
    (error: unknown) => {
      assert.ok(error instanceof AuthenticationFailedError);
      assert.match(error.message, /^authentication at 127\.0\.0\.1:9042 failed: Provided username ann/);
      assert.ok(!JSON.stringify(error).includes('canary') && !String(error.stack).includes('canary'));
      return true;
    },
  );
  assert.equal(server.connects.length, 1);
});

test('fails when the provider throws, with what it threw as cause', async () => {
  const broken = new Error('vault is sealed');
  const server = asking(PASSWORD_AUTHENTICATOR, SUCCESS);
  const authProvider = new PlainTextAuthProvider(() => Promise.reject(broken));

  await assert.rejects(openConnection(server.options({ authProvider })), (error: unknown) => {
    assert.ok(error instanceof AuthenticationFailedError);
    assert.equal((error.cause as Error).cause, broken);
    return true;
  });
});

test('gives up on a provider that never answers', async () => {
  const server = asking(PASSWORD_AUTHENTICATOR, SUCCESS);
  const authProvider = new PlainTextAuthProvider(() => new Promise(() => undefined));
  const opening = openConnection(server.options({ authProvider }));
  await new Promise((resolve) => setImmediate(resolve));

  server.clock.advance(5020);

  await assert.rejects(opening, (error: unknown) => {
    assert.ok(error instanceof ConnectionError);
    assert.match(error.message, /the authProvider did not answer$/);
    return true;
  });
  assert.equal(server.sockets[0]?.isDestroyed, true);
});

test('warns when credentials leave the machine without TLS', async () => {
  const server = asking(PASSWORD_AUTHENTICATOR, SUCCESS);
  const authProvider = new PlainTextAuthProvider('ann', 'pass');

  await openConnection(server.options({ authProvider, endPoint: new DefaultEndPoint('10.1.2.3') }));

  assert.deepEqual(server.warnings, ['credentials are sent to 10.1.2.3:9042 without TLS']);
});

test('does not warn on loopback or with TLS', async () => {
  const authProvider = new PlainTextAuthProvider('ann', 'pass');
  const local = asking(PASSWORD_AUTHENTICATOR, SUCCESS);
  const encrypted = asking(PASSWORD_AUTHENTICATOR, SUCCESS);

  await openConnection(local.options({ authProvider }));
  await openConnection(encrypted.options({ authProvider, endPoint: new DefaultEndPoint('10.1.2.3'), tls: {} }));

  assert.deepEqual([...local.warnings, ...encrypted.warnings], []);
});
