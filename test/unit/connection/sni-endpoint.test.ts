import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { EC2MultiRegionTranslator, IdentityTranslator } from '../../../src/connection/address-translation.ts';
import { endPointText, SniEndPoint, SniEndPointFactory } from '../../../src/connection/endpoint.ts';
import { InvalidArgumentError } from '../../../src/errors.ts';

test('nodes behind one proxy are told apart by their server names and reached at the proxy', async () => {
  const factory = new SniEndPointFactory('proxy.example', 29042, { ca: 'root' });
  const one = factory.create({ host_id: 'a-b' });
  const other = factory.createFromSni('c-d');
  assert.notEqual(endPointText(one), endPointText(other));
  assert.deepEqual(await one.resolve(), { address: 'proxy.example', port: 29042 });
  assert.deepEqual(one.tlsOptions, { ca: 'root', servername: 'a-b' });
  assert.equal(String(other), 'c-d:29042');
  assert.throws(() => new SniEndPoint('', 'a'), InvalidArgumentError);
  assert.throws(() => new SniEndPoint('proxy', ''), InvalidArgumentError);
  assert.throws(() => new SniEndPointFactory('proxy', 0), InvalidArgumentError);
});

test('EC2MultiRegionTranslator gives what the name of an address stands for here', async () => {
  const asked: string[] = [];
  const translator = new EC2MultiRegionTranslator({
    reverse: (address) => {
      asked.push(address);
      return Promise.resolve(['ec2-1.example', 'other.example']);
    },
    forward: (name) => {
      asked.push(name);
      return Promise.resolve(['10.1.2.3']);
    },
  });
  assert.equal(await translator.translate('52.1.2.3'), '10.1.2.3');
  assert.deepEqual(asked, ['52.1.2.3', 'ec2-1.example']);
});

test('an address without a name, or whose name has no address, is taken as it is', async () => {
  const failing = (): Promise<never> => Promise.reject(new Error('not found'));
  const none = (): Promise<string[]> => Promise.resolve([]);
  const named = (): Promise<string[]> => Promise.resolve(['a']);
  for (const lookup of [
    { reverse: failing, forward: named },
    { reverse: none, forward: named },
    { reverse: named, forward: failing },
    { reverse: named, forward: none },
  ]) {
    assert.equal(await new EC2MultiRegionTranslator(lookup).translate('52.1.2.3'), '52.1.2.3');
  }
  assert.equal(new IdentityTranslator().translate('52.1.2.3'), '52.1.2.3');
});
