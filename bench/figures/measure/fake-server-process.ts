// Program of a fake server in a process of its own.

import { error } from '../../../test/wire/harness/error-response.ts';
import { FakeServer } from '../../../test/wire/harness/fake-server.ts';
import { parseSelect } from '../../../test/wire/harness/cql-text.ts';
import { rows } from '../../../test/wire/harness/response.ts';
import { answerSelect } from '../../../test/wire/harness/system-table.ts';
import { oddPeers } from './odd-peers.ts';
import { SELECT, type FakeCommand, type FakeCounts, type FakeProcessOptions } from './fake-process.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as FakeProcessOptions;
const server = await FakeServer.start({ nodes: options.nodes, toleratesViolations: true });
const counts = { topologyReads: 0, requests: 0, prepares: 0 };

server.statement(SELECT, { parameters: [['k', 'text']], partitionKey: [0], columns: [['v', 'text']], rows: [] });
const execute = server.on({ opcode: 'EXECUTE' });
if (options.isOverloaded === true) execute.reply(() => (counts.requests++, error('OVERLOADED', 'too much')));
else {
  execute.reply(({ request }) => {
    counts.requests++;
    // What is recorded would fill the memory of a long run.
    server.received.length = 0;
    const [value] = request.opcode === 'EXECUTE' ? request.values : [];
    return rows([['v', 'text']], [[value instanceof Uint8Array ? new TextDecoder().decode(value) : null]]);
  });
}
if (options.isSilent === true) execute.drop();
if (options.dropped !== undefined) server.on({ opcode: 'EXECUTE', probability: options.dropped }).drop();
if (options.peers !== undefined) {
  const table = oddPeers(options.peers, server.port);
  server.on({ cql: /system\.peers_v2/ }).reply(({ cql = '' }) => {
    const select = parseSelect(cql);
    return select === undefined ? error('INVALID', 'expected a SELECT') : answerSelect(table, select, []);
  });
}
server.on({ cql: /system\.peers/, when: () => (counts.topologyReads++, false) });
server.on({ opcode: 'PREPARE', when: () => (counts.prepares++, false) });

process.on('message', (command: FakeCommand) => {
  if ('push' in command) {
    for (const event of command.push) server.push(event);
    process.send?.(true);
  } else if ('count' in command) {
    process.send?.({ ...counts, connections: server.connections.length } satisfies FakeCounts);
  } else {
    void server.stop().then(() => process.disconnect());
  }
});
process.send?.(server.port);
