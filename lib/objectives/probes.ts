/**
 * Looking by acting, as a monitoring agent on a host does: a real connection, a
 * real request, a real command. Results are plain data of the world; whoever
 * asks again within `every` gets the last one.
 */
import { type Micros, SECOND } from '../std/instant';
import { type HttpResult, startRequest } from '../world/http-client';
import type { ResolveEvent, SocketEvent } from '../world/network.contract';
import type { Program } from '../world/process.contract';
import { httpsSettings, trustedRoots } from '../world/tls/https-settings';
import type { Host, World } from '../world/world.contract';

export interface ProbeResult {
  /** When it was begun. */
  at: Micros;
  /** connect: open, refused, silent. request: status or kind of error. command: exit code. '' while it is under way. */
  answer: string;
  /** The body, the output, or in words why there is no secure connection. */
  text: string;
  micros: Micros;
}
export interface Probe {
  startedAt: Micros;
  last: ProbeResult | undefined;
  connection: number;
}

const PROBES = 'objectives.probes';
const SOCKET = 'objectives.probe.socket';
const TIMEOUT = 'objectives.probe.timeout';
const RESPONSE = 'objectives.probe.response';
const NAME = 'objectives.probe.name';
const LONGEST: Micros = 3 * SECOND;
const COMMAND_LONGEST: Micros = 30 * SECOND;
const MOST_TEXT = 20_000;

export interface HttpProbe {
  url: string;
  host: string;
  port: number;
  path: string;
  scheme: 'http' | 'https';
  timeout: Micros;
  method: string;
}

export function registerProbes(world: World): void {
  world.callback<{ key: string }, SocketEvent>(SOCKET, ({ data: { key } }, event) => {
    const probe = probes(world).get(key);
    if (probe === undefined) return;
    if (event.type === 'connected') {
      world.network.close(probe.connection, 'client');
      finish(world, key, 'open', '');
    } else if (event.type === 'failed')
      finish(world, key, event.errno === 'ECONNREFUSED' ? 'refused' : 'silent', event.errno);
  });
  world.callback<{ key: string; startedAt: Micros }, undefined>(TIMEOUT, ({ data: { key, startedAt } }) => {
    const probe = probes(world).get(key);
    if (probe === undefined || probe.startedAt !== startedAt || probe.last?.at === startedAt) return;
    world.network.reset(probe.connection, 'client');
    finish(world, key, 'silent', 'ETIMEDOUT');
  });
  world.callback<{ key: string }, HttpResult>(RESPONSE, ({ data: { key } }, result) =>
    finish(
      world,
      key,
      result.status === undefined ? (result.error ?? 'protocol') : String(result.status),
      result.error === 'tls' ? result.reason : result.body,
    ),
  );
  world.callback<{ key: string; probe: HttpProbe }, ResolveEvent>(NAME, ({ host, data }, event) => {
    const ip = event.ok ? event.addresses[0] : undefined;
    if (ip === undefined) finish(world, data.key, 'resolve', '');
    else request(host, data.key, data.probe, ip);
  });
}
export function probes(world: World): Map<string, Probe> {
  const known = world.state.extra.get(PROBES) as Map<string, Probe> | undefined;
  if (known !== undefined) return known;
  const fresh = new Map<string, Probe>();
  world.state.extra.set(PROBES, fresh);
  return fresh;
}
/** The result of a look under way; later ones are too late. */
export function finish(world: World, key: string, answer: string, text: string): void {
  const probe = probes(world).get(key);
  if (probe === undefined || probe.last?.at === probe.startedAt) return;
  probe.last = {
    at: probe.startedAt,
    answer,
    text: text.slice(0, MOST_TEXT),
    micros: world.kernel.now - probe.startedAt,
  };
}
/** The last result; begins anew when that is older than `every` and none is under way. */
export function look(
  world: World,
  host: Host,
  {
    key,
    every,
    longest,
    start,
  }: { key: string; every: Micros; longest: Micros; start: (probe: Probe) => void },
): ProbeResult | undefined {
  const known = probes(world);
  let probe = known.get(key);
  const { now } = world.kernel;
  if (host.state.power !== 'on' || host.state.frozen)
    return { at: now, answer: 'silent', text: 'no power', micros: 0 };
  const isOpen = probe !== undefined && probe.last?.at !== probe.startedAt;
  const isLost = isOpen && probe !== undefined && now - probe.startedAt > longest + SECOND;
  if (probe === undefined || isLost || (!isOpen && now - probe.startedAt >= every)) {
    probe = { startedAt: now, last: probe?.last, connection: 0 };
    known.set(key, probe);
    start(probe);
  }
  return probe.last;
}

