/** A session whose lab can be rebuilt while it runs. */
import { FAULTS } from '../../faults/registry';
import type { Run } from '../../scenario/run';
import type { Answer, ClientMessage, Frame, RunInput, ScenarioSource, Topology } from '../messages';
import { Session } from '../session';
import { scenarioOf } from './compile';
import type { HostPart, SandboxDocument } from './document';
import { exportFiles } from './export';
import type { Intent } from './intents';
import { type LinkPicture, linksOf, type ReadFile, sharedBy } from './links';
import { lossesWithout, reachFrom } from './lenses';
import { type SandboxState, sandboxOf } from './live';
import { plan } from './plan';
import { refreshed, textInForce } from './refresh';
import type { SandboxAsk, SandboxReply, SandboxView } from './view';
import { HAPROXY, KEEPALIVED, LOADGEN, NFTABLES } from './writers';
import { NGINX } from './writers-nginx';

/** Configuration files are looked at this often for what they say of links. */
const LOOK_EVERY = 5;

export class SandboxSession extends Session {
  #seen: SandboxState | undefined;
  #links: LinkPicture[] = [];
  #linksText = '';
  /** Every text that the links were told from. */
  #texts: { host: string; path: string; text: string }[] = [];
  #countdown = 0;
  #latency = false;
  #isNew = true;

  constructor(run: Run<RunInput>, source: ScenarioSource) {
    super(run, source);
    this.#look();
  }

