import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { loadScenario } from '../../scenario/load';
import { RandomStream } from '../../std/random';
import type { Answer } from '../messages';
import { openSession } from '../open-session';
import type { Session } from '../session';
import { freeAddress, freeSubnet } from './addresses';
import { checkDocument, readDocument } from './door';
import { applyEdits, emptyDocument, type SandboxDocument } from './document';
import { exportFiles } from './export';
import type { Intent } from './intents';
import { linksOf } from './links';
import { PALETTE } from './palette';
import { plan } from './plan';
import { nginxPorts, nginxServers } from './reading';
import { STARTERS, starterDocument } from './starters';
import type { SandboxAsk, SandboxReply } from './view';
import { withoutRule, withoutServer, withRule, withServer, haproxyText, nftablesText } from './writers';
import { NGINX, nginxText, proxyText, withoutUpstream, withUpstream } from './writers-nginx';

const SECOND = 1_000_000;
const read = (document: SandboxDocument) => (host: string, file: string) =>
  document.hosts[host]?.files[file]?.text ?? '';

function open(document: SandboxDocument): {
  session: Session;
  ask(ask: SandboxAsk): SandboxReply;
  source: unknown;
} {
  const source = { id: 'sandbox', files: { 'sandbox.json': JSON.stringify(document) } };
  const made = openSession(source, { seed: document.seed, traces: true });
  if (!made.ok) throw new Error(JSON.stringify(made.problems));
  const { session } = made;
  session.start();
  return {
    session,
    source,
    ask(ask) {
      const answer: Answer | undefined = session.handle({ type: 'sandbox', id: 1, ask });
      if (answer?.kind !== 'sandbox')
        throw new Error(answer?.kind === 'refused' ? answer.message : 'no answer');
      return answer.reply;
    },
  };
}
function drawn(document: SandboxDocument, intents: readonly Intent[]): SandboxDocument {
  return intents.reduce((now, intent) => {
    const planned = plan(now, intent);
    if (!planned.ok) throw new Error(planned.why);
    return applyEdits(now, planned.step.edits);
  }, document);
}

test('a zone that is dropped over others stands beside them, one that is dropped beside them where it was dropped', () => {
  const at = (x: number, y: number): Intent => ({ do: 'place', entry: 'zone-dmz', at: { x, y } });
  const { zones } = drawn(emptyDocument(), [at(0, 0), at(300, 0), at(100, 50), at(0, 420)]);
  const [first, second, over, below] = Object.values(zones);
  expect([first?.x, second?.x]).toEqual([0, 300]);
  expect(over).toMatchObject({ x: 556, y: 50 });
  expect(below).toMatchObject({ x: 0, y: 420 });
});

test('a zone that is full grows, one that has room stays as it is', () => {
  const zone: Intent = { do: 'place', entry: 'zone-app' };
  const app: Intent = { do: 'place', entry: 'app', zone: 'app' };
  const few = drawn(emptyDocument(), [zone, app, app]);
  const many = drawn(emptyDocument(), [zone, app, app, app, app, app]);
  expect(few.zones['app']?.height).toBe(420);
  const lowest = Math.max(...Object.values(many.hosts).map(({ y }) => y));
  expect(many.zones['app']?.height).toBeGreaterThan(lowest + 82);
});

test('addresses and subnets are given out once, and gateways come first', () => {
  const zones: Intent[] = ['dmz', 'dmz', 'internet'].map((tone) => ({ do: 'place', entry: `zone-${tone}` }));
  const document = drawn(emptyDocument(), zones);
  expect(Object.values(document.zones).map(({ subnet }) => subnet)).toEqual([
    '10.0.1.0/24',
    '10.0.11.0/24',
    '203.0.113.0/24',
  ]);
  expect(freeSubnet(document, 'dmz')).toBe('10.0.12.0/24');
  const more = drawn(document, [
    { do: 'place', entry: 'router', zone: 'dmz' },
    { do: 'place', entry: 'haproxy', zone: 'dmz' },
    { do: 'place', entry: 'haproxy', zone: 'dmz' },
  ]);
  expect(Object.values(more.hosts).map((host) => host.interfaces['eth0']?.address)).toEqual([
    '10.0.1.1/24',
    '10.0.1.11/24',
    '10.0.1.12/24',
  ]);
  expect(more.hosts['lb1']?.gateway).toBe('10.0.1.1');
  expect(freeAddress(more, 'dmz', 'shared')).toBe('10.0.1.100/24');
});

