import { describe, expect, test } from 'vitest';
import { Kernel } from '../../../kernel/kernel';
import { parseCidr } from '../../../std/ipv4';
import { SECOND } from '../../../std/instant';
import { ROOT } from '../../../world/files';
import type { Program } from '../../../world/process.contract';
import { createNetwork } from '../../../world/network/network';
import { PluginRegistry } from '../../../world/registry';
import { SimulatedWorld } from '../../../world/world';
import type { Host } from '../../../world/world.contract';
import { register } from '../index';

const FILE = '/etc/keepalived/keepalived.conf';
const VIP = '10.0.1.100';

function configuration(priority: number, more = '', top = ''): string {
  return `global_defs {
    script_user root
    enable_script_security
}
${top}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority ${priority}
    ${more}
    virtual_ipaddress {
        ${VIP}/24
    }
}
`;
}

class Pair {
  readonly kernel = new Kernel({ seed: 1 });
  readonly world: SimulatedWorld;
  readonly exits = new Map<string, number | undefined>();

  constructor(...files: string[]) {
    const registry = new PluginRegistry();
    register(registry);
    registry.program('test/check', check);
    this.world = new SimulatedWorld({
      kernel: this.kernel,
      network: (world) => createNetwork(world),
      registry,
    });
    this.world.addSegment('dmz', { network: 0x0a000100, prefix: 24 }, { latencyMicros: 20 });
    for (const [index, text] of files.entries()) {
      const cidr = parseCidr(`10.0.1.1${index + 1}/24`);
      this.world.addHost({
        name: `lb${index + 1}`,
        interfaces: [
          {
            name: 'eth0',
            segment: 'dmz',
            addresses: cidr === undefined ? [] : [{ ip: cidr.address, prefix: cidr.prefix }],
          },
        ],
        packages: ['keepalived'],
        files: { [FILE]: { text }, '/usr/bin/check': { program: 'test/check' }, '/run/ok': { text: 'x' } },
      });
    }
  }
  start(name: string, ...words: string[]): number {
    const host = this.world.host(name);
    const pid = this.world.spawn(host, {
      argv: ['keepalived'],
      program: (context) => this.parentOf(context, words.length === 0 ? ['-n', '-D'] : words),
    });
    if (typeof pid !== 'number') throw new Error(pid.errno);
    this.run(0.001);
    return host.processes().find(({ argv }) => argv[0] === '/usr/sbin/keepalived')?.pid ?? 0;
  }
  *parentOf(context: Parameters<Program>[0], words: readonly string[]): ReturnType<Program> {
    const pid = context.spawn({ argv: ['/usr/sbin/keepalived', ...words] });
    if (typeof pid === 'number') this.exits.set(context.host.name, (yield* context.wait(pid)).code);
    return 0;
  }
  run(seconds: number): this {
    this.kernel.runUntil(this.kernel.now + Math.round(seconds * SECOND));
    return this;
  }
  holders(): string[] {
    const ip = parseCidr(VIP)?.address;
    return this.world
      .hosts()
      .filter(
        ({ state }) => state.interfaces.get('eth0')?.addresses.some((address) => address.ip === ip) === true,
      )
      .map(({ name }) => name);
  }
  said(name: string): string[] {
    return this.world.host(name).state.log.map(({ text }) => text);
  }
  child(name: string): number {
    const found = this.world
      .host(name)
      .processes()
      .find(({ daemon }) => daemon?.kind === 'keepalived-vrrp');
    return found?.pid ?? 0;
  }
}

/** Good while /run/ok is there. */
function* check(context: Parameters<Program>[0]): ReturnType<Program> {
  yield* context.sleep(1000);
  return context.fs.exists('/run/ok') ? 0 : 1;
}
function charts(host: Host, pid: number): string[] {
  const context = host.daemonContext(pid);
  if (context === undefined) return [];
  return (host.world.registry.findDaemon('keepalived-vrrp')?.charts?.(context) ?? []).map(
    ({ id, current }) => `${id} ${current}`,
  );
}

