import { describe, expect, it } from 'vitest';
import { parseIPv4 } from '../../std/ipv4';
import { SECOND } from '../../std/instant';
import { ROOT } from '../../world/files';
import type { HttpResponse, SocketEvent } from '../../world/network.contract';
import type { Host } from '../../world/world.contract';
import { ToolLab } from '../tool-lab';
import { register } from './index';

const CONFIGURATION = `global
    log /dev/log local0
    stats socket /run/haproxy/admin.sock mode 660 level admin
    user haproxy
    group haproxy
defaults
    mode http
    log global
    option httplog
    timeout connect 2s
    timeout client 30s
    timeout server 10s
frontend web
    bind :80
    default_backend app
backend app
    option redispatch
    server app1 10.0.1.21:8080 check inter 1s
    server app2 10.0.1.22:8080 check inter 1s
`;

/** A load balancer, two servers that answer with their names, a client that keeps what it saw. */
class Shop {
  readonly lab = new ToolLab([register]);
  readonly lb: Host;
  readonly seen: string[] = [];
  readonly listeners = new Map<string, number>();
  master = 0;
  #answers = new Map<number, string>();

  constructor(configuration = CONFIGURATION) {
    this.lab.segment('lan', '10.0.1.0/24');
    this.lb = this.lab.host(
      'lb',
      { eth0: 'lan 10.0.1.11/24' },
      { packages: ['haproxy'], files: { '/etc/haproxy/haproxy.cfg': { text: configuration } } },
    );
    this.lab.host('client', { eth0: 'lan 10.0.1.50/24' });
    const { world } = this.lab;
    world.callback<null, SocketEvent>('test.app', ({ host }, event) => {
      if (event.type === 'message') world.network.send(event.connection, 'server', answer(`${host.name} OK`));
      if (event.type === 'closed') world.network.close(event.connection, 'server');
    });
    world.callback<number, SocketEvent>('test.client', (_, event) => {
      if (event.type === 'connected')
        world.network.send(event.connection, 'client', {
          kind: 'request',
          trace: 0,
          method: 'GET',
          target: '/',
          version: '1.1',
          headers: [['Host', 'shop']],
          body: '',
          bytes: 40,
        });
      if (event.type === 'message' && event.message.kind === 'response') {
        const { status, body } = event.message;
        this.seen.push(status === 200 ? body.replace(' OK', '') : String(status));
        world.network.close(event.connection, 'client');
      }
      if (event.type === 'failed') this.seen.push(event.errno);
      if (event.type === 'closed') world.network.close(event.connection, 'client');
    });
    world.callback<null, SocketEvent>('test.admin', (_, event) => {
      if (event.type === 'message' && event.message.kind === 'bytes')
        this.#answers.set(event.connection, (this.#answers.get(event.connection) ?? '') + event.message.text);
    });
    for (const [index, name] of ['app1', 'app2'].entries()) {
      this.lab.host(name, { eth0: `lan 10.0.1.2${index + 1}/24` });
      this.serve(name);
    }
  }
  serve(name: string): void {
    const result = this.lab.world.network.listen(this.lab.world.host(name), {
      pid: 0,
      ip: 0,
      port: 8080,
      on: { name: 'test.app', pid: 0, data: null },
    });
    if (typeof result !== 'string') this.listeners.set(name, result.listener);
  }
  silence(name: string): void {
    this.lab.world.network.closeListener(this.lab.world.host(name), this.listeners.get(name) ?? 0);
  }
  start(): this {
    const pid = this.lab.world.spawn(this.lb, {
      argv: ['/usr/sbin/haproxy', '-Ws', '-f', '/etc/haproxy/haproxy.cfg', '-p', '/run/haproxy.pid'],
      journal: { identifier: 'haproxy' },
    });
    this.master = typeof pid === 'number' ? pid : 0;
    return this.run(0.5);
  }
  run(seconds: number): this {
    this.lab.kernel.runUntil(this.lab.kernel.now + Math.round(seconds * SECOND));
    return this;
  }
  /** Requests in a row; what each saw. */
  get(count: number, gap = 0.1): string[] {
    this.seen.length = 0;
    for (let i = 0; i < count; i++) {
      this.lab.world.network.connect(this.lab.world.host('client'), {
        pid: 0,
        ip: parseIPv4('10.0.1.11') ?? 0,
        port: 80,
        on: { name: 'test.client', pid: 0, data: 0 },
      });
      this.run(gap);
    }
    return [...this.seen];
  }
  ask(command: string): string {
    const { network } = this.lab.world;
    const opened = network.connectUnix(this.lb, {
      pid: 0,
      path: '/run/haproxy/admin.sock',
      who: ROOT,
      on: { name: 'test.admin', pid: 0, data: null },
    });
    if (typeof opened === 'string') return opened;
    network.send(opened.connection, 'client', {
      kind: 'bytes',
      text: `${command}\n`,
      bytes: command.length + 1,
    });
    this.run(0.01);
    return this.#answers.get(opened.connection) ?? '';
  }
  /** The server's host drops what comes for its port, as `tcp dport 8080 drop` does. */
  drop(name: string): void {
    const host = this.lab.world.host(name);
    this.lab.world.network.setRuleset(host, {
      generation: host.state.ruleset.generation + 1,
      nextHandle: 10,
      tables: [
        {
          family: 'inet',
          name: 'filter',
          handle: 1,
          flags: [],
          sets: [],
          counters: [],
          objects: [],
          chains: [
            {
              name: 'input',
              handle: 2,
              base: { type: 'filter', hook: 'input', priority: 0, priorityText: 'filter', policy: 'accept' },
              rules: [
                {
                  handle: 3,
                  text: 'tcp dport 8080 drop',
                  steps: [
                    { step: 'match', field: 'tcp dport', op: '==', values: [{ lo: 8080, hi: 8080 }] },
                    { step: 'verdict', verdict: { kind: 'drop' } },
                  ],
                },
              ],
            },
          ],
        },
      ],
    });
  }
  statuses(): string {
    return this.ask('show stat')
      .split('\n')
      .map((row) => row.split(','))
      .filter(([proxy]) => proxy === 'app')
      .map((fields) => `${fields[1]} ${fields[17]}`)
      .join(', ');
  }
  /** What went to the journal as standard error. */
  said(): string[] {
    return this.lb.state.log.filter(({ transport }) => transport === 'stdout').map(({ text }) => text);
  }
  processes(): string[] {
    return this.lb.processes().map(({ pid, argv }) => `${pid} ${argv.join(' ')}`);
  }
}
function answer(body: string): HttpResponse {
  return {
    kind: 'response',
    trace: 0,
    status: 200,
    reason: 'OK',
    version: '1.1',
    headers: [['Content-Length', String(body.length)]],
    body,
    bytes: 60 + body.length,
  };
}

