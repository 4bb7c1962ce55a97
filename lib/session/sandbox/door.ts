/**
 * Documents from outside (a file, a link) are checked here as hostile input:
 * size, shape, names, addresses. Inside they are plain.
 */
import { z } from 'zod/mini';
import { inSubnet, parseCidr, parseIPv4 } from '../../std/ipv4';
import { MOST_CHARACTERS, MOST_HOSTS, MOST_ZONES, type SandboxDocument } from './document';

export type ReadDocument = { ok: true; document: SandboxDocument } | { ok: false; message: string };

const MOST_FILES = 80;
const MOST_TEXT = 200_000;
const FURTHEST = 100_000;

const identifier = z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,40}$/));
const label = z.string().check(z.minLength(1), z.maxLength(120));
const place = z.number().check(z.gte(-FURTHEST), z.lte(FURTHEST));
const extent = z.number().check(z.gte(20), z.lte(FURTHEST));
const packageName = z.string().check(z.regex(/^[a-z0-9][a-z0-9+.-]{0,60}$/));
const unitName = z.string().check(z.regex(/^[A-Za-z0-9@._:-]{1,80}$/));
const path = z.string().check(
  z.regex(/^\/[^\0\n]{1,250}$/),
  z.refine((text) => !text.split('/').includes('..')),
);

const environment = z.strictObject({ label, parent: z.optional(identifier) });
const zone = z.strictObject({
  label,
  subnet: z.string().check(z.refine((text) => parseCidr(text) !== undefined)),
  tone: z.enum(['internet', 'dmz', 'app', 'data', 'office', 'neutral']),
  environment: z.optional(identifier),
  x: place,
  y: place,
  width: extent,
  height: extent,
  locked: z.optional(z.boolean()),
});
const file = z.strictObject({
  text: z.string().check(z.maxLength(MOST_TEXT)),
  mode: z.optional(z.string().check(z.regex(/^[0-7]{3,4}$/))),
});
const host = z.strictObject({
  kind: z.enum(['router', 'load-balancer', 'proxy', 'app', 'bastion', 'clients', 'probe', 'server']),
  zone: identifier,
  description: z.string().check(z.maxLength(300)),
  interfaces: z.record(
    z.string().check(z.regex(/^[a-z][a-z0-9]{0,14}$/)),
    z.strictObject({ zone: identifier, address: z.string().check(z.maxLength(18)) }),
  ),
  gateway: z.optional(z.string().check(z.refine((text) => parseIPv4(text) !== undefined))),
  packages: z.array(packageName).check(z.maxLength(40)),
  enable: z.array(unitName).check(z.maxLength(40)),
  files: z.record(path, file),
  x: place,
  y: place,
  locked: z.optional(z.boolean()),
});
const fault = z.record(
  z.string().check(z.maxLength(40)),
  z.union([
    z.string().check(z.maxLength(20_000)),
    z.number(),
    z.boolean(),
    z.array(z.string().check(z.maxLength(200))).check(z.maxLength(MOST_HOSTS)),
  ]),
);
const documentSchema = z.strictObject({
  format: z.literal('faultline-sandbox'),
  version: z.literal(1),
  title: label,
  seed: z.number().check(z.int(), z.gte(0), z.lte(0xffffffff)),
  environments: z.record(identifier, environment),
  zones: z.record(identifier, zone),
  hosts: z.record(identifier, host),
  links: z
    .array(z.strictObject({ from: identifier, to: identifier, flow: z.enum(['ssh', 'any']) }))
    .check(z.maxLength(5_000)),
  faults: z
    .array(z.strictObject({ id: identifier, at: z.number().check(z.gte(0), z.lte(1e7)), fault }))
    .check(z.maxLength(500)),
  chaos: z.strictObject({
    on: z.boolean(),
    seed: z.number().check(z.int(), z.gte(0), z.lte(0xffffffff)),
    perMinute: z.number().check(z.gte(0), z.lte(60)),
  }),
});

export function readDocument(text: string): ReadDocument {
  if (text.length > MOST_CHARACTERS)
    return refuse(
      `This sandbox is too large (${(text.length / 1e6).toFixed(1)} MB of at most ${MOST_CHARACTERS / 1e6} MB).`,
    );
  let data: unknown;
  try {
    data = JSON.parse(text) as unknown;
  } catch {
    return refuse('This is damaged: it is not complete JSON.');
  }
  return checkDocument(data);
}

