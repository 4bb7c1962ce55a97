import { expect, test } from 'vitest';
import { Lab } from '../../../world/network/lab';
import { loadDefinition } from './load';

const SHOP = '/lib/systemd/system/shop.service';
const TEXT = '[Unit]\nDescription=Shop\n[Service]\nExecStart=/usr/bin/shop\n';

function twoHosts() {
  const lab = new Lab().segment('lan');
  lab.host('a', { eth0: 'lan 10.0.0.1/24' });
  lab.host('b', { eth0: 'lan 10.0.0.2/24' });
  const { world } = lab;
  const hosts = [world.host('a'), world.host('b')] as const;
  const of = (): unknown[] => hosts.map((host) => loadDefinition(host, 'shop.service'));
  return { hosts, of };
}

test('equal unit files are read once for all hosts, and anew where one of them changes', () => {
  const { hosts, of } = twoHosts();
  const [a, b] = hosts;
  for (const host of hosts) host.install(SHOP, { text: TEXT, mtime: 1 });
  b.install(SHOP, { text: TEXT, mtime: 2 });
  expect(of()).toMatchObject([
    { description: 'Shop', load: 'loaded', sources: [{ mtime: 1 }] },
    { description: 'Shop', load: 'loaded', sources: [{ mtime: 2 }] },
  ]);
  const [one, two] = hosts.map((host) => loadDefinition(host, 'shop.service'));
  expect(two?.service).toBe(one?.service);
  a.install('/etc/systemd/system/shop.service.d/more.conf', { text: '[Unit]\nDescription=Other shop\n' });
  b.install('/etc/systemd/system/shop.service.wants/cron.service', {
    link: '/lib/systemd/system/cron.service',
  });
  expect(of()).toMatchObject([
    { description: 'Other shop', dropIns: ['/etc/systemd/system/shop.service.d/more.conf'] },
    { description: 'Shop', dropIns: [], dependencies: { Wants: ['cron.service'] } },
  ]);
  b.install(SHOP, { text: TEXT.replace('Shop', 'New shop') });
  expect(of()).toMatchObject([{ description: 'Other shop' }, { description: 'New shop' }]);
});

test('what a unit file says of its machine is read on each', () => {
  const { hosts, of } = twoHosts();
  for (const host of hosts) host.install(SHOP, { text: TEXT.replace('Shop', 'Shop of %H') });
  expect(of()).toMatchObject([{ description: 'Shop of a' }, { description: 'Shop of b' }]);
});
