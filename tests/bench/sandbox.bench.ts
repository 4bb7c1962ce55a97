/** A sandbox with two hundred machines: how much faster than life it goes, and how soon it answers a change. */
import { openSession } from '../../lib/session/open-session';
import type { Session } from '../../lib/session/session';
import { applyEdits, emptyDocument, type SandboxDocument } from '../../lib/session/sandbox/document';
import type { Intent } from '../../lib/session/sandbox/intents';
import { plan } from '../../lib/session/sandbox/plan';
import type { SandboxAsk } from '../../lib/session/sandbox/view';
import type { Bench } from './bench';

const SECOND = 1_000_000;
const SITES = 20;
const APPS = 7;
const REQUESTS_PER_SECOND = 200;

/** Sites of people, a load balancer and its servers (and one machine that looks on), behind one router. */
function manyHosts(): SandboxDocument {
  const intents: Intent[] = [
    { do: 'place', entry: 'zone-internet' },
    { do: 'place', entry: 'zone-dmz' },
    { do: 'place', entry: 'zone-app' },
    { do: 'place', entry: 'router', zone: 'dmz' },
  ];
  for (let site = 0; site < SITES; site++) {
    intents.push({ do: 'place', entry: 'clients', zone: 'internet' });
    intents.push({ do: 'place', entry: 'haproxy', zone: 'dmz' });
    for (let app = 0; app < APPS; app++) intents.push({ do: 'place', entry: 'app', zone: 'app' });
    intents.push({ do: 'place', entry: 'probe', zone: 'internet' });
  }
  let document = intents.reduce(drawn, emptyDocument('Two hundred'));
  const named = (kind: string): string[] =>
    Object.entries(document.hosts).flatMap(([id, host]) => (host.kind === kind ? [id] : []));
  const [clients, balancers, apps] = [named('clients'), named('load-balancer'), named('app')];
  const links = balancers.flatMap((balancer, site): Intent[] => [
    ...apps
      .slice(site * APPS, site * APPS + APPS)
      .map((app): Intent => ({ do: 'connect', from: balancer, to: app, flow: 'http' })),
    { do: 'connect', from: clients[site] ?? '', to: balancer, flow: 'http' },
    { do: 'rate', host: clients[site] ?? '', rate: REQUESTS_PER_SECOND / SITES },
  ]);
  document = links.reduce(drawn, document);
  return document;
}
function drawn(document: SandboxDocument, intent: Intent): SandboxDocument {
  const planned = plan(document, intent);
  if (!planned.ok) throw new Error(`${JSON.stringify(intent)}: ${planned.why}`);
  return applyEdits(document, planned.step.edits);
}

let opened: Session | undefined;
function session(): Session {
  if (opened !== undefined) return opened;
  const document = manyHosts();
  if (Object.keys(document.hosts).length < 200) throw new Error('fewer than two hundred machines');
  const made = openSession(
    { id: 'sandbox', files: { 'sandbox.json': JSON.stringify(document) } },
    { seed: 1, traces: false },
  );
  if (!made.ok) throw new Error(JSON.stringify(made.problems));
  opened = made.session;
  opened.start();
  opened.advance(10 * SECOND);
  return opened;
}

/** How many times real time a minute goes, checkpoints included, with frames as the page asks for them. */
function speed(): number {
  const on = session();
  const from = on.run.now;
  const begun = performance.now();
  const before = on.run.progress.totals.get('')?.total ?? 0;
  while (on.run.now < from + 60 * SECOND) {
    on.advance(on.run.now + SECOND);
    on.frame();
  }
  const took = performance.now() - begun;
  const answered = (on.run.progress.totals.get('')?.total ?? 0) - before;
  if (answered < REQUESTS_PER_SECOND * 59) throw new Error(`only ${answered} requests in a minute`);
  return (60 * 1000) / took;
}

/** From the message to the frame that shows it. */
function responseOf(...asks: readonly SandboxAsk[]): number {
  const on = session();
  const begun = performance.now();
  for (const ask of asks) {
    const answer = on.handle({ type: 'sandbox', id: 1, ask });
    if (answer?.kind !== 'sandbox') throw new Error(JSON.stringify(answer));
  }
  on.frame();
  return performance.now() - begun;
}
const intent = (what: Intent): SandboxAsk => ({ kind: 'intent', intent: what });
/** Links of which each is drawn once. */
let next = 0;
function connect(): SandboxAsk {
  const { hosts } = sandboxHosts();
  const lb = hosts.filter(([, kind]) => kind === 'load-balancer')[0]?.[0] ?? '';
  const apps = hosts.filter(([, kind]) => kind === 'app');
  return intent({ do: 'connect', from: lb, to: apps[APPS + next++]?.[0] ?? '', flow: 'http' });
}
function sandboxHosts(): { hosts: (readonly [id: string, kind: string])[] } {
  return { hosts: session().topology.hosts.map(({ id, kind }) => [id, kind] as const) };
}

export const benches: readonly Bench[] = [
  { name: 'two-hundred-hosts-against-real-time', unit: '×', atLeast: 50, run: speed },
  {
    name: 'place-among-two-hundred-hosts',
    unit: 'ms',
    atMost: 50,
    run: () => responseOf(intent({ do: 'place', entry: 'app', zone: 'app' })),
  },
  { name: 'connect-among-two-hundred-hosts', unit: 'ms', atMost: 50, run: () => responseOf(connect()) },
  { name: 'undo-among-two-hundred-hosts', unit: 'ms', atMost: 50, run: () => responseOf({ kind: 'undo' }) },
];