test('what a connection writes, taking it away takes out; what was written by hand stays', () => {
  const config = `${haproxyText()}\tserver mine 192.0.2.9:80\n`;
  const added = withServer(config, { name: 'app1', address: '10.0.2.11', port: 8080 });
  expect(added).toContain('\tserver mine 192.0.2.9:80\n\tserver app1 10.0.2.11:8080 check');
  expect(withoutServer(added, '10.0.2.11')).toBe(config);
  const rule = { from: '10.0.1.11', to: '10.0.2.11', port: 8080 };
  const passing = withRule(nftablesText(), { ...rule, why: 'HTTP from lb1 to app1' });
  expect(passing).toContain(
    '\t\t# HTTP from lb1 to app1\n\t\tip saddr 10.0.1.11 ip daddr 10.0.2.11 tcp dport 8080 accept\n\t}',
  );
  expect(withRule(passing, { ...rule, why: 'again' })).toBe(passing);
  expect(withoutRule(passing, rule)).toBe(nftablesText());
});

test('nginx: servers go into the upstream and out again, a proxy stands in front of one service', () => {
  const server = { name: 'app1', address: '10.0.2.11', port: 8080 };
  const balancer = withUpstream(nginxText(), server) ?? '';
  expect(balancer).toContain('zone app 64k;\n\tserver 10.0.2.11:8080 max_fails=3 fail_timeout=10s;\n}');
  // The placeholder has gone, and comes back with the last server's leaving.
  expect(balancer).not.toContain('127.0.0.1');
  expect(withoutUpstream(balancer, '10.0.2.11')).toBe(nginxText());
  expect(nginxServers(balancer)).toEqual([{ address: '10.0.2.11', port: 8080 }]);
  expect(nginxServers(nginxText())).toEqual([]);
  expect(nginxPorts(balancer)).toEqual([80]);
  const mine = balancer.replace('\tserver 10', '\tserver 192.0.2.9;\n\tserver 10');
  expect(withoutUpstream(mine, '10.0.2.11')).toContain('\tserver 192.0.2.9;\n}');

  const proxy = withUpstream(proxyText(), server) ?? '';
  expect(proxy).toContain('\t\tproxy_pass http://10.0.2.11:8080;');
  expect(nginxServers(proxy)).toEqual([{ address: '10.0.2.11', port: 8080 }]);
  expect(withUpstream(proxy, { ...server, address: '10.0.2.12' })).toBeUndefined();
  expect(withoutUpstream(proxy, '10.0.2.11')).toBe(proxyText());
  // What is switched off by a comment joins nobody.
  expect(nginxServers('location / { # proxy_pass http://10.0.2.1;\n}')).toEqual([]);
});

