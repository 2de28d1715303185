// Finds TCP ports on loopback that nobody listens on, outside the range from which the kernel takes ports for clients:
// a server that binds its port seconds later would otherwise lose it to any outgoing connection.
import { createServer } from 'node:net';

const FIRST = 20_000;
const LAST = 32_000;

/** Picks a port that is free on every one of the addresses. */
export async function freePort(addresses: readonly string[], taken: ReadonlySet<number> = new Set()): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (taken.has(port)) continue;
    const free = await Promise.all(addresses.map((address) => isFree(address, port)));
    if (free.every(Boolean)) return port;
  }
  throw new Error(`no free port between ${FIRST} and ${LAST} on ${addresses.join(', ')}`);
}

/** Picks several ports, all different, each free on every one of the addresses. */
export async function freePorts(count: number, addresses: readonly string[]): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort(addresses, ports));
  return [...ports];
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