describe('starting', () => {
  it('has a master and a worker that runs as the configured user', () => {
    const shop = new Shop().start();
    expect(shop.processes()).toEqual([
      '1 /usr/sbin/haproxy -Ws -f /etc/haproxy/haproxy.cfg -p /run/haproxy.pid',
      '2 /usr/sbin/haproxy -Ws -f /etc/haproxy/haproxy.cfg -p /run/haproxy.pid',
    ]);
    expect(shop.lb.processes().map(({ comm, uid }) => `${comm} ${uid}`)).toEqual([
      'haproxy 0',
      'haproxy 102',
    ]);
    expect(shop.said()).toEqual([
      '[NOTICE]   (1) : New worker (2) forked',
      '[NOTICE]   (1) : Loading success.',
    ]);
    expect(shop.get(4)).toEqual(['app1', 'app2', 'app1', 'app2']);
  });
  it('ends when an address is not there, and says which line asked for it', () => {
    const shop = new Shop(CONFIGURATION.replace('bind :80', 'bind 10.0.1.100:80')).start();
    expect(shop.processes()).toEqual([]);
    expect(shop.said().slice(2)).toEqual([
      '[ALERT]    (1) : Binding [/etc/haproxy/haproxy.cfg:14] for frontend web: cannot bind socket (Cannot assign requested address) for [10.0.1.100:80]',
      '[ALERT]    (1) : [/usr/sbin/haproxy.main()] Some protocols failed to start their listeners! Exiting.',
    ]);
  });
  it('-c finds the same configuration valid', () => {
    const shop = new Shop(CONFIGURATION.replace('bind :80', 'bind 10.0.1.100:80'));
    const outcome = shop.lab.start('lb', '/usr/sbin/haproxy -c -f /etc/haproxy/haproxy.cfg');
    shop.run(0.5);
    expect(outcome).toMatchObject({ exit: 0, stdout: 'Configuration file is valid\n', stderr: '' });
  });
  it('says its usage to unknown options', () => {
    const shop = new Shop();
    const outcome = shop.lab.start('lb', '/usr/sbin/haproxy -Z');
    shop.run(0.5);
    expect(outcome.exit).toBe(1);
    expect(outcome.stderr.split('\n')[0]).toBe(
      'Usage : /usr/sbin/haproxy [-f <cfgfile|cfgdir>]* [ -vdVD ] [ -n <maxconn> ] [ -N <maxpconn> ]',
    );
  });
});

