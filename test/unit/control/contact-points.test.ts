// Contact points: names are looked up at every round, and stand for all their addresses.

import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { DefaultEndPoint, endPointText, NamedAddress, type EndPoint } from '../../../src/connection/endpoint.ts';
import { ContactPoints } from '../../../src/control/contact-points.ts';

describe('contact points', () => {
  test('give all addresses that a name has now, and addresses as they are', async () => {
    let addresses = ['10.0.0.1', '10.0.0.2'];
    const lookedUp: string[] = [];
    const points = new ContactPoints({
      endPoints: [
        new DefaultEndPoint('nodes.example', 9043),
        new DefaultEndPoint('::1'),
        new DefaultEndPoint('10.0.0.9'),
      ],
      lookup: (name) => {
        lookedUp.push(name);
        return Promise.resolve(addresses);
      },
    });
    const texts = async (): Promise<string[]> => (await points.resolve()).endPoints.map(endPointText);
    assert.deepEqual(await texts(), ['10.0.0.1:9043', '10.0.0.2:9043', '[::1]:9042', '10.0.0.9:9042']);
    addresses = ['10.0.0.3'];
    assert.deepEqual(await texts(), ['10.0.0.3:9043', '[::1]:9042', '10.0.0.9:9042']);
    assert.deepEqual(lookedUp, ['nodes.example', 'nodes.example']);
    assert.deepEqual(points.resolved.map(endPointText), ['10.0.0.3:9043', '[::1]:9042', '10.0.0.9:9042']);
  });

  test('keep the name for TLS', async () => {
    const points = new ContactPoints({
      endPoints: [new DefaultEndPoint('nodes.example')],
      lookup: () => Promise.resolve(['10.0.0.1']),
    });
    const [endPoint] = (await points.resolve()).endPoints;
    assert(endPoint instanceof NamedAddress);
    assert.equal(endPoint.serverName, 'nodes.example');
    assert.deepEqual(await endPoint.resolve(), { address: '10.0.0.1', port: 9042 });
  });

  test('tell of a name without address, and give the others', async () => {
    const points = new ContactPoints({
      endPoints: [new DefaultEndPoint('nowhere.example'), new DefaultEndPoint('10.0.0.1')],
      lookup: () => Promise.reject(new Error('not found')),
    });
    const { endPoints, errors } = await points.resolve();
    assert.deepEqual(endPoints.map(endPointText), ['10.0.0.1:9042']);
    assert.deepEqual([...errors.keys()], ['nowhere.example:9042']);
  });

  test("leave end points of the user's, and names that the connector alone understands, as they are", async () => {
    const own: EndPoint = {
      address: 'tunnel',
      port: 1,
      resolve: () => Promise.resolve({ address: '127.0.0.1', port: 2 }),
    };
    const withLookup = new ContactPoints({ endPoints: [own], lookup: () => Promise.reject(new Error('not asked')) });
    assert.deepEqual((await withLookup.resolve()).endPoints, [own]);
    const name = new DefaultEndPoint('node-1');
    assert.deepEqual((await new ContactPoints({ endPoints: [name], lookup: null }).resolve()).endPoints, [name]);
  });
});
