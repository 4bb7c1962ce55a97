/** A scenario's folder to go on writing: the lab as built, one fault, one objective, and texts that say what is missing. */
import { LEARNER, startOf } from './compile';
import type { HostPart, SandboxDocument } from './document';
import { type LinkPicture, linksOf } from './links';
import { loadTarget } from './reading';
import { LOADGEN } from './writers';

/** The files, or why it cannot be one. */
export function scenarioFiles(document: SandboxDocument, id: string): Record<string, string> | string {
  const sources = Object.entries(document.hosts).flatMap(([host, part]) => {
    const target = part.enable.includes('loadgen') ? loadTarget(part.files[LOADGEN]?.text ?? '') : undefined;
    return target === undefined ? [] : [{ host, target }];
  });
  const [first] = sources;
  if (first === undefined)
    return 'A scenario needs somebody who asks for something. Place customers and connect them first.';
  const start = startOf(document);
  if (start === '') return 'A scenario needs a machine to sit at: place a bastion or a server.';
  const victim = victimOf(document);
  if (victim === undefined) return 'There is nothing that could break: place a server.';
  const read = (host: string, path: string) => document.hosts[host]?.files[path]?.text ?? '';
  const files: Record<string, string> = {
    'scenario.yaml': yamlOf({ document, id, sources, start, victim, links: linksOf(document, read) }),
    'brief.md': `# ${document.title}\n\nWrite here what the learner is told: what the service is, who uses it, what has just happened.\n\nSomething breaks a minute after the beginning. Bring the service back.\n`,
    'debrief.md': `# What happened\n\nWrite here the mechanism behind it, and what would have shown it early.\n`,
  };
  for (const [host, part] of Object.entries(document.hosts))
    for (const [path, { text }] of Object.entries(part.files))
      if (path !== LOADGEN) files[`hosts/${host}${path}`] = text;
  return files;
}

/** Whose loss matters most: whatever stands nearest to the customers. */
function victimOf({ hosts }: SandboxDocument): string | undefined {
  const of = (kind: HostPart['kind']) => Object.keys(hosts).find((id) => hosts[id]?.kind === kind);
  return of('load-balancer') ?? of('proxy') ?? of('app') ?? of('server');
}

interface Parts {
  document: SandboxDocument;
  id: string;
  sources: { host: string; target: { name: string; url: string; rate: number } }[];
  start: string;
  victim: string;
  links: LinkPicture[];
}
function yamlOf({ document, id, sources, start, victim, links }: Parts): string {
  const from = sources[0]?.target.name ?? '';
  const events = document.faults.map(({ id: event, at, fault }) => ({ id: event, at: `${at}s`, fault }));
  const timeline =
    events.length > 0
      ? events
      : [
          { id: 'it-breaks', at: '60s', fault: { kind: 'power-loss', host: victim } },
          { id: 'it-returns', at: '300s', fault: { kind: 'power-return', host: victim } },
        ];
  const latest = Math.max(...document.faults.map(({ at }) => at), 0);
  const parts: [string, string][] = [
    ['format', '1'],
    ['id', id],
    ['title', quoted(document.title)],
    ['track', 'Own'],
    ['difficulty', '2'],
    ['minutes', '20'],
    ['teaches', list(['Write here what one learns'])],
    ['summary', quoted(`${document.title}: something breaks.`)],
    ['start', quoted({ host: start, user: LEARNER })],
    ['lab', `\n${labText(document, sources, links)}`],
    ['pager', list([{ id: 'down', from, failing: '10s', title: `ServiceDown: ${from} get no answer` }])],
    ['timeline', list(timeline)],
    ['deadline', `${Math.max(1800, Math.ceil(latest) + 1800)}s`],
    [
      'objectives',
      list([
        {
          id: 'service-answers',
          kind: 'service-answers',
          title: 'The service answers',
          detail: 'Every request from outside, for 30 s',
          why: 'The service never answered for 30 seconds on end after it broke.',
          from,
          'once-broken': true,
          for: '30s',
        },
      ]),
    ],
    [
      'solutions',
      list([
        {
          id: 'write-me',
          title: 'Write here how it is done',
          steps: [{ wait: '60s' }, { 'wait-for': 'service-answers', 'at-most': '20min' }],
        },
      ]),
    ],
  ];
  return `# Made from a sandbox. docs/SCENARIOS.md tells what can be written here.\n${parts
    .map(([key, value]) => (value.startsWith('\n') ? `${key}:${value}` : `${key}: ${value}`))
    .join('\n')}\n`;
}
function labText(document: SandboxDocument, sources: Parts['sources'], links: LinkPicture[]): string {
  const section = (name: string, entries: [string, unknown][]) =>
    `  ${name}:\n${entries.map(([key, value]) => `    ${key}: ${quoted(value)}`).join('\n')}`;
  return [
    section(
      'zones',
      Object.entries(document.zones).map(([zone, { subnet, label, tone, x, y, width, height }]) => [
        zone,
        { subnet, label, tone, at: { x, y, width, height } },
      ]),
    ),
    section(
      'hosts',
      Object.entries(document.hosts).map(([host, part]) => [host, hostEntry(part)]),
    ),
    `  links:\n${links.map(({ from, to, kind, label }) => `    - ${quoted({ from, to, kind, ...(label === undefined ? {} : { label }) })}`).join('\n')}`,
    section('users', [[LEARNER, { sudo: true }]]),
    section(
      'traffic',
      sources.map(({ host, target: { name, url, rate } }) => [name, { host, url, rate, timeout: '8s' }]),
    ),
  ].join('\n');
}
function hostEntry({
  kind,
  zone,
  description,
  interfaces,
  gateway,
  packages,
  enable,
  x,
  y,
}: HostPart): unknown {
  return {
    kind,
    zone,
    description,
    interfaces,
    ...(gateway === undefined ? {} : { gateway }),
    packages,
    enable,
    at: { x, y },
  };
}
/** JSON is YAML. */
function quoted(value: unknown): string {
  return JSON.stringify(value);
}
function list(values: readonly unknown[]): string {
  return `\n${values.map((value) => `  - ${quoted(value)}`).join('\n')}`;
}
