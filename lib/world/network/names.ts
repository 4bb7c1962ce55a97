/**
 * Names to addresses as libc finds them: nsswitch.conf, /etc/hosts, the servers
 * of /etc/resolv.conf with their timeouts.
 * Sources: nsswitch.conf(5), hosts(5), resolv.conf(5), getaddrinfo(3); glibc
 * resolv/res_send.c (waiting times); recorded: truth/host/b04-dns.
 */
import type { HandlerId } from '../../kernel/kernel';
import { parseClassicIPv4, parseIPv4 } from '../../std/ipv4';
import { SECOND, type Micros } from '../../std/instant';
import { type Credentials, FileError } from '../files.contract';
import type { Callback, DnsEvent, ResolveEvent, UdpEvent } from '../network.contract';
import type { Host } from '../world.contract';
import type { Core } from './core';
import type { Datagrams } from './datagrams';
import { asAnswer, DNS_PORT, type DnsAnswer, type DnsQuestion, questionBytes } from './dns';

const ROOT: Credentials = { uid: 0, gid: 0, groups: [] };
const MOST_SERVERS = 3;

/** A name being looked up, or a single query under way. */
export type ResolveJob = {
  /** Of the servers. */
  port: number;
  edns: boolean;
  id: number;
  host: string;
  pid: number;
  on: Callback;
  /** What to ask for, in turn; a query has one. */
  names: string[];
  type: string;
  at: number;
  servers: number[];
  server: number;
  attempt: number;
  attempts: number;
  timeout: Micros;
  socket: number;
  queryId: number;
  sentAt: Micros;
  query: boolean;
  /** Both families are asked at once, and a refusal is believed at once (curl). */
  quick: boolean;
  refused: boolean;
};
type Configuration = {
  servers: number[];
  search: string[];
  ndots: number;
  timeout: Micros;
  attempts: number;
};
type HostsFile = { text: string; names: Map<string, { addresses: number[]; canonical: string }> };

export class Names {
  readonly #tell: HandlerId;
  readonly #wait: HandlerId;
  readonly #hostsFiles = new Map<string, HostsFile>();