describe('reload', () => {
  it('loses no request and names the old worker on the new one’s command line', () => {
    const shop = new Shop().start();
    const before = shop.get(3, 0.01);
    shop.lab.world.kill(shop.lb, shop.master, 'USR2');
    expect([...before, ...shop.get(60, 0.005)].filter((one) => !one.startsWith('app'))).toEqual([]);
    shop.run(1);
    expect(shop.processes()).toEqual([
      '1 /usr/sbin/haproxy -Ws -f /etc/haproxy/haproxy.cfg -p /run/haproxy.pid',
      '3 /usr/sbin/haproxy -sf 2 -x sockpair@3 -Ws -f /etc/haproxy/haproxy.cfg -p /run/haproxy.pid',
    ]);
    expect(shop.said()).toContain('[WARNING]  (1) : Former worker (2) exited with code 0 (Exit)');
  });
  it('of a broken file leaves the old worker', () => {
    const shop = new Shop().start();
    shop.lb.fs.writeFile('/etc/haproxy/haproxy.cfg', `${CONFIGURATION}    sever app3 10.0.1.23:8080\n`, ROOT);
    shop.lab.world.kill(shop.lb, shop.master, 'USR2');
    shop.run(0.5);
    expect(shop.said().at(-1)).toBe('[WARNING]  (1) : Loading failure!');
    expect(shop.processes()).toHaveLength(2);
    expect(shop.get(2)).toEqual(['app1', 'app2']);
  });
});

describe('ends', () => {
  it('a worker that is killed takes the master with it', () => {
    const shop = new Shop().start();
    shop.lab.world.kill(shop.lb, 2, 'KILL');
    shop.run(0.1);
    expect(shop.said().slice(-3)).toEqual([
      '[ALERT]    (1) : Current worker (2) exited with code 137 (Killed)',
      '[ALERT]    (1) : exit-on-failure: killing every processes with SIGTERM',
      '[WARNING]  (1) : All workers exited. Exiting... (137)',
    ]);
    expect(shop.get(1)).toEqual(['ECONNREFUSED']);
  });
  it('a master that is killed takes the worker with it', () => {
    const shop = new Shop().start();
    shop.lab.world.kill(shop.lb, 1, 'KILL');
    shop.run(0.1);
    expect(shop.processes()).toEqual([]);
  });
  it('SIGTERM is a usual end', () => {
    const shop = new Shop().start();
    shop.lab.world.kill(shop.lb, 1, 'TERM');
    shop.run(0.1);
    expect(shop.said().slice(-3)).toEqual([
      '[WARNING]  (1) : Exiting Master process...',
      '[ALERT]    (1) : Current worker (2) exited with code 143 (Terminated)',
      '[WARNING]  (1) : All workers exited. Exiting... (0)',
    ]);
  });
});

describe('health and traffic', () => {
  it('a server that refuses is taken out after fall checks, and until then the client does not notice', () => {
    const shop = new Shop().start();
    shop.silence('app1');
    expect(new Set(shop.get(4))).toEqual(new Set(['app2']));
    shop.run(4);
    expect(shop.statuses()).toBe('app1 DOWN, app2 UP, BACKEND UP');
    expect(shop.said().at(-1)).toBe(
      '[WARNING]  (2) : Server app/app1 is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms. 1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
    );
    shop.serve('app1');
    shop.run(3);
    expect(shop.statuses()).toBe('app1 UP, app2 UP, BACKEND UP');
  });
  it('silence takes twice as long: each failing check lasts as long as its pause', () => {
    const shop = new Shop(CONFIGURATION.replaceAll('inter 1s', 'inter 2s')).start().run(2.5);
    shop.drop('app1');
    // The checks begin every 2 s, fail 2 s later, and the next ones begin 2 s after that.
    const seen = [5, 4, 4].map((seconds) => shop.run(seconds).statuses().split(',')[0]);
    expect(seen).toEqual(['app1 UP 2/3', 'app1 UP 1/3', 'app1 DOWN']);
    expect(shop.said().at(-1)).toContain('reason: Layer4 timeout, check duration: 2000ms');
  });
  it('without redispatch a silent server costs its clients (retries + 1) times timeout connect', () => {
    const alone = CONFIGURATION.replace('    option redispatch\n', '    retries 1\n')
      .replace('    server app2 10.0.1.22:8080 check inter 1s\n', '')
      .replace(' check inter 1s', '');
    const shop = new Shop(alone).start();
    shop.drop('app1');
    expect(shop.get(1, 3.9)).toEqual([]);
    shop.run(0.2);
    expect(shop.seen).toEqual(['503']);
  });
  it('without any server answers 503', () => {
    const shop = new Shop().start();
    shop.silence('app1');
    shop.silence('app2');
    shop.run(6);
    expect(shop.get(1)).toEqual(['503']);
    expect(shop.said()).toContain("[ALERT]    (2) : backend 'app' has no server available!");
  });
  it('logs each request in its own format', () => {
    const shop = new Shop().start();
    shop.get(1);
    expect(shop.lb.state.log.at(-1)?.text.replace(/:\d+ \[[^\]]+\]/, ':P [T]')).toMatch(
      /^10\.0\.1\.50:P \[T\] web app\/app1 0\/0\/0\/\d\/\d 200 \d+ - - ---- 1\/1\/0\/0\/0 0\/0 "GET \/ HTTP\/1\.1"$/,
    );
  });
});