  protected override mayOpenOn(): boolean {
    return true;
  }
  get #state(): SandboxState {
    const state = sandboxOf(this.run.world);
    if (state === undefined) throw new Error('this run is no sandbox');
    return state;
  }
  get #document(): SandboxDocument {
    return this.#state.document;
  }

  override handle(message: Exclude<ClientMessage, { type: 'open' | 'close' }>): Answer | undefined {
    if (message.type !== 'sandbox') {
      if (message.type === 'file-save') this.#countdown = 0;
      if (message.type === 'finish') return { kind: 'refused', message: 'A sandbox has no end to reach.' };
      return super.handle(message);
    }
    const reply = this.#answer(message.ask);
    this.#countdown = 0;
    return typeof reply === 'string' ? { kind: 'refused', message: reply } : { kind: 'sandbox', reply };
  }
  #answer(ask: SandboxAsk): SandboxReply | string {
    switch (ask.kind) {
      case 'intent':
        return this.#do(ask.intent);
      case 'undo':
        return this.#again('undo');
      case 'redo':
        return this.#again('redo');
      case 'document':
        return { kind: 'document', document: refreshed(this.run.world, this.#document) };
      case 'strike': {
        const definition = FAULTS.find(({ kind }) => kind === ask.fault['kind']);
        if (definition === undefined) return 'There is no such fault.';
        this.input({ kind: 'inject', fault: ask.fault });
        return { kind: 'edited', said: `${definition.title}: done`, made: [] };
      }
      case 'mend': {
        const definition = FAULTS.find(({ kind }) => kind === ask.fault['kind']);
        if (definition?.undo === undefined) return 'That cannot be mended.';
        this.input({ kind: 'inject', fault: { ...ask.fault, mend: true } });
        return { kind: 'edited', said: `${definition.title}: in order again`, made: [] };
      }
      case 'faults':
        return {
          kind: 'faults',
          faults: FAULTS.map(({ kind, title, description, parameters, undo }) => ({
            kind,
            title,
            description,
            parameters,
            mends: undo !== undefined,
          })),
        };
      case 'reach': {
        const rows = this.imagine(() => reachFrom(this.run, this.#document, ask.host));
        return rows === undefined ? BUSY : { kind: 'reach', host: ask.host, rows };
      }
      case 'without': {
        const rows = this.imagine(() => lossesWithout(this.run, this.#document, ask.ids));
        return rows === undefined ? BUSY : { kind: 'without', ids: ask.ids, rows };
      }
      case 'watch-latency':
        this.#latency = ask.on;
        this.#isNew = true;
        return { kind: 'edited', said: ask.on ? 'Latency on the links' : 'Latency off', made: [] };
      case 'files':
        return exportFiles(refreshed(this.run.world, this.#document), ask.what);
    }
  }
  #do(intent: Intent): SandboxReply | string {
    const planned = plan(refreshed(this.run.world, this.#document, wantedBy(intent)), intent);
    if (!planned.ok) return planned.why;
    this.input({ kind: 'edit', step: planned.step, way: 'do' });
    return { kind: 'edited', said: planned.said, made: planned.made };
  }
  #again(way: 'undo' | 'redo'): SandboxReply | string {
    const step = this.#state[way].at(-1);
    if (step === undefined)
      return way === 'undo' ? 'There is nothing to undo.' : 'There is nothing to do again.';
    const { label, edits, inverse } = step;
    this.input({
      kind: 'edit',
      way,
      step: way === 'undo' ? { label, edits: inverse, inverse: edits } : step,
    });
    return { kind: 'edited', said: `${way === 'undo' ? 'Undone' : 'Done again'}: ${label}`, made: [] };
  }

  override frame(): Frame {
    this.#look();
    const frame = this.#latency ? this.#timed(super.frame()) : super.frame();
    if (!this.#isNew) return frame;
    this.#isNew = false;
    return { ...frame, topology: this.topology, sandbox: this.#view() };
  }
  #timed(frame: Frame): Frame {
    const times = this.legTimes();
    const links = frame.links?.map((link) => {
      const micros = times.get(link.id);
      return micros === undefined ? link : { ...link, micros };
    });
    return links === undefined ? frame : { ...frame, links };
  }
  override fullFrame(): Frame {
    this.#isNew = true;
    return super.fullFrame();
  }
  /** Follows the document and what the configuration files say. */
  #look(): void {
    const state = this.#state;
    const isOther = state !== this.#seen;
    if (!isOther && --this.#countdown > 0) return;
    this.#countdown = LOOK_EVERY;
    const inForce: ReadFile = (host, path) => textInForce(this.run.world.findHost(host), path);
    if (!isOther && this.#texts.every(({ host, path, text }) => inForce(host, path) === text)) return;
    this.#texts = [];
    const read: ReadFile = (host, path) => {
      const text = inForce(host, path);
      this.#texts.push({ host, path, text });
      return text;
    };
    const links = linksOf(state.document, read);
    const text = JSON.stringify(links);
    if (!isOther && text === this.#linksText) return;
    if (isOther) this.#compile(state.document, inForce);
    this.#seen = state;
    this.#links = links;
    this.#linksText = text;
    this.#isNew = true;
    this.relay(this.#topology(state.document));
  }
  /** Who counts as whose address, and which requests are counted, follows the document. */
  #compile(document: SandboxDocument, read: ReadFile): void {
    const { registry } = this.run.world;
    const { lab } = this.run.scenario;
    const compiled = scenarioOf(document, (name) => registry.packageFiles(name) !== undefined).lab;
    Object.assign(lab, compiled, { names: { ...compiled.names } });
    for (const [id, host] of Object.entries(document.hosts))
      for (const address of sharedBy(id, host, read))
        lab.names[`shared-${address.replaceAll('.', '-')}`] = address;
    this.run.scenario.title = document.title;
  }
  #topology(document: SandboxDocument): Topology {
    return {
      zones: Object.entries(document.zones).map(([id, { label, subnet, tone, x, y, width, height }]) => ({
        id,
        label,
        subnet,
        tone,
        x,
        y,
        width,
        height,
      })),
      hosts: Object.entries(document.hosts).map(([id, host]) => ({
        id,
        zone: host.zone,
        kind: host.kind,
        label: id,
        address: Object.values(host.interfaces)[0]?.address.split('/')[0] ?? '',
        x: host.x + (document.zones[host.zone]?.x ?? 0),
        y: host.y + (document.zones[host.zone]?.y ?? 0),
        description: host.description,
        interfaces: Object.entries(host.interfaces).map(([name, { address, zone }]) => ({
          name,
          address,
          segment: zone,
          mac: this.run.world.findHost(id)?.state.interfaces.get(name)?.mac ?? '',
        })),
      })),
      links: this.#links.map(({ id, from, to, kind, label }) => ({
        id,
        from,
        to,
        kind,
        ...(label === undefined ? {} : { label }),
      })),
    };
  }
  #view(): SandboxView {
    const { document, undo, redo } = this.#state;
    const { title, seed, environments, zones, hosts, faults, chaos } = document;
    return {
      title,
      seed,
      environments,
      zones,
      hosts: Object.fromEntries(
        Object.entries(hosts).map(([id, host]) => [id, { ...host, files: Object.keys(host.files) }]),
      ),
      links: this.#links,
      faults,
      chaos,
      undo: undo.at(-1)?.label,
      redo: redo.at(-1)?.label,
      packages: this.run.world.registry.packages(),
    };
  }
}

const BUSY = 'Something runs in a terminal that cannot be held still. Let it end, then ask again.';

/**
 * Which files a plan reads: what machines say of each other. Who goes away or comes back under another name is
 * written down with everything that is on it.
 */
function wantedBy(intent: Intent): (id: string, part: HostPart) => readonly string[] | 'all' {
  const leaving = intent.do === 'remove' ? intent.ids : intent.do === 'rename' ? [intent.id] : [];
  const named = 'from' in intent ? [intent.from, intent.to] : [];
  return (id, { zone, packages }) => {
    if (leaving.includes(id) || leaving.includes(zone)) return 'all';
    return named.includes(id) || packages.some((name) => SPEAKING.has(name)) ? SPOKEN : [];
  };
}
const SPEAKING: ReadonlySet<string> = new Set(['haproxy', 'nginx', 'keepalived', 'nftables', 'loadgen']);
const SPOKEN: readonly string[] = [HAPROXY, KEEPALIVED, LOADGEN, NFTABLES, NGINX];
