/**
 * The journal in the reader's words: one line for each entry worth showing,
 * its tone, and whether it stands on the timeline. Entries of a type that is
 * not listed are shown as they are.
 */
import { findFault } from '../faults/registry';
import type { JournalEntry } from '../kernel/journal';
import { DAEMON_WORDS, type Data, type Said, word } from './daemon-words';

type Tone = Said['tone'];
const faultName = (kind: string): string => findFault(kind)?.title ?? kind;
const socket = (data: Data): string => `${word(data, 'address') || word(data, 'ip')}:${word(data, 'port')}`;

/** What each type of entry says. `host` is the entry's source. */
const WORDS: Readonly<Record<string, (data: Data, host: string) => Said>> = {
  ...DAEMON_WORDS,
  'run.started': () => ({ text: 'Your shift begins', tone: 'neutral' }),
  'run.ready': () => ({ text: 'Everything is met; tomorrow may come', tone: 'ok' }),
  'run.won': (data) => ({ text: `Won: ${word(data, 'verdict')}`, tone: 'ok', mark: 'objective' }),
  'run.lost': (data) => ({ text: `Lost: ${word(data, 'verdict')}`, tone: 'broken', mark: 'objective' }),
  timeline: (data) => ({
    text: `${word(data, 'id').replaceAll('-', ' ')}${data['fault'] === undefined ? '' : `: ${faultName(word(data, 'fault')).toLowerCase()}`}`,
    tone: data['fault'] === undefined ? 'neutral' : data['fault'] === 'power-return' ? 'ok' : 'broken',
    ...(data['fault'] === undefined ? {} : { mark: 'fault' }),
  }),
  tomorrow: () => ({ text: 'Tomorrow', tone: 'active', mark: 'fault' }),
  inject: (data) => ({
    text: `Broken on purpose: ${faultName(word(data, 'kind')).toLowerCase()}`,
    tone: 'broken',
    mark: 'fault',
  }),
  mend: (data) => ({
    text: `Mended: ${faultName(word(data, 'kind')).toLowerCase()}`,
    tone: 'ok',
    mark: 'fault',
  }),
  'objective.met': (data) => ({
    text: `Objective met: ${word(data, 'title') || word(data, 'id')}`,
    tone: 'ok',
    mark: 'objective',
  }),
  'objective.failed': (data) => ({
    text: `Objective failed: ${word(data, 'title') || word(data, 'id')} (${word(data, 'measured')})`,
    tone: 'broken',
    mark: 'objective',
  }),
  'feed.page': (data) => ({ text: `Page: ${word(data, 'text')}`, tone: 'risk', mark: 'feed' }),
  'feed.chat': (data) => ({
    text: `${word(data, 'from')}: ${word(data, 'text')}`,
    tone: 'neutral',
    mark: 'feed',
  }),
  'feed.info': (data) => ({
    text: `${word(data, 'from')}: ${word(data, 'text')}`,
    tone: 'neutral',
    mark: 'feed',
  }),
  'feed.drill': (data) => ({
    text: `Drill: ${word(data, 'text').replace(/^Drill:? /, '')}`,
    tone: 'risk',
    mark: 'feed',
  }),
  'feed.resolved': (data) => ({
    text: `Resolved: ${word(data, 'text').replace(/^(\w+):.*/, '$1')}`,
    tone: 'ok',
    mark: 'feed',
  }),
  'learner.tomorrow': () => ({ text: 'let tomorrow come', tone: 'learner' }),
  'learner.terminal': (data) => ({ text: `opened a terminal on ${word(data, 'host')}`, tone: 'learner' }),
  'learner.terminal-closed': () => ({ text: 'closed a terminal', tone: 'learner' }),
  'learner.line': (data) => ({
    text: `${word(data, 'host')}$ ${word(data, 'text')}`,
    tone: 'learner',
    ...(word(data, 'text').trim() === '' ? {} : { mark: 'learner' }),
  }),
  'learner.key': (data) => ({
    text: `pressed ${KEYS[word(data, 'key')] ?? word(data, 'key')}`,
    tone: 'learner',
  }),
  'learner.save': (data) => ({
    text:
      data['refused'] === undefined
        ? `saved ${word(data, 'path')} on ${word(data, 'host')}`
        : `could not save ${word(data, 'path')} on ${word(data, 'host')} (${word(data, 'refused')})`,
    tone: 'learner',
    mark: 'learner',
  }),
  'learner.edit': (data) => ({
    text: `${{ undo: 'undone: ', redo: 'done again: ' }[word(data, 'way')] ?? 'built: '}${word(data, 'label')}`,
    tone: 'learner',
    mark: 'learner',
  }),
  'learner.edit-refused': (data) => ({
    text: `not built: ${word(data, 'label')}. ${word(data, 'why')}`,
    tone: 'broken',
  }),
  'learner.hint': (data) => ({
    text: `took hint ${Number(word(data, 'index')) + 1}`,
    tone: 'learner',
    mark: 'hint',
  }),
  'learner.acknowledge': () => ({ text: 'acknowledged the page', tone: 'learner', mark: 'learner' }),
  'learner.answer': () => ({ text: 'answered a question', tone: 'learner' }),
  'learner.finish': () => ({ text: 'ended the shift', tone: 'learner', mark: 'learner' }),
  'power.on': (_data, host) => ({ text: `${host} is switched on`, tone: 'active', mark: 'state' }),
  'power.off': (_data, host) => ({ text: `${host} is without power`, tone: 'broken', mark: 'state' }),
  'boot.finished': (data, host) => ({
    text: `${host} has booted in ${word(data, 'seconds')} s`,
    tone: 'ok',
    mark: 'state',
  }),
  'boot.failed': (data, host) => ({
    text: `${host} does not boot: ${word(data, 'reason')}`,
    tone: 'broken',
    mark: 'state',
  }),
  'host.frozen': (_data, host) => ({ text: `${host} hangs`, tone: 'broken', mark: 'fault' }),
  'host.resumed': (_data, host) => ({ text: `${host} goes on`, tone: 'ok', mark: 'state' }),
  'link.up': (data, host) => ({ text: `${host} ${word(data, 'device')} is up`, tone: 'ok' }),
  'link.down': (data, host) => ({
    text: `${host} ${word(data, 'device')} is down (${word(data, 'why')})`,
    tone: 'broken',
  }),
  'link.impaired': (data, host) => ({
    text: `${host} ${word(data, 'device')}: the link is impaired`,
    tone: 'risk',
  }),
  'address.added': (data, host) => ({
    text: `${host} has ${word(data, 'address')} on ${word(data, 'device')}`,
    tone: 'active',
    mark: 'holder',
  }),
  'address.removed': (data, host) => ({
    text: `${host} gave up ${word(data, 'address')} on ${word(data, 'device')}`,
    tone: 'neutral',
    mark: 'holder',
  }),
  'arp.moved': (data, host) => ({
    text: `${host} now finds ${word(data, 'address') || word(data, 'ip')} at ${word(data, 'mac') || word(data, 'to')}`,
    tone: 'active',
  }),
  'rules.changed': (_, host) => ({ text: `${host}: rules of routing changed`, tone: 'neutral' }),
  'route.added': (data, host) => ({ text: `${host}: route ${word(data, 'route')}`, tone: 'neutral' }),
  'route.removed': (data, host) => ({ text: `${host}: route ${word(data, 'route')} is gone`, tone: 'risk' }),
  'packet.dropped': (data, host) => ({
    text: `${host} dropped a packet${word(data, 'why') === '' ? '' : `: ${word(data, 'why')}`}${word(data, 'rule') === '' ? '' : ` (${word(data, 'rule')})`}`,
    tone: 'risk',
  }),
  'socket.listening': (data, host) => ({
    text: `${word(data, 'command') || 'a process'} on ${host} listens on ${socket(data)}`,
    tone: 'ok',
  }),
  'socket.bind-failed': (data, host) => ({
    text: `${word(data, 'command') || 'a process'} on ${host} cannot bind ${socket(data)} (${word(data, 'errno')})`,
    tone: 'broken',
  }),
  'socket.closed': (data, host) => ({
    text: `nothing listens on ${socket(data)} of ${host} any more`,
    tone: 'risk',
  }),
  'process.exit': (data, host) => ({
    text: `${word(data, 'command')} (${word(data, 'pid')}) on ${host} ended${
      data['signal'] === undefined ? ` with status ${word(data, 'code')}` : ` by SIG${word(data, 'signal')}`
    }`,
    tone: data['code'] === 0 ? 'neutral' : 'risk',
  }),
  'colleague.command': (data, host) => ({
    text: `somebody ran on ${host}: ${word(data, 'run')}`,
    tone: 'neutral',
  }),
  'file.changed': (data, host) => ({ text: `${word(data, 'path')} on ${host} was changed`, tone: 'risk' }),
  'disk.full': (data, host) => ({
    text: `no space left on ${word(data, 'mount')} of ${host}`,
    tone: 'broken',
    mark: 'state',
  }),
  'disk.filled': (_data, host) => ({ text: `the disk of ${host} fills up`, tone: 'broken', mark: 'fault' }),
  'disk.inodes': (_data, host) => ({ text: `${host} has no inodes left`, tone: 'broken', mark: 'fault' }),
  'disk.read-only': (data, host) => ({
    text: `${word(data, 'mount')} of ${host} is read-only`,
    tone: 'broken',
    mark: 'fault',
  }),
  'disk.slow': (_data, host) => ({ text: `the disk of ${host} is slow`, tone: 'risk', mark: 'fault' }),
  'memory.out': (data, host) => ({
    text: `${host} is out of memory: ${word(data, 'command')} (${word(data, 'pid')}) is killed`,
    tone: 'broken',
    mark: 'state',
  }),
  'network.partition': (data) => ({
    text: `zone ${word(data, 'zone')} is cut`,
    tone: 'broken',
    mark: 'fault',
  }),
  'network.whole': (data) => ({ text: `zone ${word(data, 'zone')} is whole again`, tone: 'ok' }),
  'traffic.changed': (data) => ({
    text: `${word(data, 'source')}: the traffic changes`,
    tone: 'risk',
    mark: 'fault',
  }),
  release: (data, host) => ({
    text: `a release on ${host}: ${word(data, 'settings')}`,
    tone: 'neutral',
    mark: 'fault',
  }),
  'fault.undone': (data) => ({ text: `${faultName(word(data, 'kind'))} is over`, tone: 'ok' }),
  'hint.shown': () => ({ text: 'a hint came', tone: 'neutral', mark: 'hint' }),
  'clock.skewed': (data, host) => ({
    text: `the clock of ${host} is ${word(data, 'seconds')} s off`,
    tone: 'risk',
    mark: 'fault',
  }),
  sysctl: (data, host) => ({
    text: `${host}: ${word(data, 'key')} = ${word(data, 'value')} (was ${word(data, 'before')})`,
    tone: 'neutral',
  }),
  'engine.error': (data, host) => ({
    text: `the simulator failed in ${word(data, 'argv')} on ${host}: ${word(data, 'text').split('\n')[0] ?? ''}`,
    tone: 'broken',
  }),
  'editor.open': (data, host) => ({
    text: `opened ${word(data, 'path')} of ${host} in the editor`,
    tone: 'learner',
  }),
};
const KEYS: Readonly<Record<string, string>> = {
  interrupt: 'Ctrl-C',
  'end-of-file': 'Ctrl-D',
  suspend: 'Ctrl-Z',
  quit: 'Ctrl-\\',
};
/** Too many, and shown elsewhere. */
const SILENT: ReadonlySet<string> = new Set(['request', 'learner.size']);
/** Every host has it at every boot. */
const isLoopback = (entry: JournalEntry, data: Data): boolean =>
  entry.type.startsWith('address.') && data['device'] === 'lo';

