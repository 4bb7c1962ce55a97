/** The lab of a scenario file: zones, hosts, names, users, and the people outside. */
import { z } from 'zod';
import {
  absolutePath,
  address,
  duration,
  identifier,
  interfaceAddress,
  sentence,
  signedDuration,
  subject,
  subnet,
} from './schema-values';

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
    .regex(/^[0-7]{3,4}$/, "expected an octal mode like '0644'")
    .optional(),
  /** A user of the lab or of the system; root unless given. */
  owner: z.string().optional(),
  /** The owner's own unless given. */
  group: z.string().optional(),
});

const zone = z.strictObject({
  subnet,
  label: z.string().optional(),
  tone: z.enum(['internet', 'dmz', 'app', 'data', 'office', 'neutral']).default('neutral'),
  latency: duration.optional(),
  at: place,
});
const host = z.strictObject({
  kind: z
    .enum(['router', 'load-balancer', 'proxy', 'app', 'bastion', 'clients', 'probe', 'server'])
    .default('server'),
  zone: identifier,
  description: z.string().default(''),
  interfaces: z.record(
    z.string().regex(/^[a-z][a-z0-9]{0,14}$/, 'expected the name of an interface like eth0'),
    z.strictObject({ zone: identifier, address: interfaceAddress }),
  ),
  gateway: address.optional(),
  packages: z.array(z.string()).default([]),
  enable: z.array(z.string()).default([]),
  files: z.record(absolutePath, file).default({}),
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

const headers = z.record(z.string().regex(/^[A-Za-z0-9-]+$/, 'expected the name of a header'), z.string());
const request = z.strictObject({
  path: absolutePath,
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'DELETE']).default('GET'),
  weight: z.number().int().min(1).max(1000).default(1),
  headers: headers.default({}),
  body: z.string().default(''),
});
const tlsVersion = z.enum(['1', '1.1', '1.2', '1.3']);
const traffic = z.strictObject({
  host: identifier,
  url: z.url(),
  rate: z.number().positive().max(10_000),
  arrival: z.enum(['uniform', 'poisson']).default('uniform'),
  timeout: duration.default('10s'),
  'connect-timeout': duration.default('4s'),
  slow: duration.default('10s'),
  /** What is asked for, by weight; without it the URL as it stands. */
  requests: z.array(request).min(1).optional(),
  headers: headers.default({}),
  /** How many people take turns; each keeps cookies when `keep-cookies` is set. */
  clients: z.number().int().min(1).max(5_000).default(1),
  'keep-cookies': z.boolean().default(false),
  /** What counts as a good answer beside "below 500 and in time". */
  expect: z
    .strictObject({
      status: z.number().int().min(100).max(599).optional(),
      body: z.string().optional(),
    })
    .optional(),
  /** Factors of the rate over the run, straight lines between them. */
  shape: z
    .array(z.strictObject({ at: duration, factor: z.number().min(0).max(1000) }))
    .min(1)
    .optional(),
  'shape-every': duration.optional(),
  bursts: z
    .array(z.strictObject({ at: duration, for: duration, factor: z.number().min(0).max(1000) }))
    .default([]),
  /** Silent until a fault of kind traffic-source starts it. */
  paused: z.boolean().default(false),
  /** How long each client waits between connecting and sending its request. */
  'send-after': duration.default('0s'),
  /** How these people's browsers speak TLS when the URL begins with https. */
  tls: z
    .strictObject({
      /** Whom they trust: a file of certificates (PEM) on their host. */
      'ca-file': absolutePath.optional(),
      /** False: they click the warning away. */
      verify: z.boolean().default(true),
      min: tlsVersion.optional(),
      max: tlsVersion.optional(),
    })
    .optional(),
  /** A source that need not be answered well before the first fault. */
  'may-fail': z.boolean().default(false),
});

/** Before and after the beginning of the shift. */
const validity = (issued: string, expires: string) => ({
  issued: signedDuration.default(issued),
  expires: signedDuration.default(expires),
});
const authority = z.strictObject({
  /** /CN=NAME unless given. */
  subject: subject.optional(),
  /** Another authority: this one is an intermediate, and its certificates are sent with it. */
  'signed-by': identifier.optional(),
  ...validity('365d', '3650d'),
  /** Where its ca.pem and ca.key lie; without it on no machine of the lab. */
  host: identifier.optional(),
  folder: absolutePath.optional(),
});
const certificate = z.strictObject({
  hosts: z.array(identifier).min(1),
  certificate: absolutePath,
  /** The same file as the certificate unless given, as HAProxy wants it. */
  key: absolutePath.optional(),
  /** The authority; without it the certificate signs itself. */
  by: identifier.optional(),
  /** /CN= and the first name unless given. */
  subject: subject.optional(),
  names: z.array(z.string().regex(/^[A-Za-z0-9*.-]+$/, 'expected a name or an address')).min(1),
  ...validity('30d', '60d'),
  /** `leaf` leaves out the intermediates. */
  chain: z.enum(['full', 'leaf']).default('full'),
  'key-type': z.enum(['ec', 'rsa']).default('ec'),
});

export const lab = z.strictObject({
  epoch: z.iso.datetime().default('2026-11-23T14:00:00Z'),
  zones: z.record(identifier, zone),
  hosts: z.record(identifier, host),
  links: z.array(link).default([]),
  names: z.record(z.string(), address).default({}),
  users: z
    .record(
      identifier,
      z.strictObject({
        sudo: z.boolean().default(false),
        uid: z.number().int().default(1000),
        /** For `su` and ssh by password; without it the account has none. */
        password: sentence.optional(),
      }),
    )
    .default({}),
  /** Certificate authorities; every host trusts the roots among them. */
  authorities: z.record(identifier, authority).default({}),
  /** Certificates of servers, made with real keys when the lab is built. */
  certificates: z.array(certificate).default([]),
  /** What was done on the lab long before the run: played before instant 0 is shown. */
  prepare: z.array(z.strictObject({ at: duration, host: identifier, run: z.string() })).default([]),
  settle: duration.default('60s'),
  traffic: z.record(identifier, traffic).default({}),
});
