/** One run of a case on the real daemons: the timeline in real time, and what was seen. */
import type { LabCase, LabCheck, LabHost, LabStep } from '../conformance/case';
import { reloadSignal, type Service, serviceOf, stopSignal } from '../conformance/services';
import { Laboratory } from './laboratory';
import type { AgentLink } from './link';
import type { RunObservation, RunResult } from './merge';
import { CASE_HOST } from './plan';
import { type AgentEvent, clock, type Ran } from './protocol';

const COMMAND_SECONDS = 20;
const LEFTOVER_SECONDS = 60;
const PROBE_PATIENCE_SECONDS = 60;
/** Between the end of the set-up and the first event. */
const SETTLE_SECONDS = 0.3;
const LEAD_SECONDS = 0.2;

export interface PlayedCase extends RunResult {
  readonly problems: readonly string[];
}

/** @param log is told what the services print */
export async function playCase(given: LabCase, log: (text: string) => void): Promise<PlayedCase> {
  const player = new CasePlayer(given, log);
  try {
    await player.open();
    return await player.play();
  } finally {
    await player.close();
  }
}

class CasePlayer {
  readonly #laboratory: Laboratory;
  readonly #services = new Map<string, Service>();
  readonly #observations: RunObservation[] = [];
  readonly #problems: string[] = [];
  readonly #states: { host: string; at: number; instance: string; state: string }[] = [];
  #zero = 0;