describe('a pair', () => {
  test('elects the higher priority after its master-down interval, and nobody before', () => {
    const pair = new Pair(configuration(150), configuration(100));
    pair.start('lb1');
    pair.start('lb2');
    expect(pair.run(3.3).holders()).toEqual([]);
    expect(pair.run(0.3).holders()).toEqual(['lb1']);
    expect(charts(pair.world.host('lb1'), pair.child('lb1'))).toEqual(['VI_1 master']);
    expect(pair.run(10).holders()).toEqual(['lb1']);
    expect(charts(pair.world.host('lb2'), pair.child('lb2'))).toEqual(['VI_1 backup']);
  });

  test('an orderly stop hands over within the skew time and leaves nothing behind', () => {
    const pair = new Pair(configuration(150), configuration(100));
    const pid = pair.start('lb1');
    pair.start('lb2');
    pair.run(5);
    pair.world.kill(pair.world.host('lb1'), pid, 'TERM');
    expect(pair.run(0.5).holders()).toEqual([]);
    expect(pair.run(0.2).holders()).toEqual(['lb2']);
    expect(pair.run(1).exits.get('lb1')).toBe(0);
    expect(pair.said('lb1')).toContain('Stopped Keepalived v2.2.7 (01/16,2022)');
    expect(pair.world.host('lb1').fs.exists('/run/keepalived.pid')).toBe(false);
  });

  test('killing both processes leaves the address on the dead host', () => {
    const pair = new Pair(configuration(150), configuration(100));
    const pid = pair.start('lb1');
    pair.start('lb2');
    pair.run(5);
    const lb1 = pair.world.host('lb1');
    const child = pair.child('lb1');
    pair.world.kill(lb1, pid, 'KILL');
    pair.world.kill(lb1, child, 'KILL');
    expect(pair.run(4).holders()).toEqual(['lb1', 'lb2']);
  });

  test('killing the parent alone is an orderly stop of its child', () => {
    const pair = new Pair(configuration(150), configuration(100));
    const pid = pair.start('lb1');
    pair.start('lb2');
    pair.run(5);
    pair.world.kill(pair.world.host('lb1'), pid, 'KILL');
    expect(pair.run(0.7).holders()).toEqual(['lb2']);
  });

  test('a dead child is started again', () => {
    const pair = new Pair(configuration(150));
    pair.start('lb1');
    pair.run(5);
    const before = pair.child('lb1');
    pair.world.kill(pair.world.host('lb1'), before, 'KILL');
    expect(pair.run(0.1).holders()).toEqual([]);
    expect(pair.child('lb1')).not.toBe(before);
    expect(pair.said('lb1')).toContain(`VRRP child process(${before}) died: Respawning`);
  });

  test('a reload that names no router id ends the daemon and leaves the address', () => {
    const pair = new Pair(configuration(150));
    const pid = pair.start('lb1');
    pair.run(5);
    const lb1 = pair.world.host('lb1');
    lb1.install(FILE, { text: configuration(150).replace('virtual_router_id 51', '') });
    pair.world.kill(lb1, pid, 'HUP');
    expect(pair.run(2).holders()).toEqual(['lb1']);
    expect(pair.child('lb1')).toBe(0);
    expect(pair.exits.has('lb1')).toBe(true);
  });

  test('a reload without change keeps master and address', () => {
    const pair = new Pair(configuration(150), configuration(100));
    const pid = pair.start('lb1');
    pair.start('lb2');
    pair.run(5);
    pair.world.kill(pair.world.host('lb1'), pid, 'HUP');
    expect(pair.run(5).holders()).toEqual(['lb1']);
    expect(pair.said('lb2')).not.toContain('(VI_1) Entering MASTER STATE');
  });
});

describe('tracking', () => {
  const script = (weight: string): string =>
    `vrrp_script chk {\n script "/usr/bin/check"\n interval 1\n fall 2\n rise 2\n ${weight}\n}`;
  const tracked = 'track_script {\n chk\n }';

  test('a script without weight takes the master down, and hands over at once', () => {
    const pair = new Pair(configuration(150, tracked, script('')), configuration(100));
    pair.start('lb1');
    pair.start('lb2');
    pair.run(6);
    pair.world.host('lb1').fs.unlink('/run/ok', { uid: 0, gid: 0, groups: [] });
    pair.run(2.7);
    expect(pair.holders()).toEqual(['lb2']);
    expect(pair.said('lb1')).toContain('VRRP_Script(chk) failed (exited with status 1)');
    expect(pair.said('lb1')).toContain('(VI_1) Entering FAULT STATE');
  });

  test('with weight the master keeps the address until the other one times out', () => {
    const pair = new Pair(configuration(150, tracked, script('weight -60')), configuration(100));
    pair.start('lb1');
    pair.start('lb2');
    pair.run(6);
    pair.world.host('lb1').fs.unlink('/run/ok', { uid: 0, gid: 0, groups: [] });
    expect(pair.run(3).holders()).toEqual(['lb1']);
    expect(pair.said('lb1')).toContain('(VI_1) Changing effective priority from 150 to 90');
    expect(pair.run(3).holders()).toEqual(['lb2']);
  });

  test('an interface that goes down takes the address with it', () => {
    const pair = new Pair(configuration(150));
    pair.start('lb1');
    pair.run(5);
    pair.world.network.setCarrier(pair.world.host('lb1'), 'eth0', false);
    expect(pair.run(0.1).holders()).toEqual([]);
    expect(pair.said('lb1')).toContain('Netlink reports eth0 down');
  });
});