/** The entry as a line of the event list, or undefined when it is not for it. */
export function saidBy(entry: JournalEntry): Said | undefined {
  if (SILENT.has(entry.type)) return undefined;
  const data: Data = typeof entry.data === 'object' && entry.data !== null ? { ...entry.data } : {};
  if (isLoopback(entry, data)) return undefined;
  const words = Object.hasOwn(WORDS, entry.type) ? WORDS[entry.type] : undefined;
  if (words !== undefined) return words(data, entry.source);
  const state = word(data, 'to') || word(data, 'state');
  const tone = toneOf(`${entry.type} ${state}`);
  const text = word(data, 'text');
  return {
    text: text === '' ? `${entry.type.replaceAll('.', ' ')}${plainFacts(data)}` : text,
    tone,
    ...(tone === 'neutral' ? {} : { mark: 'state' }),
  };
}
function plainFacts(data: Data): string {
  const facts = Object.entries(data)
    .filter(([, value]) => typeof value !== 'object')
    .slice(0, 4)
    .map(([name, value]) => `${name} ${String(value)}`);
  return facts.length === 0 ? '' : `: ${facts.join(', ')}`;
}
function toneOf(text: string): Tone {
  if (/\b(fail|failed|fault|down|refused|dead|error)\b/i.test(text)) return 'broken';
  if (/\b(master|up|active|met|started)\b/i.test(text)) return 'active';
  return 'neutral';
}

/**
 * What entries have in common that may stand there thousands of times within seconds: only the first few of them are
 * worth a line. Undefined for those that are listed one by one.
 */
export function repeats({ type, source, at, data }: JournalEntry): string | undefined {
  const span = Math.floor(at / 5_000_000);
  if (type === 'packet.dropped') return `${source} ${JSON.stringify(data)} ${span}`;
  if (type !== 'process.exit') return undefined;
  const { command, code, signal } = data as Data;
  return `${source} ${word({ command }, 'command')} ended ${word({ code }, 'code')} ${word({ signal }, 'signal')} ${span}`;
}