  constructor(
    private readonly lab: LabCase,
    private readonly log: (text: string) => void,
  ) {
    this.#laboratory = new Laboratory(
      {
        segments: Object.keys(lab.segments),
        hosts: Object.fromEntries(
          Object.entries(lab.hosts).map(([name, { ifaces }]) => [
            name,
            Object.fromEntries(
              Object.entries(ifaces ?? {}).map(([device, { segment }]) => [device, segment]),
            ),
          ]),
        ),
        kind: CASE_HOST,
      },
      (host, event) => this.#heard(host, event),
    );
  }
  async open(): Promise<void> {
    await this.#laboratory.open();
    await Promise.all(
      Object.entries(this.lab.hosts).map(async ([name, host]) => {
        const agent = await this.#laboratory.powerOn(name);
        const wrong = await agent.ask('setUp', this.#setUpOf(name, host), 90);
        this.#problems.push(...wrong.map((text) => `set-up of ${name}: ${text}`));
      }),
    );
    await sleep(SETTLE_SECONDS);
  }
  close(): Promise<void> {
    return this.#laboratory.close();
  }
  #setUpOf(name: string, host: LabHost) {
    const names = Object.entries(this.lab.hosts).flatMap(([other, { ifaces }]) => {
      const first = Object.values(ifaces ?? {}).flatMap(addressesOf)[0];
      return first === undefined || this.lab.etc_hosts === false
        ? []
        : [`${first.split('/')[0] ?? ''} ${other}\n`];
    });
    for (const given of host.services ?? []) {
      const service = serviceOf(name, given);
      this.#services.set(`${name}/${service.name}`, service);
    }
    return {
      addresses: Object.fromEntries(
        Object.entries(host.ifaces ?? {}).map(([device, iface]) => [device, addressesOf(iface)]),
      ),
      files: host.files ?? {},
      sysctl: {
        ...Object.fromEntries(Object.entries(host.sysctl ?? {}).map(([key, value]) => [key, String(value)])),
        'net.ipv4.ip_forward': host.ip_forward === true ? '1' : '0',
      },
      routes: host.routes ?? [],
      gateway: host.gateway ?? undefined,
      commands: host.setup ?? [],
      hosts: `127.0.0.1 localhost\n127.0.1.1 ${name}\n${names.join('')}`,
    };
  }
  #heard(host: string, event: AgentEvent): void {
    if (event.event !== 'log') return;
    this.log(`${(event.at - this.#zero).toFixed(3)} ${host} ${event.service}: ${event.line}`);
    if (event.service !== 'keepalived') return;
    const entered = /^\((\S+)\) Entering (\w+) STATE/.exec(event.line);
    if (entered !== null)
      this.#states.push({ host, at: event.at, instance: entered[1] ?? '', state: entered[2] ?? '' });
  }

  // ---------------------------------------------------------------- timeline
  async play(): Promise<PlayedCase> {
    const items = this.#items();
    const earliest = Math.min(0, ...items.map(({ t }) => t));
    this.#zero = clock() + LEAD_SECONDS - earliest;
    const running: Promise<void>[] = [];
    for (const { t, run } of items) {
      await sleep(this.#zero + t - clock());
      running.push(run().catch((error: unknown) => this.#trouble(error)));
    }
    await sleep(this.#zero + (this.lab.duration ?? items.at(-1)?.t ?? 0) - clock());
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, LEFTOVER_SECONDS * 1000);
    });
    await Promise.race([Promise.all(running), patience]);
    clearTimeout(timer);
    for (const check of this.lab.checks ?? []) await this.#check(check);
    return { observations: this.#observations, states: this.#statesByHost(), problems: this.#problems };
  }
  #trouble(error: unknown): void {
    this.#problems.push(error instanceof Error ? error.message : String(error));
  }
  #items(): { t: number; run: () => Promise<void> }[] {
    const items: { t: number; run: () => Promise<void> }[] = [];
    for (const [key, service] of this.#services) {
      const host = key.slice(0, key.lastIndexOf('/'));
      if (service.at !== undefined) items.push({ t: service.at, run: () => this.#start(host, service) });
    }
    for (const [index, step] of (this.lab.timeline ?? []).entries())
      items.push({
        t: step.t,
        run: () => this.#step(step.id ?? `o${String(index).padStart(2, '0')}`, step),
      });
    return items.sort((a, b) => a.t - b.t);
  }
  async #step(id: string, step: LabStep): Promise<void> {
    const seen = step.do === undefined ? await this.#probe(step) : await this.#action(step);
    if (seen === undefined) return;
    const what = step.probe ?? step.do ?? '';
    this.#observations.push({ id, t: step.t, what, host: step.host, ...seen });
  }
  #agent(name: string | undefined): AgentLink {
    return this.#laboratory.agent(name ?? '');
  }
  async #start(host: string, service: Service): Promise<void> {
    await this.#agent(host).ask('start', service);
  }
  async #action(step: LabStep): Promise<{ value: unknown } | undefined> {
    const { host = '' } = step;
    const name = step.service ?? (step.do === 'app' ? 'app' : '');
    const service = this.#services.get(`${host}/${name}`) ?? serviceOf(host, name);
    const signal = (what: string, scope: 'main' | 'all' | 'child'): Promise<null> =>
      this.#agent(host).ask('signal', { service: name, signal: what, scope });
    switch (step.do) {
      case 'start':
        await this.#start(host, service);
        return undefined;
      case 'stop':
        await signal(`SIG${stopSignal(service.kind)}`, 'main');
        return undefined;
      case 'kill9':
        await signal('SIGKILL', step.scope ?? 'main');
        return undefined;
      case 'signal':
        await signal(step.sig ?? '', step.scope ?? 'main');
        return undefined;
      case 'sigstop':
        await signal('SIGSTOP', step.scope ?? 'all');
        return undefined;
      case 'sigcont':
        await signal('SIGCONT', step.scope ?? 'all');
        return undefined;
      case 'reload':
        for (const [path, file] of Object.entries(step.files ?? {}))
          await this.#agent(host).ask('put', { path, file });
        await signal(`SIG${reloadSignal(service.kind)}`, 'main');
        return undefined;
      case 'put':
        await this.#agent(host).ask('put', { path: step.path ?? '', file: step.text ?? '' });
        return undefined;
      case 'app':
        await this.#agent(host).ask('controls', { service: name, set: step.set ?? {} });
        return undefined;
      case 'link':
        await this.#link(step);
        return undefined;
      case 'exec':
        return this.#execute(host, step.cmd ?? '', step.timeout);
      default:
        throw new Error(`not supported: do ${step.do ?? ''}`);
    }
  }
  async #link({ host = '', iface = '', state = 'up', mode }: LabStep): Promise<void> {
    if (mode === undefined || mode === 'admin') await this.#execute(host, `ip link set ${iface} ${state}`);
    else await this.#laboratory.setCarrier(host, iface, state);
  }
  async #execute(host: string, command: string, seconds = COMMAND_SECONDS): Promise<{ value: unknown }> {
    const ran = await this.#agent(host).ask(
      'execute',
      { command, seconds },
      seconds + PROBE_PATIENCE_SECONDS,
    );
    return { value: [ran.code, ran.out, ran.err] };
  }
  async #probe(step: LabStep): Promise<Omit<RunObservation, 'id' | 't' | 'what' | 'host'>> {
    if (step.probe === 'vip') return { value: await this.#holders(step.vip ?? []) };
    if (step.probe === 'exec') return this.#execute(step.host ?? '', step.cmd ?? '', step.timeout);
    const patience = PROBE_PATIENCE_SECONDS + (step.timeout ?? COMMAND_SECONDS) + (step.duration ?? 0);
    return this.#agent(step.host).ask('probe', step, patience);
  }
  async #holders(vip: string | string[]): Promise<Record<string, string[]>> {
    const all = await Promise.all(
      Object.keys(this.lab.hosts).map(async (host) => ({
        host,
        addresses: await this.#agent(host).ask('addresses', null),
      })),
    );
    const holders = (address: string): string[] =>
      all
        .filter(({ addresses }) => addresses.includes(address))
        .map(({ host }) => host)
        .sort();
    return Object.fromEntries((typeof vip === 'string' ? [vip] : vip).map((one) => [one, holders(one)]));
  }
  async #check(check: LabCheck): Promise<void> {
    const host = check.host ?? Object.keys(this.lab.hosts)[0] ?? '';
    const agent = this.#agent(host);
    const run = (command: string): Promise<Ran> =>
      agent.ask('execute', { command, seconds: COMMAND_SECONDS });
    await run('rm -rf /etc/nginx/conf.d/* /etc/nginx/sites-enabled/*');
    for (const [path, file] of Object.entries({ ...this.lab.hosts[host]?.files, ...check.files }))
      await agent.ask('put', { path, file });
    for (const command of check.pre ?? []) await run(command);
    const { code, out, err } = await run(check.cmd);
    for (const command of check.post ?? []) await run(command);
    this.#observations.push({
      id: `c:${check.label}`,
      t: null,
      what: check.label,
      host: undefined,
      value: [code, out, err],
    });
  }
  #statesByHost(): RunResult['states'] {
    const states: Record<string, [number, string, string][]> = {};
    for (const { host, at, instance, state } of this.#states)
      (states[host] ??= []).push([Math.round((at - this.#zero) * 1000) / 1000, instance, state]);
    return states;
  }
}
function addressesOf(iface: { address?: string; addresses?: string[] }): string[] {
  return iface.addresses ?? (iface.address === undefined ? [] : [iface.address]);
}
function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, seconds * 1000)));
}