test('-t says nothing of a good file and exits with 5 for an unknown keyword', () => {
  const pair = new Pair(configuration(150), configuration(150, 'advrt_int 1'));
  pair.start('lb1', '-t');
  pair.start('lb2', '-t');
  pair.run(1);
  expect([pair.exits.get('lb1'), pair.exits.get('lb2')]).toEqual([0, 5]);
});

test('SIGUSR2 writes how often it became master', () => {
  const pair = new Pair(configuration(150));
  const pid = pair.start('lb1');
  pair.run(5);
  pair.world.kill(pair.world.host('lb1'), pid, 'USR2');
  pair.run(0.1);
  const text = pair.world.host('lb1').fs.readFile('/tmp/keepalived.stats', { uid: 0, gid: 0, groups: [] });
  expect(text).toContain('VRRP Instance: VI_1');
  expect(text).toContain('  Became master: 1\n');
});

test('without -n it goes into the background', () => {
  const pair = new Pair(configuration(150));
  pair.start('lb1', '-D');
  expect(pair.run(0.1).exits.get('lb1')).toBe(0);
  expect(pair.run(4).holders()).toEqual(['lb1']);
});

test('a checkpoint holds it: going back and on again leads to the same', () => {
  const pair = new Pair(configuration(150), configuration(100));
  pair.start('lb1', '-D');
  pair.start('lb2', '-D');
  pair.run(2);
  const kernel = pair.kernel.save();
  const world = pair.world.save();
  const first = pair.run(4).said('lb1');
  expect(pair.holders()).toEqual(['lb1']);
  pair.kernel.load(kernel);
  pair.world.load(world);
  expect(pair.holders()).toEqual([]);
  expect(pair.run(4).said('lb1')).toEqual(first);
  expect(pair.holders()).toEqual(['lb1']);
});

test('a backup that was stopped reads what waited before it looks at its timer', () => {
  const pair = new Pair(configuration(150), configuration(100));
  pair.start('lb1');
  const pid = pair.start('lb2');
  pair.run(6);
  const lb2 = pair.world.host('lb2');
  const child = pair.child('lb2');
  for (const one of [pid, child]) pair.world.kill(lb2, one, 'STOP');
  pair.run(8);
  for (const one of [pid, child]) pair.world.kill(lb2, one, 'CONT');
  expect(pair.run(2).holders()).toEqual(['lb1']);
  expect(pair.said('lb2')).not.toContain('(VI_1) Entering MASTER STATE');
});

test('SIGUSR1 writes down what it has: settings, instances, sockets, scripts, interfaces', () => {
  const script = 'vrrp_script chk {\n script "/usr/bin/check"\n weight -10\n}\n';
  const pair = new Pair(configuration(150, 'track_script {\n chk\n }', script));
  const pid = pair.start('lb1');
  pair.run(5);
  pair.world.kill(pair.world.host('lb1'), pid, 'USR1');
  pair.run(1);
  const text = pair.world.host('lb1').fs.readFile('/tmp/keepalived.data', ROOT);
  expect(text).toMatch(/^------< Global definitions >------\n/);
  expect(String(text).match(/^------< .* >------$/gm)).toEqual([
    '------< Global definitions >------',
    '------< VRRP Topology >------',
    '------< VRRP Sockpool >------',
    '------< VRRP Scripts >------',
    '------< Interfaces >------',
  ]);
  expect(text).toContain('   Status = GOOD\n');
  expect(text).toContain('   fd_in 13, fd_out 14\n   Tracked scripts :\n     chk weight -10\n');
});
