/** From a document to what a run is made of: a scenario with a lab, and nothing that is asked for. */
import { lab as labSchema } from '../../scenario/schema-lab';
import type { Scenario } from '../../scenario/schema';
import { parseDuration } from '../../std/instant';
import { type HostPart, type SandboxDocument } from './document';
import { loadTarget } from './reading';
import { LOADGEN } from './writers';

export const SANDBOX = 'sandbox';
export const LEARNER = 'student';
/** Hosts of the document boot before it is shown. */
const SETTLE = '25s';
const NO_SETTLE = '1s';

/** Documents are never changed: what was compiled of one holds. (Which packages there are never changes either.) */
const SCENARIOS = new WeakMap<SandboxDocument, Scenario>();
/**
 * Not to be changed by who asks: the next one gets the same.
 * @param known which packages there are; others are left out
 */
export function scenarioOf(document: SandboxDocument, known: (name: string) => boolean): Scenario {
  const before = SCENARIOS.get(document);
  if (before !== undefined) return before;
  const scenario = compiled(document, known);
  SCENARIOS.set(document, scenario);
  return scenario;
}
function compiled(document: SandboxDocument, known: (name: string) => boolean): Scenario {
  const start = startOf(document);
  return {
    format: 1,
    id: SANDBOX,
    title: document.title,
    track: 'Sandbox',
    difficulty: 1,
    minutes: 60,
    teaches: [],
    needs: [],
    summary: '',
    language: 'en',
    start: { host: start, user: LEARNER },
    lab: labOf(document, known),
    variants: {},
    pager: [],
    timeline: [],
    deadline: '100000h',
    breaks: [],
    objectives: [],
    guards: [],
    hints: [],
    diagnosis: [],
    solutions: [],
    'wrong-turns': [],
    fails: {},
  };
}

function labOf(document: SandboxDocument, known: (name: string) => boolean): Scenario['lab'] {
  const zones = Object.entries(document.zones);
  const hosts = Object.entries(document.hosts).filter(([, { zone }]) => document.zones[zone] !== undefined);
  const lab = labSchema.parse({
    zones: Object.fromEntries(
      zones.map(([id, { subnet, label, tone, x, y, width, height }]) => [
        id,
        { subnet, label, tone, at: { x, y, width, height } },
      ]),
    ),
    hosts: {},
    users: { [LEARNER]: { sudo: true } },
    settle: hosts.length === 0 ? NO_SETTLE : SETTLE,
    traffic: trafficOf(document),
  });
  const compiled = hosts.map(([id, host]) => [id, compiledHost(document, host, known)] as const);
  return { ...lab, hosts: Object.fromEntries(compiled) };
}

type LabHost = Scenario['lab']['hosts'][string];
const hostSchema = labSchema.shape.hosts.valueType;
/** Hosts change one by one: what was compiled of the others holds, as long as the same zones and packages are there. */
const COMPILED = new WeakMap<HostPart, { from: string; host: LabHost }>();
function compiledHost(document: SandboxDocument, part: HostPart, known: (name: string) => boolean): LabHost {
  const cards = Object.values(part.interfaces).filter(({ zone }) => document.zones[zone] !== undefined);
  const from = `${cards.map(({ zone }) => zone).join(' ')}:${part.packages.filter(known).join(' ')}`;
  const before = COMPILED.get(part);
  if (before?.from === from) return before.host;
  const host = hostSchema.parse(labHost(document, part, known));
  COMPILED.set(part, { from, host });
  return host;
}
function labHost(document: SandboxDocument, host: HostPart, known: (name: string) => boolean): unknown {
  const { kind, zone, description, gateway, packages, enable, files, x, y } = host;
  return {
    kind,
    zone,
    description,
    interfaces: Object.fromEntries(
      Object.entries(host.interfaces).filter(([, card]) => document.zones[card.zone] !== undefined),
    ),
    ...(gateway === undefined ? {} : { gateway }),
    packages: packages.filter(known),
    enable,
    files: Object.fromEntries(
      Object.entries(files).map(([path, { text, mode }]) => [
        path,
        { text, ...(mode === undefined ? {} : { mode }) },
      ]),
    ),
    at: { x, y },
  };
}
/** What the load generators' files say. */
function trafficOf(document: SandboxDocument): Record<string, unknown> {
  const traffic: Record<string, unknown> = {};
  for (const [id, host] of Object.entries(document.hosts)) {
    const target = host.enable.includes('loadgen') ? loadTarget(host.files[LOADGEN]?.text ?? '') : undefined;
    if (target === undefined || !/^[a-z0-9][a-z0-9-]*$/.test(target.name)) continue;
    if (!/^http:\/\/[a-z0-9.:-]+\S*$/i.test(target.url)) continue;
    traffic[target.name] = { host: id, url: target.url, rate: Math.min(10_000, Math.max(0.01, target.rate)) };
  }
  return traffic;
}

/** Where the first terminal opens: the bastion, else any machine that is no customer. */
export function startOf({ hosts }: SandboxDocument): string {
  const all = Object.entries(hosts);
  const chosen =
    all.find(([, { kind }]) => kind === 'bastion') ??
    all.find(([, { kind }]) => kind !== 'clients' && kind !== 'probe');
  return chosen?.[0] ?? '';
}
export function settleMicros(scenario: Scenario): number {
  return parseDuration(scenario.lab.settle) ?? 0;
}
