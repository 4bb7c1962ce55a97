/**
 * The sandbox document: everything that a lab somebody built consists of, as
 * versioned plain data. It knows nothing of a running world; `door.ts` checks
 * one that comes from outside, `compile.ts` makes a scenario's lab of it.
 */

export type HostKind =
  | 'router'
  | 'load-balancer'
  | 'proxy'
  | 'app'
  | 'bastion'
  | 'clients'
  | 'probe'
  | 'server';
export type ZoneTone = 'internet' | 'dmz' | 'app' | 'data' | 'office' | 'neutral';
/** What may flow over a link. */
export type Flow = 'http' | 'vrrp' | 'ssh' | 'any';

/** A frame around zones, and around other environments. */
export interface EnvironmentPart {
  label: string;
  parent?: string;
}
export interface ZonePart {
  label: string;
  subnet: string;
  tone: ZoneTone;
  environment?: string;
  /** Where it stands on the canvas. */
  x: number;
  y: number;
  width: number;
  height: number;
  locked?: boolean;
}
export interface FilePart {
  text: string;
  /** Octal; 644 unless given. */
  mode?: string;
}
export interface HostPart {
  kind: HostKind;
  zone: string;
  description: string;
  interfaces: Record<string, { zone: string; address: string }>;
  gateway?: string;
  packages: string[];
  enable: string[];
  /** Files whose text differs from what packages and installer write. */
  files: Record<string, FilePart>;
  /** Place within its zone. */
  x: number;
  y: number;
  locked?: boolean;
}
/** A link that no configuration file tells of: two hosts of one zone need no permission. */
export interface LinkPart {
  from: string;
  to: string;
  flow: 'ssh' | 'any';
}
/** A fault of `lib/faults` with its parameters, and the keys that every fault may have (`for`, `every`, …). */
export type FaultEntry = Record<string, string | number | boolean | string[]>;
/** A fault at an instant of the run. */
export interface PlannedFault {
  id: string;
  /** Seconds since the start. */
  at: number;
  fault: FaultEntry;
}
export interface Chaos {
  on: boolean;
  seed: number;
  perMinute: number;
}
export interface SandboxDocument {
  format: 'faultline-sandbox';
  version: 1;
  title: string;
  seed: number;
  environments: Record<string, EnvironmentPart>;
  zones: Record<string, ZonePart>;
  hosts: Record<string, HostPart>;
  links: LinkPart[];
  faults: PlannedFault[];
  chaos: Chaos;
}

export const MOST_HOSTS = 1000;
export const MOST_ZONES = 60;
/** Of the whole document as JSON. */
export const MOST_CHARACTERS = 2_000_000;

export function emptyDocument(title = 'Untitled sandbox', seed = 1): SandboxDocument {
  return {
    format: 'faultline-sandbox',
    version: 1,
    title,
    seed,
    environments: {},
    zones: {},
    hosts: {},
    links: [],
    faults: [],
    chaos: { on: false, seed: 1, perMinute: 2 },
  };
}

/** One change of a document. `null` takes the thing away. */
export type Edit =
  | { edit: 'title'; title: string }
  | { edit: 'environment'; id: string; part: EnvironmentPart | null }
  | { edit: 'zone'; id: string; part: ZonePart | null }
  /** Files of a host that exists already are changed by `file` only. */
  | { edit: 'host'; id: string; part: HostPart | null }
  /** `null`: as the package left it. `then` runs as root afterwards, while the host is up. */
  | { edit: 'file'; host: string; path: string; file: FilePart | null; then?: string }
  | { edit: 'link'; link: LinkPart; add: boolean }
  | { edit: 'fault'; planned: PlannedFault; add: boolean }
  | { edit: 'chaos'; chaos: Chaos };

/** Changes that belong together, and what takes them back. */
export interface Step {
  label: string;
  edits: Edit[];
  inverse: Edit[];
}