test('nginx in front of servers: requests are answered, a refused second target says why, and edits by hand change the picture', () => {
  const document = drawn(starterDocument('one'), [
    { do: 'disconnect', flows: [{ from: 'customers1', to: 'app1', flow: 'http' }] },
    { do: 'place', entry: 'app', zone: 'app' },
    { do: 'place', entry: 'nginx', zone: 'app' },
    { do: 'place', entry: 'proxy', zone: 'app' },
    { do: 'connect', from: 'lb1', to: 'app1', flow: 'http' },
    { do: 'connect', from: 'lb1', to: 'app2', flow: 'http' },
    { do: 'connect', from: 'proxy1', to: 'lb1', flow: 'http' },
    { do: 'connect', from: 'customers1', to: 'proxy1', flow: 'http' },
  ]);
  const second = plan(document, { do: 'connect', from: 'proxy1', to: 'app1', flow: 'http' });
  expect(second).toMatchObject({ ok: false, why: expect.stringContaining('use a load balancer') });
  const { session } = open(document);
  session.advance(15 * SECOND);
  const frame = session.fullFrame();
  expect(frame.service?.total).toBeGreaterThan(200);
  expect(frame.service?.failed).toBe(0);
  const handled = (id: string) => frame.hosts?.find((host) => host.id === id)?.note;
  expect([handled('app1'), handled('app2')]).toEqual(['10 req/s', '10 req/s']);
  expect(frame.sandbox?.links.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['customers1-fw1', 'fw1-proxy1', 'proxy1-lb1', 'lb1-app1', 'lb1-app2']),
  );

  const text = document.hosts['lb1']?.files[NGINX]?.text ?? '';
  session.handle({
    type: 'file-save',
    id: 1,
    host: 'lb1',
    path: NGINX,
    text: text.replace(/.*server 10\.0\.2\.\d+:8080.*\n/, ''),
  });
  session.input({ kind: 'terminal-open', terminal: 't9', host: 'lb1', user: 'student' });
  session.advance(16 * SECOND);
  // Saved is not in force.
  expect(session.fullFrame().sandbox?.links.map(({ id }) => id)).toContain('lb1-app1');
  session.input({ kind: 'line', terminal: 't9', text: 'sudo systemctl reload nginx' });
  session.advance(20 * SECOND);
  // Files are looked at now and then, not for every frame.
  for (let frame = 0; frame < 5; frame++) session.frame();
  const links = session.fullFrame().sandbox?.links.map(({ id }) => id);
  expect(links).not.toContain('lb1-app1');
  expect(links).toContain('lb1-app2');
});

test('every step undoes itself', () => {
  let document = emptyDocument();
  for (const { intents } of STARTERS) {
    document = emptyDocument();
    for (const intent of intents) {
      const planned = plan(document, intent);
      if (!planned.ok) throw new Error(planned.why);
      const after = applyEdits(document, planned.step.edits);
      expect(applyEdits(after, planned.step.inverse)).toEqual(document);
      document = after;
    }
  }
});

test('a document passes its own door; damaged and hostile ones are refused with a reason', () => {
  for (const { id } of STARTERS) expect(checkDocument(starterDocument(id))).toMatchObject({ ok: true });
  const good = starterDocument('pair');
  const bad = (change: (copy: SandboxDocument) => void) => {
    const copy = structuredClone(good);
    change(copy);
    const checked = checkDocument(copy);
    return checked.ok ? '' : checked.message;
  };
  expect(readDocument('{"format":')).toMatchObject({ ok: false });
  expect(bad((copy) => Object.assign(copy, { version: 2 }))).toContain('version 2');
  expect(bad((copy) => Object.assign(copy.hosts['lb1'] ?? {}, { zone: 'nowhere' }))).toContain('not there');
  expect(bad((copy) => Object.assign(copy.hosts['lb1'] ?? {}, { extra: 1 }))).toContain('damaged');
  expect(
    bad((copy) => Object.assign(copy.hosts['lb1']?.interfaces['eth0'] ?? {}, { address: '10.9.9.9/24' })),
  ).toContain('is not in');
  expect(
    bad((copy) => Object.assign(copy.hosts['lb1']?.files ?? {}, { '/etc/../x': { text: '' } })),
  ).toContain('damaged');
  expect(
    bad((copy) =>
      Object.assign(copy.environments, { a: { label: 'a', parent: 'b' }, b: { label: 'b', parent: 'a' } }),
    ),
  ).toContain('within itself');
  expect(readDocument(`{"format":"faultline-sandbox","__proto__":{"x":1},"version":1}`)).toMatchObject({
    ok: false,
  });
});