export function checkDocument(data: unknown): ReadDocument {
  if (typeof data !== 'object' || data === null || !('format' in data) || data.format !== 'faultline-sandbox')
    return refuse('This is not a Faultline sandbox.');
  if ('version' in data && data.version !== 1)
    return refuse(`This sandbox has format version ${String(data.version)}; this Faultline reads version 1.`);
  const checked = documentSchema.safeParse(data);
  if (!checked.success) return damaged(checked.error.issues[0]?.path ?? []);
  const document = checked.data as SandboxDocument;
  const trouble = troubleOf(document);
  return trouble === undefined ? { ok: true, document } : refuse(trouble);
}

/**
 * The same for a document that was changed inside: of a part that is the very object that `passed` the door with
 * another document, the shape is not looked at again.
 */
export function checkChanged(document: SandboxDocument, passed: SandboxDocument): ReadDocument {
  const parts: [keyof SandboxDocument, unknown][] = [
    ['environments', changedParts(document.environments, passed.environments)],
    ['zones', changedParts(document.zones, passed.zones)],
    ['hosts', changedParts(document.hosts, passed.hosts)],
  ];
  for (const key of ['title', 'seed', 'links', 'faults', 'chaos'] as const)
    if (document[key] !== passed[key]) parts.push([key, document[key]]);
  for (const [key, part] of parts) {
    const checked = documentSchema.shape[key].safeParse(part);
    if (!checked.success) return damaged([key, ...(checked.error.issues[0]?.path ?? [])]);
  }
  const trouble = troubleOf(document);
  return trouble === undefined ? { ok: true, document } : refuse(trouble);
}
function changedParts<Part>(parts: Record<string, Part>, passed: Record<string, Part>): Record<string, Part> {
  return Object.fromEntries(Object.entries(parts).filter(([id, part]) => passed[id] !== part));
}

/** What the shape alone does not tell. */
function troubleOf({ environments, zones, hosts, faults }: SandboxDocument): string | undefined {
  if (Object.keys(hosts).length > MOST_HOSTS) return `A sandbox holds at most ${MOST_HOSTS} machines.`;
  if (Object.keys(zones).length > MOST_ZONES) return `A sandbox holds at most ${MOST_ZONES} zones.`;
  for (const id of Object.keys(environments))
    if (isCircular(environments, id)) return `Environment “${id}” lies within itself.`;
  for (const [id, zone] of Object.entries(zones)) {
    const { prefix = 32 } = parseCidr(zone.subnet) ?? {};
    if (prefix < 8 || prefix > 29) return `The subnet of zone “${id}” must be a /8 to /29.`;
    if (zone.environment !== undefined && environments[zone.environment] === undefined)
      return `Zone “${id}” stands in an environment that is not there.`;
  }
  const seen = new Map<string, string>();
  for (const [id, host] of Object.entries(hosts)) {
    if (zones[host.zone] === undefined) return `“${id}” stands in a zone that is not there.`;
    if (zones[id] !== undefined) return `“${id}” is the name of a zone and of a machine.`;
    if (Object.keys(host.files).length > MOST_FILES) return `“${id}” has more than ${MOST_FILES} files.`;
    for (const card of Object.values(host.interfaces)) {
      const subnet = parseCidr(zones[card.zone]?.subnet ?? '');
      const [ip = '', prefix = ''] = card.address.split('/');
      const address = parseIPv4(ip);
      if (subnet === undefined) return `A card of “${id}” is in a zone that is not there.`;
      if (address === undefined || !inSubnet(address, subnet) || Number(prefix) !== subnet.prefix)
        return `The address ${card.address} of “${id}” is not in ${zones[card.zone]?.subnet ?? ''}.`;
      if (seen.has(ip)) return `“${id}” and “${seen.get(ip) ?? ''}” have the same address.`;
      seen.set(ip, id);
    }
  }
  const unkind = faults.find((planned) => typeof planned.fault['kind'] !== 'string');
  return unkind === undefined ? undefined : `Planned fault “${unkind.id}” has no kind.`;
}
function isCircular(environments: SandboxDocument['environments'], start: string): boolean {
  const seen = new Set<string>();
  for (let id: string | undefined = start; id !== undefined; id = environments[id]?.parent) {
    if (seen.has(id)) return true;
    seen.add(id);
  }
  return false;
}
function damaged(path: readonly PropertyKey[]): ReadDocument {
  return refuse(`This sandbox is damaged: “${path.join('.')}” is not what it should be.`);
}
function refuse(message: string): ReadDocument {
  return { ok: false, message };
}