/** The document after one change; the one given stays as it is. */
export function applyEdit(document: SandboxDocument, edit: Edit): SandboxDocument {
  switch (edit.edit) {
    case 'title':
      return { ...document, title: edit.title };
    case 'environment':
      return { ...document, environments: withPart(document.environments, edit.id, edit.part) };
    case 'zone':
      return { ...document, zones: withPart(document.zones, edit.id, edit.part) };
    case 'host': {
      const before = document.hosts[edit.id];
      const part =
        edit.part === null || before === undefined ? edit.part : { ...edit.part, files: before.files };
      return { ...document, hosts: withPart(document.hosts, edit.id, part) };
    }
    case 'file': {
      const host = document.hosts[edit.host];
      if (host === undefined) return document;
      const files = withPart(host.files, edit.path, edit.file);
      return { ...document, hosts: { ...document.hosts, [edit.host]: { ...host, files } } };
    }
    case 'link': {
      const others = document.links.filter((link) => !sameLink(link, edit.link));
      return { ...document, links: edit.add ? [...others, edit.link] : others };
    }
    case 'fault': {
      const others = document.faults.filter(({ id }) => id !== edit.planned.id);
      return { ...document, faults: edit.add ? [...others, edit.planned] : others };
    }
    case 'chaos':
      return { ...document, chaos: edit.chaos };
  }
}

export function applyEdits(document: SandboxDocument, edits: readonly Edit[]): SandboxDocument {
  return edits.reduce(applyEdit, document);
}

/** A step that undoes itself: the inverse is read from the document it is made for. */
export function stepOf(document: SandboxDocument, label: string, edits: readonly Edit[]): Step {
  const inverse: Edit[] = [];
  let now = document;
  for (const edit of edits) {
    inverse.unshift(...inverseOf(now, edit));
    now = applyEdit(now, edit);
  }
  return { label, edits: [...edits], inverse };
}

function inverseOf(document: SandboxDocument, edit: Edit): Edit[] {
  switch (edit.edit) {
    case 'title':
      return [{ edit: 'title', title: document.title }];
    case 'environment':
      return [{ ...edit, part: document.environments[edit.id] ?? null }];
    case 'zone':
      return [{ ...edit, part: document.zones[edit.id] ?? null }];
    case 'host':
      return [{ ...edit, part: document.hosts[edit.id] ?? null }];
    case 'file':
      return [{ ...edit, file: document.hosts[edit.host]?.files[edit.path] ?? null }];
    case 'link': {
      const known = document.links.some((link) => sameLink(link, edit.link));
      return known === edit.add ? [] : [{ ...edit, add: !edit.add }];
    }
    case 'fault': {
      const known = document.faults.find(({ id }) => id === edit.planned.id);
      return [known === undefined ? { ...edit, add: false } : { edit: 'fault', planned: known, add: true }];
    }
    case 'chaos':
      return [{ edit: 'chaos', chaos: document.chaos }];
  }
}

export function sameLink(a: LinkPart, b: LinkPart): boolean {
  return a.from === b.from && a.to === b.to && a.flow === b.flow;
}

function withPart<Part>(parts: Record<string, Part>, id: string, part: Part | null): Record<string, Part> {
  if (part !== null) return { ...parts, [id]: part };
  const { [id]: _, ...others } = parts;
  return others;
}

/** A name that nothing has yet: `app1`, `app2` … */
export function freshName(taken: ReadonlySet<string>, stem: string): string {
  let number = 1;
  while (taken.has(`${stem}${number}`)) number += 1;
  return `${stem}${number}`;
}

/** Names that machines, zones and environments have: each is given once. */
export function takenNames({ hosts, zones, environments }: SandboxDocument): Set<string> {
  return new Set([...Object.keys(hosts), ...Object.keys(zones), ...Object.keys(environments)]);
}

/** A host's own address: the one of its first interface. */
export function addressOf(host: HostPart | undefined): string {
  return Object.values(host?.interfaces ?? {})[0]?.address.split('/')[0] ?? '';
}