test('the pair fails over, an edit by hand changes the picture, and undo repairs', () => {
  const { session, ask } = open(starterDocument('pair'));
  session.advance(10 * SECOND);
  let frame = session.fullFrame();
  expect(frame.addresses).toEqual([{ address: '10.0.1.100', holders: ['lb1'] }]);
  expect(frame.service?.failed).toBe(0);
  expect(frame.service?.total).toBeGreaterThan(100);
  ask({ kind: 'strike', fault: { kind: 'power-loss', host: 'lb1' } });
  session.advance(20 * SECOND);
  frame = session.fullFrame();
  expect(frame.addresses).toEqual([{ address: '10.0.1.100', holders: ['lb2'] }]);

  const file = '/etc/haproxy/haproxy.cfg';
  const text = String(session.run.world.host('lb2').fs.readFile(file, { uid: 0, gid: 0, groups: [] }));
  expect(frame.sandbox?.links.map(({ id }) => id)).toContain('lb2-app3');
  session.handle({
    type: 'file-save',
    id: 1,
    host: 'lb2',
    path: file,
    text: text.replace(/.*server app3.*\n/, ''),
  });
  session.input({ kind: 'terminal-open', terminal: 't9', host: 'lb2', user: 'student' });
  session.advance(21 * SECOND);
  session.input({ kind: 'line', terminal: 't9', text: 'sudo systemctl reload haproxy' });
  session.advance(24 * SECOND);
  expect(session.fullFrame().sandbox?.links.map(({ id }) => id)).not.toContain('lb2-app3');

  ask({ kind: 'intent', intent: { do: 'remove', ids: ['app1'] } });
  expect(session.fullFrame().topology?.hosts.map(({ id }) => id)).not.toContain('app1');
  ask({ kind: 'undo' });
  session.advance(50 * SECOND);
  frame = session.fullFrame();
  expect(frame.hosts?.find(({ id }) => id === 'app1')).toMatchObject({ power: 'on', health: 'ok' });
  expect(frame.sandbox?.redo).toBe('Removed app1');
  session.transport({ kind: 'seek', at: 5 * SECOND });
  expect(session.frame().addresses).toEqual([{ address: '10.0.1.100', holders: ['lb1'] }]);
});

test('a cable and a zone break and mend; what is planned for a machine that has gone happens to nobody', () => {
  const { session, ask } = open(starterDocument('balanced'));
  session.advance(10 * SECOND);
  const link = (id: string) => session.fullFrame().links?.find((candidate) => candidate.id === id);
  expect(link('fw1-lb1')).toMatchObject({ up: true });
  const cable = { kind: 'link', host: 'lb1', interface: 'eth0', state: 'down' };
  ask({ kind: 'strike', fault: cable });
  session.advance(11 * SECOND);
  // One pulled cable: both links that need it are down, others are not.
  expect([link('fw1-lb1')?.up, link('lb1-app1')?.up, link('customers1-fw1')?.up]).toEqual([
    false,
    false,
    true,
  ]);
  expect(ask({ kind: 'mend', fault: cable })).toMatchObject({ said: 'Cable: in order again' });
  session.advance(20 * SECOND);
  expect(link('fw1-lb1')).toMatchObject({ up: true, failing: 0 });

  const failed = () => session.run.progress.totals.get('customers1')?.failed ?? 0;
  const cut = { kind: 'partition', zone: 'app', group: ['app1', 'app2', 'app3'] };
  ask({ kind: 'strike', fault: cut });
  session.advance(40 * SECOND);
  const during = failed();
  expect(during).toBeGreaterThan(0);
  ask({ kind: 'mend', fault: cut });
  session.advance(60 * SECOND);
  const after = failed();
  session.advance(65 * SECOND);
  expect(failed()).toBe(after);

  ask({
    kind: 'intent',
    intent: { do: 'plan-fault', at: 70, fault: { kind: 'power-return', host: 'app3' } },
  });
  ask({ kind: 'intent', intent: { do: 'remove', ids: ['app3'] } });
  session.advance(80 * SECOND);
  expect(session.fullFrame().hosts?.map(({ id }) => id)).not.toContain('app3');
  expect(() => ask({ kind: 'mend', fault: { kind: 'command', host: 'lb1', run: 'true' } })).toThrow(
    'cannot be mended',
  );
});

