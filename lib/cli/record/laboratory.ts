/** A lab on the real kernel: makes the namespaces of a plan, gives hosts power and takes it, cleans up. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { AgentLink } from './link';
import {
  bootScript,
  entrance,
  type HostKind,
  type HostPlan,
  type LabPlan,
  makeHost,
  makeSegment,
  ownerOf,
  planLab,
  removeSegment,
  tagOf,
  unplugHost,
} from './plan';
import type { AgentEvent } from './protocol';

const SCRATCH = path.join(os.tmpdir(), 'faultline-record');
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const INTERRUPTED = 130;
let runs = 0;

const laboratories = new Set<Laboratory>();
/** Nothing is left behind by a run that is broken off. */
function stop(): void {
  void Promise.all([...laboratories].map((one) => one.close())).finally(() => process.exit(INTERRUPTED));
}

export class Laboratory {
  readonly plan: LabPlan;
  readonly #scratch: string;
  readonly #kind: HostKind;
  readonly #booting: Promise<AgentLink>[] = [];
  #isClosed = false;
  readonly #links = new Map<string, AgentLink>();

  constructor(
    lab: {
      segments: readonly string[];
      hosts: Readonly<Record<string, Readonly<Record<string, string>>>>;
      kind: HostKind;
    },
    private readonly listen: (host: string, event: AgentEvent) => void,
  ) {
    const tag = tagOf(process.pid, ++runs);
    this.plan = planLab(tag, lab.segments, lab.hosts);
    this.#kind = lab.kind;
    this.#scratch = path.join(SCRATCH, tag);
  }

  async open(): Promise<void> {
    mkdirSync(this.#scratch, { recursive: true, mode: 0o755 });
    if (laboratories.size === 0) for (const signal of SIGNALS) process.on(signal, stop);
    laboratories.add(this);
    await buildAgent(path.join(this.#scratch, 'program', 'agent.mjs'));
    await shell(this.plan.segments.map(makeSegment).join(' && '));
  }
  #host(name: string): HostPlan {
    const host = this.plan.hosts.find((one) => one.name === name);
    if (host === undefined) throw new Error(`there is no host "${name}"`);
    return host;
  }
  powerOn(name: string): Promise<AgentLink> {
    if (this.#isClosed) return Promise.reject(new Error('the lab is closed'));
    const booting = this.#boot(name);
    this.#booting.push(booting);
    return booting;
  }
  async #boot(name: string): Promise<AgentLink> {
    const host = this.#host(name);
    await shell(makeHost(host));
    const script = bootScript({
      name,
      disk: path.join(this.#scratch, 'disks', name),
      kind: this.#kind,
      node: process.execPath,
      program: path.join(this.#scratch, 'program'),
    });
    const file = path.join(this.#scratch, `boot-${name}.sh`);
    writeFileSync(file, script);
    const link = new AgentLink(name, entrance(host.namespace, file), (event) => this.listen(name, event));
    this.#links.set(name, link);
    await link.ready;
    return link;
  }
  /** The cables first: a host without power sends no farewell. */
  async powerOff(name: string): Promise<void> {
    const link = this.#links.get(name);
    if (link === undefined) return;
    this.#links.delete(name);
    await shell(unplugHost(this.#host(name)));
    link.kill();
    await link.gone;
  }
  agent(name: string): AgentLink {
    const link = this.#links.get(name);
    if (link === undefined) throw new Error(`${name} has no power`);
    return link;
  }
  isOn(name: string): boolean {
    return this.#links.has(name);
  }
  /** The switch's end of a cable: the host sees its carrier come and go. */
  async setCarrier(name: string, device: string, state: 'up' | 'down'): Promise<void> {
    const cable = this.#host(name).cables.find((one) => one.device === device);
    if (cable === undefined) throw new Error(`${name} has no interface "${device}"`);
    await shell(`ip -n ${cable.segment.namespace} link set ${cable.port} ${state}`);
  }
  async close(): Promise<void> {
    laboratories.delete(this);
    if (laboratories.size === 0) for (const signal of SIGNALS) process.off(signal, stop);
    this.#isClosed = true;
    // What is being made must be there before it can be removed.
    await Promise.allSettled(this.#booting);
    const links = [...this.#links.values()];
    for (const link of links) link.kill();
    await Promise.all(links.map((link) => link.gone));
    this.#links.clear();
    await shell([...this.plan.hosts.map(unplugHost), ...this.plan.segments.map(removeSegment)].join('; '));
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}

/** Removes what runs that were broken off have left. Says what. */
export async function removeLeftovers(): Promise<string[]> {
  const removed: string[] = [];
  for (const line of (await shell('ip netns list')).split('\n')) {
    const name = line.split(' ')[0] ?? '';
    const owner = ownerOf(name);
    if (owner === undefined || existsSync(`/proc/${owner}`)) continue;
    await shell(`ip netns del ${name}`);
    removed.push(`namespace ${name}`);
  }
  for (const folder of existsSync(SCRATCH) ? readdirSync(SCRATCH) : []) {
    const owner = ownerOf(`${folder}-`);
    if (owner !== undefined && existsSync(`/proc/${owner}`)) continue;
    rmSync(path.join(SCRATCH, folder), { recursive: true, force: true });
    removed.push(path.join(SCRATCH, folder));
  }
  return removed;
}

/** The agent is one file, so that it runs where this project cannot be seen. */
async function buildAgent(file: string): Promise<void> {
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: process.env.FAULTLINE_ROOT ?? process.cwd(),
    entryPoints: ['lib/cli/record/agent/main.ts'],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
}
function shell(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('bash', ['-c', command], (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(stderr.trim() === '' ? error.message : stderr.trim()));
    });
  });
}