  constructor(
    private readonly core: Core,
    private readonly datagrams: Datagrams,
  ) {
    this.#tell = core.kernel.handler<{ host: string; on: Callback; event: ResolveEvent | DnsEvent }>(
      'net.resolved',
      ({ host, on, event }) => {
        const stack = core.stackNamed(host);
        if (stack.state.power !== 'off') core.world.invoke(stack.host, on, event);
      },
    );
    this.#wait = core.kernel.handler<{ job: number; retry: boolean }>(
      'net.resolve-timer',
      ({ job, retry }) => {
        const known = this.#job(job);
        if (known === undefined) return;
        if (retry) this.#ask(known);
        else this.#failedServer(known, 'ETIMEDOUT');
      },
    );
    core.world.callback<{ job: number }, UdpEvent>('net.dns', ({ data }, event) => {
      const known = this.#job(data.job);
      if (known === undefined) return;
      if (event.type === 'error')
        this.#failedServer(
          known,
          event.errno === 'ECONNREFUSED'
            ? 'ECONNREFUSED'
            : event.errno === 'ENETUNREACH'
              ? 'ENETUNREACH'
              : 'EHOSTUNREACH',
        );
      else this.#answered(known, asAnswer(event.payload), event.from.ip);
    });
  }

  // ---------------------------------------------------------------- getaddrinfo
  resolve(host: Host, options: { pid: number; name: string; on: Callback; quick?: boolean }): void {
    const name = options.name.endsWith('.') ? options.name.slice(0, -1) : options.name;
    const literal = parseClassicIPv4(name);
    if (literal !== undefined)
      return this.#report(host.name, options.on, {
        ok: true,
        addresses: [literal],
        canonical: name,
        source: 'literal',
      });
    for (const source of this.#sources(host)) {
      if (source === 'files') {
        const found = this.#hosts(host).names.get(name.toLowerCase());
        if (found !== undefined)
          return this.#report(host.name, options.on, {
            ok: true,
            addresses: found.addresses,
            canonical: found.canonical,
            source: 'hosts',
          });
      } else if (source === 'dns') {
        const configuration = this.#configuration(host);
        return this.#start(host, options, {
          ...configuration,
          names: candidates(options.name, configuration),
          type: 'A',
          query: false,
          quick: options.quick === true,
        });
      }
    }
    this.#report(host.name, options.on, { ok: false, reason: 'not-found' });
  }

  query(
    host: Host,
    options: {
      pid: number;
      server: number;
      port?: number;
      name: string;
      type: string;
      timeout: Micros;
      edns?: boolean;
      on: Callback;
    },
  ): void {
    this.#start(host, options, {
      servers: [options.server],
      attempts: 1,
      timeout: options.timeout,
      names: [options.name.replace(/\.$/, '')],
      type: options.type,
      query: true,
      quick: true,
      ...(options.port === undefined ? {} : { port: options.port }),
      ...(options.edns === undefined ? {} : { edns: options.edns }),
    });
  }

  #start(
    host: Host,
    asker: { pid: number; on: Callback },
    how: {
      servers: number[];
      attempts: number;
      timeout: Micros;
      names: string[];
      type: string;
      query: boolean;
      quick: boolean;
      port?: number;
      edns?: boolean;
    },
  ): void {
    const id = this.core.nextId();
    const job: ResolveJob = {
      id,
      host: host.name,
      pid: asker.pid,
      on: asker.on,
      names: how.names,
      type: how.type,
      at: 0,
      servers: how.servers,
      server: 0,
      attempt: 0,
      attempts: how.attempts,
      timeout: how.timeout,
      socket: 0,
      queryId: 0,
      sentAt: this.core.now,
      query: how.query,
      quick: how.quick,
      refused: false,
      port: how.port ?? DNS_PORT,
      edns: how.edns === true,
    };
    this.core.state.resolves.set(id, job);
    this.#ask(job);
  }
  #job(id: number): ResolveJob | undefined {
    return this.core.state.resolves.get(id);
  }

  #ask(job: ResolveJob): void {
    const { core } = this;
    const host = core.stackNamed(job.host).host;
    const server = job.servers[job.server];
    const name = job.names[job.at];
    if (server === undefined || name === undefined)
      return this.#finish(job, { ok: false, reason: 'try-again' });
    if (job.socket === 0) {
      const bound = this.datagrams.bind(host, {
        pid: job.pid,
        ip: 0,
        port: 0,
        on: { name: 'net.dns', pid: 0, data: { job: job.id } },
      });
      if (typeof bound === 'string') return this.#finish(job, { ok: false, reason: 'try-again' });
      job.socket = bound.socket;
    }
    job.queryId = core.kernel.random(`dns:${job.host}`).integer(0, 65_535);
    job.sentAt = core.now;
    const question: DnsQuestion = {
      kind: 'dns-query',
      id: job.queryId,
      name,
      type: job.type,
      edns: job.edns,
    };
    core.kernel.setTimer(`dns:${job.id}`, 'answer', core.now + job.timeout, this.#wait, {
      job: job.id,
      retry: false,
    });
    const refused = this.datagrams.send(
      host,
      job.socket,
      { ip: server, port: job.port },
      question,
      questionBytes(name, job.edns),
    );
    if (refused !== undefined)
      this.#failedServer(
        job,
        refused === 'ENETUNREACH' ? 'ENETUNREACH' : refused === 'EHOSTUNREACH' ? 'EHOSTUNREACH' : 'ETIMEDOUT',
      );
  }

  #answered(job: ResolveJob, answer: DnsAnswer | undefined, from: number): void {
    if (answer === undefined || answer.id !== job.queryId) return;
    this.core.kernel.clearTimer(`dns:${job.id}`, 'answer');
    if (job.query) {
      const { code, answers, additional, authoritative, extendedError } = answer;
      return this.#finish(job, {
        ok: true,
        code,
        answers,
        ...(additional === undefined ? {} : { additional }),
        authoritative,
        micros: this.core.now - job.sentAt,
        from,
        ...(extendedError === undefined ? {} : { extendedError }),
      });
    }
    if (answer.code === 'SERVFAIL' || answer.code === 'REFUSED')
      return this.#failedServer(job, 'ECONNREFUSED');
    const addresses = answer.answers
      .filter((record) => record.type === 'A')
      .map((record) => parseIPv4(record.data))
      .filter((address) => address !== undefined);
    if (addresses.length > 0) {
      const last = answer.answers.findLast((record) => record.type === 'A');
      return this.#finish(job, { ok: true, addresses, canonical: last?.name ?? answer.name, source: 'dns' });
    }
    job.at++;
    if (job.at < job.names.length) return this.#ask(job);
    this.#finish(job, { ok: false, reason: 'not-found' });
  }

  #failedServer(job: ResolveJob, errno: 'ETIMEDOUT' | 'ECONNREFUSED' | 'EHOSTUNREACH' | 'ENETUNREACH'): void {
    this.core.kernel.clearTimer(`dns:${job.id}`, 'answer');
    if (job.query) return this.#finish(job, { ok: false, errno });
    if (errno !== 'ETIMEDOUT') job.refused = true;
    job.server++;
    if (job.server < job.servers.length) return this.#ask(job);
    job.server = 0;
    job.attempt++;
    if (job.attempt >= job.attempts) return this.#finish(job, { ok: false, reason: 'try-again' });
    // After a refusal glibc waits its timeout out before it asks the servers again (recorded: 5 s in all).
    if (job.refused && !job.quick && errno !== 'ETIMEDOUT')
      this.core.kernel.setTimer(`dns:${job.id}`, 'answer', this.core.now + job.timeout, this.#wait, {
        job: job.id,
        retry: true,
      });
    else this.#ask(job);
  }

  #finish(job: ResolveJob, event: ResolveEvent | DnsEvent): void {
    const stack = this.core.stackNamed(job.host);
    this.core.kernel.clearTimer(`dns:${job.id}`, 'answer');
    if (job.socket !== 0) this.datagrams.close(stack.host, job.socket);
    this.core.state.resolves.delete(job.id);
    const told: ResolveEvent | DnsEvent =
      job.query && 'reason' in event ? { ok: false, errno: 'ETIMEDOUT' } : event;
    this.#report(job.host, job.on, told);
  }
  #report(host: string, on: Callback, event: ResolveEvent | DnsEvent): void {
    this.core.kernel.after(0, this.#tell, { host, on, event });
  }

  /** Lookups of a process that is gone, or of a whole host. */
  release(host: string, pid?: number): void {
    for (const job of [...this.core.state.resolves.values()]) {
      if (job.host !== host || (pid !== undefined && job.pid !== pid)) continue;
      this.core.kernel.clearTimer(`dns:${job.id}`, 'answer');
      this.core.stackNamed(host).net.udp.delete(job.socket);
      this.core.state.resolves.delete(job.id);
    }
  }

  // ---------------------------------------------------------------- files
  #sources(host: Host): string[] {
    const line = textOf(host, '/etc/nsswitch.conf')
      .split('\n')
      .find((candidate) => /^\s*hosts:/.test(candidate));
    return line === undefined
      ? ['files', 'dns']
      : line
          .replace(/^\s*hosts:/, '')
          .replace(/\[[^\]]*\]/g, ' ')
          .trim()
          .split(/\s+/);
  }

  #hosts(host: Host): HostsFile {
    const text = textOf(host, '/etc/hosts');
    const known = this.#hostsFiles.get(host.name);
    if (known?.text === text) return known;
    const names: HostsFile['names'] = new Map();
    for (const line of text.split('\n')) {
      const [address, ...aliases] = (line.split('#')[0] ?? '').trim().split(/\s+/);
      const ip = parseIPv4(address ?? '');
      if (ip === undefined) continue;
      for (const alias of aliases) {
        const entry = names.get(alias.toLowerCase());
        if (entry === undefined)
          names.set(alias.toLowerCase(), { addresses: [ip], canonical: aliases[0] ?? alias });
        else if (!entry.addresses.includes(ip)) entry.addresses.push(ip);
      }
    }
    const read = { text, names };
    this.#hostsFiles.set(host.name, read);
    return read;
  }

  #configuration(host: Host): Configuration {
    const configuration: Configuration = {
      servers: [],
      search: [],
      ndots: 1,
      timeout: 5 * SECOND,
      attempts: 2,
    };
    for (const line of textOf(host, '/etc/resolv.conf').split('\n')) {
      const [word, ...rest] = line.trim().split(/\s+/);
      if (word === 'nameserver' && configuration.servers.length < MOST_SERVERS) {
        const server = parseIPv4(rest[0] ?? '');
        if (server !== undefined) configuration.servers.push(server);
      } else if (word === 'search' || word === 'domain') configuration.search = rest;
      else if (word === 'options') for (const option of rest) readOption(option, configuration);
    }
    if (configuration.servers.length === 0) configuration.servers.push(0x7f000001);
    return configuration;
  }

  /** Servers that dig and host use. */
  nameServers(host: Host): number[] {
    return this.#configuration(host).servers;
  }
}

function readOption(option: string, configuration: Configuration): void {
  const match = /^(timeout|attempts|ndots):(\d+)$/.exec(option);
  if (match === null) return;
  const value = Number(match[2]);
  if (match[1] === 'timeout') configuration.timeout = Math.min(Math.max(value, 1), 30) * SECOND;
  else if (match[1] === 'attempts') configuration.attempts = Math.min(Math.max(value, 1), 5);
  else configuration.ndots = Math.min(value, 15);
}

/** A name with enough dots is tried as it is first, another one within the search list first. */
function candidates(name: string, { search, ndots }: Configuration): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const dots = name.split('.').length - 1;
  const searched = search.map((domain) => `${name}.${domain.replace(/\.$/, '')}`);
  return dots >= ndots ? [name, ...searched] : [...searched, name];
}

function textOf(host: Host, path: string): string {
  const text = host.fs.readFile(path, ROOT);
  return text instanceof FileError ? '' : text;
}