test('lenses answer by trying, and nothing of it has happened afterwards', () => {
  const { session, ask } = open(starterDocument('zones'));
  session.advance(10 * SECOND);
  session.frame();
  session.advance(11 * SECOND);
  const hash = session.run.kernel.journal.hash();
  const reach = ask({ kind: 'reach', host: 'customers1' });
  const rows = reach.kind === 'reach' ? reach.rows : [];
  const row = (address: string, port: number) =>
    rows.find((entry) => entry.address === address && entry.port === port);
  expect(row('10.0.1.100', 80)).toMatchObject({ result: 'open' });
  expect(row('10.0.1.100', 80)?.why).toContain('tcp dport 80 accept');
  expect(row('10.0.2.11', 8080)).toMatchObject({ result: 'timeout', at: 'fw1' });
  const without = ask({ kind: 'without', ids: ['dmz'] });
  expect(without.kind === 'without' && without.rows.find(({ what }) => what === 'customers1')).toMatchObject({
    tone: 'broken',
  });
  expect(session.run.kernel.journal.hash()).toBe(hash);
});

const TOOLS = [
  { file: '/etc/haproxy/haproxy.cfg', tool: '/usr/sbin/haproxy', args: ['-c', '-f'] },
  { file: '/etc/keepalived/keepalived.conf', tool: '/usr/sbin/keepalived', args: ['-t', '-f'] },
  { file: '/etc/nftables.conf', tool: '/usr/sbin/nft', args: ['-c', '-f'] },
  { file: NGINX, tool: '/usr/sbin/nginx', args: ['-t', '-q', '-c'] },
] as const;
/** The file that a daemon's own test is given: nginx wants a whole configuration around a site. */
function testedFile(folder: string, name: string, inside: string): string {
  if (inside !== NGINX) return path.join(folder, name);
  const around = path.join(folder, 'nginx.conf');
  writeFileSync(
    around,
    `pid ${folder}/nginx.pid;\nerror_log ${folder}/error.log;\nevents {}\nhttp { access_log off; include ${path.join(folder, name)}; }\n`,
  );
  return around;
}

