// Servers, proxies and clients that live as long as one test and are taken down behind it, whatever its outcome.
import { FakeServer } from './fake-server.ts';
import type { FakeServerOptions } from './fake-server-options.ts';
import { FaultProxy, type FaultProxyOptions } from './fault-proxy.ts';
import { RawClient, type RawClientOptions } from './raw-client.ts';

/** The part of a test runner's context that is needed here. */
export interface TestScope {
  after(cleanUp: () => Promise<void>): void;
}

export async function startServer(test: TestScope, options: Partial<FakeServerOptions> = {}): Promise<FakeServer> {
  const server = await FakeServer.start(options);
  test.after(() => server.stop());
  return server;
}

export async function startProxy(
  test: TestScope,
  options: Pick<FaultProxyOptions, 'target'> & Partial<FaultProxyOptions>,
): Promise<FaultProxy> {
  const proxy = await FaultProxy.start(options);
  test.after(() => proxy.stop());
  return proxy;
}

export async function connectRaw(test: TestScope, options: RawClientOptions): Promise<RawClient> {
  const client = await RawClient.connect(options);
  test.after(() => client.close());
  return client;
}