describe('counters of stick tables', () => {
  const limited = CONFIGURATION.replace(
    '    default_backend app\n',
    `    stick-table type ip size 1k expire 1m store http_req_rate(10s)
    http-request track-sc0 src
    http-request deny deny_status 429 if { sc_http_req_rate(0) gt 3 }
    default_backend app
`,
  );
  it('limit the rate of one client, and let it in again when the period is over', () => {
    const shop = new Shop(limited).start();
    expect(shop.get(5)).toEqual(['app1', 'app2', 'app1', '429', '429']);
    expect(
      shop
        .ask('show table web')
        .split('\n')[1]
        ?.replace(/0x\w+|exp=\d+/g, ''),
    ).toBe(': key=10.0.1.50 use=0  http_req_rate(10000)=5');
    shop.run(21);
    expect(shop.get(1)).toEqual(['app2']);
  });
});

describe('the runtime API', () => {
  it('drains and brings back', () => {
    const shop = new Shop().start();
    expect(shop.ask('set server app/app1 state drain')).toBe('\n');
    expect(shop.get(3)).toEqual(['app2', 'app2', 'app2']);
    expect(shop.statuses()).toBe('app1 DRAIN, app2 UP, BACKEND UP');
    shop.ask('set server app/app1 state ready');
    expect(shop.get(2).sort()).toEqual(['app1', 'app2']);
  });
  it('weights decide', () => {
    const shop = new Shop().start();
    expect(shop.ask('set weight app/app1 300')).toBe(
      'Absolute weight can only be between 0 and 256 inclusive.\n\n',
    );
    shop.ask('set weight app/app2 3');
    expect(shop.ask('get weight app/app2')).toBe('3 (initial 1)\n\n');
    expect(shop.get(4).filter((one) => one === 'app2')).toHaveLength(3);
  });
  it('suggests what an unknown command may have meant', () => {
    expect(new Shop().start().ask('show inf')).toBe(
      'Unknown command, but maybe one of the following ones is a better match:\n' +
        '  show fd [num]                           : dump list of file descriptors in use or a specific one\n' +
        '  show info [desc|json|typed|float]*      : report information about the running process\n' +
        '  help [<command>]                        : list matching or all commands\n' +
        '  prompt                                  : toggle interactive mode with prompt\n' +
        '  quit                                    : disconnect\n\n',
    );
  });
  it('is for those whom the mode of the socket admits', () => {
    const shop = new Shop().start();
    const refused = shop.lab.world.network.connectUnix(shop.lb, {
      pid: 0,
      path: '/run/haproxy/admin.sock',
      who: { uid: 1000, gid: 1000, groups: [] },
      on: { name: 'test.admin', pid: 0, data: null },
    });
    expect(refused).toBe('EACCES');
  });
});

describe('checkpoints', () => {
  it('a run goes on from a saved state as it would have', () => {
    const ends = [false, true].map((isReloaded) => {
      const shop = new Shop().start();
      shop.get(3);
      if (isReloaded) {
        const saved = shop.lab.world.save();
        shop.lab.world.load(saved);
      }
      shop.silence('app1');
      shop.run(5);
      return `${shop.statuses()} ${shop.get(3).join()}`;
    });
    expect(ends[1]).toBe(ends[0]);
  });
});