test('the daemons accept the exported files: ours, and the real ones where they are installed', () => {
  const document = drawn(starterDocument('zones'), [
    { do: 'place', entry: 'nginx', zone: 'app' },
    { do: 'place', entry: 'proxy', zone: 'app' },
    { do: 'place', entry: 'proxy', zone: 'app' },
    { do: 'connect', from: 'lb3', to: 'app1', flow: 'http' },
    { do: 'connect', from: 'lb3', to: 'app2', flow: 'http' },
    { do: 'connect', from: 'proxy1', to: 'lb3', flow: 'http' },
  ]);
  const { session } = open(document);
  const exported = exportFiles(document, 'lab');
  if (typeof exported === 'string' || exported.kind !== 'files') throw new Error(String(exported));
  const folder = mkdtempSync(path.join(tmpdir(), 'faultline-lab-'));
  try {
    for (const [name, text] of Object.entries(exported.files)) {
      mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
    for (const [name, text] of Object.entries(exported.files)) {
      const [, host = '', inside = ''] = /^hosts\/([^/]+)(\/.*)$/.exec(name) ?? [];
      const { tool, args } = TOOLS.find(({ file }) => file === inside) ?? {};
      if (tool === undefined || args === undefined) continue;
      const checker = session.run.world.registry.findChecker(inside);
      expect([name, checker?.check(session.run.world.host(host), inside, text).exit]).toEqual([name, 0]);
      if (!existsSync(tool)) continue;
      const real = spawnSync(tool, [...args, testedFile(folder, name, inside)], { encoding: 'utf8' });
      // Without rights over the network nft cannot ask the kernel.
      if (/Operation not permitted|Permission denied/.test(real.stderr)) continue;
      expect(
        [name, real.status, real.stderr.replace(/^.*(NOTICE|WARNING).*$/gm, '').trim()].slice(0, 2),
      ).toEqual([name, 0]);
    }
    for (const script of ['namespaces.sh', 'lab/start-host.sh'])
      execFileSync('bash', ['-n', path.join(folder, script)]);
    for (const script of ['lab/shop.py', 'lab/loadgen.py'])
      spawnSync('python3', ['-m', 'py_compile', path.join(folder, script)]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a sandbox becomes a scenario that is well formed', () => {
  for (const id of ['one', 'balanced', 'pair', 'zones']) {
    const exported = exportFiles(starterDocument(id), 'scenario');
    if (typeof exported === 'string' || exported.kind !== 'files') throw new Error(String(exported));
    const { problems } = loadScenario(exported.files);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  }
  expect(exportFiles(emptyDocument(), 'scenario')).toContain('nothing to export');
});

/** A sandbox drawn at random: zones, machines, links, copies and removals. */
function randomDocument(seed: number): SandboxDocument {
  const random = new RandomStream(seed, 'sandbox');
  let document = emptyDocument(`Random ${seed}`, seed);
  const steps = random.integer(8, 26);
  for (let step = 0; step < steps; step++) {
    const hosts = Object.keys(document.hosts);
    const zones = Object.keys(document.zones);
    const intent: Intent =
      zones.length < 2 || random.chance(0.12)
        ? { do: 'place', entry: random.pick(PALETTE.filter(({ sort }) => sort === 'zone')).id }
        : hosts.length < 3 || random.chance(0.45)
          ? {
              do: 'place',
              entry: random.pick(PALETTE.filter(({ sort }) => sort === 'host')).id,
              zone: random.pick(zones),
            }
          : random.chance(0.8)
            ? {
                do: 'connect',
                from: random.pick(hosts),
                to: random.pick(hosts),
                flow: random.pick(['http', 'http', 'ssh', 'any', 'vrrp'] as const),
              }
            : random.chance(0.5)
              ? { do: 'remove', ids: [random.pick(hosts)] }
              : {
                  do: 'move',
                  zones: [],
                  hosts: [{ id: random.pick(hosts), x: 20, y: 60, zone: random.pick(zones) }],
                };
    const planned = plan(document, intent);
    if (planned.ok) document = applyEdits(document, planned.step.edits);
  }
  return document;
}

test('500 random sandboxes pass the door, show their links and export', () => {
  for (let seed = 1; seed <= 500; seed++) {
    const document = randomDocument(seed);
    const text = JSON.stringify(document);
    expect([seed, readDocument(text)]).toMatchObject([seed, { ok: true }]);
    linksOf(document, read(document));
    if (Object.keys(document.hosts).length > 0)
      expect(exportFiles(document, 'lab')).toMatchObject({ kind: 'files' });
  }
});

// A simulated minute of each: the whole set with FAULTLINE_SANDBOXES=500, a few of them otherwise.
test('random sandboxes run a minute, and every file that was written is accepted by its daemon', {
  timeout: 3_600_000,
}, () => {
  const count = Number(process.env['FAULTLINE_SANDBOXES'] ?? 8);
  for (let seed = 1; seed <= count; seed++) {
    const document = randomDocument(seed);
    const { session } = open(document);
    session.advance(60 * SECOND);
    for (const [id, host] of Object.entries(document.hosts))
      for (const [file, { text }] of Object.entries(host.files)) {
        const checked = session.run.world.registry
          .findChecker(file)
          ?.check(session.run.world.host(id), file, text);
        expect([seed, id, file, checked?.exit ?? 0, checked?.exit === 0 ? '' : checked?.output]).toEqual([
          seed,
          id,
          file,
          0,
          checked === undefined ? undefined : '',
        ]);
      }
  }
});

test('what nobody touched is no part of the document; a file of the base system is as long as it is edited', () => {
  const document = starterDocument('pair');
  const { session, ask } = open(document);
  session.advance(5 * SECOND);
  const files = () => {
    const reply = ask({ kind: 'document' });
    return reply.kind === 'document' ? reply.document.hosts['lb1']?.files : undefined;
  };
  const drawnFiles = Object.keys(document.hosts['lb1']?.files ?? {});
  expect(Object.keys(files() ?? {})).toEqual(drawnFiles);
  const path = '/etc/sysctl.conf';
  const before = session.handle({ type: 'file-read', id: 1, host: 'lb1', path });
  const save = (text: string) => session.handle({ type: 'file-save', id: 2, host: 'lb1', path, text });
  save('vm.swappiness = 1\n');
  expect(files()?.[path]?.text).toBe('vm.swappiness = 1\n');
  save(before?.kind === 'file' ? before.text : '');
  expect(files()?.[path]).toBeUndefined();
});
