/**
 * The scenario file, format version 1: a door. What comes in is checked here
 * and plain inside. Parameters of faults and objectives come from their kinds'
 * own tables (lib/faults, lib/objectives).
 */
import { z } from 'zod';
import { parseCidr, parseIPv4 } from '../std/ipv4';
import { parseDuration } from '../std/instant';

const identifier = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'expected lower-case letters, digits and dashes');
const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'expected a duration like 30s, 5min or 250ms');
const address = z.string().refine((text) => parseIPv4(text) !== undefined, 'expected an IPv4 address');
const interfaceAddress = z.string().refine((text) => {
  const [ip = '', prefix = ''] = text.split('/');
  return parseIPv4(ip) !== undefined && /^\d+$/.test(prefix) && Number(prefix) <= 32;
}, 'expected ADDRESS/PREFIX');
const subnet = z
  .string()
  .refine((text) => parseCidr(text) !== undefined, 'expected a subnet like 10.0.1.0/24');

const place = z.strictObject({
  x: z.number(),
  y: z.number(),
  width: z.number().optional(),
  height: z.number().optional(),
});
const file = z.strictObject({
  text: z.string().optional(),
  link: z.string().optional(),
  mode: z
    .string()
    .regex(/^[0-7]{3,4}$/)
    .optional(),
  owner: z.string().optional(),
});

const zone = z.strictObject({
  subnet,
  label: z.string().optional(),
  tone: z.enum(['internet', 'dmz', 'app', 'data', 'office', 'neutral']).default('neutral'),
  latency: duration.optional(),
  at: place,
});
const host = z.strictObject({
  kind: z.enum(['router', 'load-balancer', 'app', 'bastion', 'clients', 'probe', 'server']).default('server'),
  zone: identifier,
  description: z.string().default(''),
  interfaces: z.record(
    z.string().regex(/^[a-z][a-z0-9]{0,14}$/),
    z.strictObject({ zone: identifier, address: interfaceAddress }),
  ),
  gateway: address.optional(),
  packages: z.array(z.string()).default([]),
  enable: z.array(z.string()).default([]),
  files: z.record(z.string().startsWith('/'), file).default({}),
  cores: z.number().int().min(1).max(64).default(2),
  memory: z.number().int().min(64).default(1024),
  disk: z.number().int().min(512).default(10240),
  at: place,
});
const link = z.strictObject({
  from: identifier,
  to: identifier,
  kind: z.enum(['traffic', 'vrrp', 'management']).default('traffic'),
  label: z.string().optional(),
});
const traffic = z.strictObject({
  host: identifier,
  url: z.url(),
  rate: z.number().positive().max(10_000),
  arrival: z.enum(['uniform', 'poisson']).default('uniform'),
  timeout: duration.default('10s'),
  'connect-timeout': duration.default('4s'),
  slow: duration.default('10s'),
});
const lab = z.strictObject({
  epoch: z.iso.datetime().default('2026-11-23T14:00:00Z'),
  zones: z.record(identifier, zone),
  hosts: z.record(identifier, host),
  links: z.array(link).default([]),
  names: z.record(z.string(), address).default({}),
  users: z
    .record(
      identifier,
      z.strictObject({ sudo: z.boolean().default(false), uid: z.number().int().default(1000) }),
    )
    .default({}),
  /** What was done on the lab long before the run: played before instant 0 is shown. */
  prepare: z.array(z.strictObject({ at: duration, host: identifier, run: z.string() })).default([]),
  settle: duration.default('60s'),
  traffic: z.record(identifier, traffic).default({}),
});
const kindWithParameters = z.looseObject({ kind: z.string() });
const event = z.strictObject({
  id: identifier,
  at: duration.optional(),
  after: z
    .strictObject({
      objective: identifier.optional(),
      event: identifier.optional(),
      delay: duration.default('0s'),
    })
    .optional(),
  fault: kindWithParameters.optional(),
  say: z
    .strictObject({
      from: z.string(),
      text: z.string(),
      kind: z.enum(['page', 'chat', 'resolved', 'info', 'drill']).default('chat'),
    })
    .optional(),
});
const objective = z.looseObject({
  id: identifier,
  kind: z.string(),
  title: z.string(),
  detail: z.string().default(''),
  why: z.string(),
});
const step = z.union([
  z.strictObject({ wait: duration, until: z.never().optional() }),
  z.strictObject({ 'wait-for': identifier, 'at-most': duration }),
  z.strictObject({ run: z.string(), on: identifier.optional() }),
  z.strictObject({ save: z.string().startsWith('/'), on: identifier, text: z.string() }),
]);
const play = z.strictObject({ id: identifier, title: z.string(), steps: z.array(step) });

/** The shape of scenario.yaml. */
export const scenarioSchema = z.strictObject({
  format: z.literal(1),
  id: identifier,
  title: z.string().min(1),
  track: z.string(),
  difficulty: z.number().int().min(1).max(5),
  minutes: z.number().int().min(1).max(240),
  teaches: z.array(z.string()).min(1),
  summary: z.string(),
  start: z.strictObject({ host: identifier, user: identifier }),
  lab,
  slo: z
    .strictObject({
      availability: z.number().min(0).max(100),
      window: duration,
      spent: z.number().min(0).max(1),
      from: identifier,
    })
    .optional(),
  pager: z
    .array(z.strictObject({ id: identifier, from: identifier, failing: duration, title: z.string() }))
    .default([]),
  timeline: z.array(event),
  deadline: duration,
  objectives: z.array(objective).min(1),
  guards: z.array(objective).default([]),
  tomorrow: z
    .strictObject({
      id: identifier,
      title: z.string(),
      detail: z.string().default(''),
      why: z.string(),
      faults: z.array(kindWithParameters).min(1),
      within: duration,
      expect: z.array(kindWithParameters).min(1),
    })
    .optional(),
  hints: z
    .array(z.strictObject({ text: z.string(), highlight: z.array(z.string()).default([]) }))
    .default([]),
  solutions: z.array(play).min(1),
  'wrong-turns': z.array(play.extend({ loses: identifier })).default([]),
});

/** A scenario as it is inside. */
export type Scenario = z.infer<typeof scenarioSchema>;
export type ScenarioStep = Scenario['solutions'][number]['steps'][number];