/** Whether a connection from a host to an address and port opens. */
export function lookAtPort(
  host: Host,
  to: { ip: number; port: number },
  every: Micros,
): ProbeResult | undefined {
  const { world } = host;
  const key = `tcp ${host.name} ${to.ip}:${to.port}`;
  return look(world, host, {
    key,
    every,
    longest: LONGEST,
    start(probe) {
      probe.connection = world.network.connect(host, {
        pid: 0,
        ...to,
        on: { name: SOCKET, pid: 0, data: { key } },
      });
      world.timer(host, 0, `probe ${key}`, world.kernel.now + LONGEST, {
        name: TIMEOUT,
        data: { key, startedAt: probe.startedAt },
      });
    },
  });
}

/** The answer to a request from a host; undefined for a URL that is none. */
export function lookAtUrl(host: Host, probe: HttpProbe, every: Micros): ProbeResult | undefined {
  const { world } = host;
  const key = `http ${host.name} ${probe.method} ${probe.url}`;
  return look(world, host, {
    key,
    every,
    longest: probe.timeout + 10 * SECOND,
    start() {
      world.network.resolve(host, {
        pid: 0,
        name: probe.host,
        on: { name: NAME, pid: 0, data: { key, probe } },
      });
    },
  });
}
function request(host: Host, key: string, probe: HttpProbe, ip: number): void {
  startRequest(
    host,
    0,
    {
      ip,
      port: probe.port,
      host: probe.host,
      target: probe.path,
      method: probe.method,
      headers: [
        ['User-Agent', 'monitor'],
        ['Accept', '*/*'],
        ['Connection', 'close'],
      ],
      body: '',
      connectTimeout: probe.timeout,
      timeout: probe.timeout,
      bindIp: undefined,
      trace: 0,
      ...(probe.scheme === 'https'
        ? { tls: httpsSettings({ host: probe.host, roots: trustedRoots(host), verify: 'yes' }) }
        : {}),
    },
    { name: RESPONSE, pid: 0, data: { key } },
  );
}
export function readUrl(url: string): Pick<HttpProbe, 'host' | 'port' | 'path' | 'scheme'> | undefined {
  const parts = /^(https?):\/\/([^/:]+)(?::(\d+))?(\/.*)?$/.exec(url);
  if (parts === null) return undefined;
  const scheme = parts[1] === 'https' ? 'https' : 'http';
  const port = Number(parts[3] ?? (scheme === 'https' ? 443 : 80));
  return { scheme, host: parts[2] ?? '', port, path: parts[4] ?? '/' };
}

/** What a command, run as root, printed and how it ended. */
export function lookAtCommand(host: Host, run: string, every: Micros): ProbeResult | undefined {
  const { world } = host;
  const key = `command ${host.name} ${run}`;
  return look(world, host, {
    key,
    every,
    longest: COMMAND_LONGEST,
    start() {
      let text = '';
      const take = () =>
        host.streams.sink('pipe', (more) => {
          if (text.length < MOST_TEXT) text += more;
        });
      world.spawn(host, {
        argv: ['monitor'],
        program: agent(run, (answer) => finish(world, key, answer, text)),
        session: true,
        cwd: '/root',
        uid: 0,
        gid: 0,
        env: new Map([
          ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
          ['HOME', '/root'],
          ['USER', 'root'],
          ['LANG', 'C.UTF-8'],
        ]),
        fds: new Map([
          [0, host.streams.null()],
          [1, take()],
          [2, take()],
        ]),
      });
    },
  });
}
function agent(run: string, ended: (answer: string) => void): Program {
  return function* (context) {
    const pid = context.spawn({ argv: ['bash', '-c', run], path: '/bin/bash' });
    if (typeof pid !== 'number') return 127;
    const status = yield* context.wait(pid);
    ended(status.signal === undefined ? String(status.code ?? 0) : status.signal);
    return 0;
  };
}
