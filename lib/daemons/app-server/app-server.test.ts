import { describe, expect, it } from 'vitest';
import { parseIPv4 } from '../../std/ipv4';
import { SECOND } from '../../std/instant';
import type { SocketEvent } from '../../world/network.contract';
import { ToolLab } from '../tool-lab';
import { type AppControls, setAppControls } from './controls';
import { readConfiguration } from './configuration';
import { register } from './index';

/** Requests at the same instant; what each saw, and after how many milliseconds (in fives: the network takes its part). */
function ask(
  configuration: string,
  paths: readonly string[],
  controls: AppControls = {},
  cookie = '',
): { seen: string[]; said: string[] } {
  const lab = new ToolLab([register]);
  lab.segment('lan', '10.0.1.0/24');
  const host = lab.host(
    'app1',
    { eth0: 'lan 10.0.1.21/24' },
    { packages: ['shop-app'], files: { '/etc/shop.conf': { text: configuration } } },
  );
  const client = lab.host('client', { eth0: 'lan 10.0.1.50/24' });
  const seen: string[] = [];
  let startedAt = 0;
  lab.world.callback<string, SocketEvent>('test.client', ({ data }, event) => {
    const after = Math.floor((lab.kernel.now - startedAt) / 5_000) * 5;
    if (event.type === 'connected')
      lab.world.network.send(event.connection, 'client', {
        kind: 'request',
        trace: 0,
        method: 'GET',
        target: data,
        version: '1.1',
        headers: cookie === '' ? [] : [['Cookie', cookie]],
        body: '',
        bytes: 40,
      });
    if (event.type === 'message' && event.message.kind === 'response')
      seen.push(
        [
          event.message.status,
          event.message.body.trim(),
          after,
          ...event.message.headers.filter(([name]) => name === 'Set-Cookie').map(([, value]) => value),
        ].join(' '),
      );
    if (event.type === 'failed') seen.push(`${event.errno} ${after}`);
  });
  const pid = lab.world.spawn(host, {
    argv: ['/usr/local/bin/shop'],
    journal: { identifier: 'shop' },
  });
  lab.pass(SECOND);
  if (typeof pid === 'number') setAppControls(host, pid, controls);
  startedAt = lab.kernel.now;
  for (const path of paths)
    lab.world.network.connect(client, {
      pid: 0,
      ip: parseIPv4('10.0.1.21') ?? 0,
      port: 8080,
      on: { name: 'test.client', pid: 0, data: path },
    });
  lab.pass(5 * SECOND);
  return { seen, said: lab.log('app1') };
}

/** One order, kept in this file. */
function order(path: string): { status: number | undefined; kept: string; said: string[] } {
  const lab = new ToolLab([register]);
  lab.segment('lan', '10.0.1.0/24');
  const files = { '/etc/shop.conf': { text: `orders = ${path}\n` } };
  const host = lab.host('app1', { eth0: 'lan 10.0.1.21/24' }, { packages: ['shop-app'], files });
  if (path !== '/dev/full') host.install(path, { text: '' });
  let status: number | undefined;
  lab.world.callback<null, SocketEvent>('test.order', (_target, event) => {
    if (event.type === 'connected')
      lab.world.network.send(event.connection, 'client', {
        kind: 'request',
        trace: 0,
        method: 'POST',
        target: '/order',
        version: '1.1',
        headers: [],
        body: 'n=1',
        bytes: 40,
      });
    if (event.type === 'message' && event.message.kind === 'response') status = event.message.status;
  });
  lab.world.spawn(host, { argv: ['/usr/local/bin/shop'], journal: { identifier: 'shop' } });
  lab.pass(SECOND);
  const client = lab.host('client', { eth0: 'lan 10.0.1.50/24' });
  lab.world.network.connect(client, {
    pid: 0,
    ip: parseIPv4('10.0.1.21') ?? 0,
    port: 8080,
    on: { name: 'test.order', pid: 0, data: null },
  });
  lab.pass(SECOND);
  const kept = host.fs.readFile(path, { uid: 0, gid: 0, groups: [] });
  return { status, kept: typeof kept === 'string' ? kept : '', said: lab.log('app1').slice(1) };
}

describe('the application', () => {
  it('answers with its name after its delay and its processor time', () => {
    expect(ask('delay = 20ms\nprocessor = 5ms\n', ['/', '/health'])).toEqual({
      seen: ['200 app1 OK 5', '200 app1 OK 25'],
      said: ['shop[1]: shop: listening on 0.0.0.0:8080'],
    });
  });
  it('requests beyond its concurrency wait', () => {
    expect(ask('concurrency = 1\ndelay = 100ms\nprocessor = 0\n', ['/', '/', '/']).seen).toEqual([
      '200 app1 OK 100',
      '200 app1 OK 200',
      '200 app1 OK 300',
    ]);
  });
  it('shares the cores of its host', () => {
    const { seen } = ask('processor = 10ms\n', ['/', '/', '/', '/']);
    expect(seen.map((line) => line.split(' ')[3])).toEqual(['10', '10', '20', '20']);
  });
  it('has pages that take longer', () => {
    expect(ask('page = /report 200ms\nprocessor = 0\n', ['/report?x=1', '/', '/health']).seen).toEqual([
      '200 app1 OK 0',
      '200 app1 OK 0',
      '200 app1 OK 200',
    ]);
  });
  it('fails when what it depends on cannot be asked, and its health does not', () => {
    const settings = 'depends = http://10.0.1.50:9/\nprocessor = 0\n';
    expect(ask(settings, ['/health', '/']).seen).toEqual(['200 app1 OK 0', '502 app1 status 502 0']);
    const silent = 'depends = http://10.0.1.77/\ndepends_timeout = 300ms\nprocessor = 0\n';
    expect(ask(silent, ['/']).seen).toEqual(['504 app1 status 504 300']);
    expect(ask('depends = http://10.0.1.21:8080/health\nprocessor = 0\n', ['/']).seen).toEqual([
      '200 app1 OK 0',
    ]);
  });
  it('takes an order when it can be kept', () => {
    expect(order('/var/lib/shop/orders.log')).toEqual({
      status: 200,
      kept: '2026-11-23T14:00:01Z /order n=1\n',
      said: [],
    });
    expect(order('/dev/full')).toEqual({
      status: 500,
      kept: '',
      said: ['shop[1]: cannot keep order: /dev/full: No space left on device'],
    });
  });
  it('obeys controls from outside', () => {
    expect(ask('', ['/', '/health'], { status: 500, health_ok: 1 }).seen.sort()).toEqual([
      '200 app1 OK 0',
      '500 app1 status 500 0',
    ]);
    expect(ask('', ['/'], { abort: 1 }).seen).toEqual(['ECONNRESET 0']);
  });
  it('refuses settings that it does not know, with their line', () => {
    expect(readConfiguration('port = 80\ncolour = red\n', 'a')).toBe('line 2: unknown setting "colour"');
    expect(ask('port = 0\n', ['/'])).toEqual({
      seen: ['ECONNREFUSED 0'],
      said: ['shop[1]: shop: /etc/shop.conf: line 1: expected a number from 1 to 65535, not "0"'],
    });
  });
});

it('refuses a session that it did not give out once, and begins a new one', () => {
  const sessions = 'sessions = on\n';
  const lost = ask(sessions, ['/'], {}, 'SRV=a; SHOPSESSION=app2-7').seen;
  expect(lost).toEqual(['403 app1 status 403 0 SHOPSESSION=app1-1; path=/']);
  expect(ask(sessions, ['/']).seen).toEqual(['200 app1 OK 0 SHOPSESSION=app1-1; path=/']);
});
