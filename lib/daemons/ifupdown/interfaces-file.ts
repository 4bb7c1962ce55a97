/** interfaces(5): what /etc/network/interfaces says, and ifupdown 0.8.41's words for what is wrong with it. */
import { FileError } from '../../world/files.contract';
import type { ProgramContext } from '../../world/process.contract';
import { glob } from '../../world/glob';

export interface InterfaceStanza {
  name: string;
  family: string;
  method: string;
  /** In the order of the file; scripts (`up` and the like) apart. */
  options: [string, string][];
  scripts: { phase: 'pre-up' | 'up' | 'down' | 'post-down'; command: string }[];
}
export interface InterfacesFile {
  stanzas: InterfaceStanza[];
  /** `auto` and `allow-CLASS`: names in order. */
  classes: Map<string, string[]>;
  /** What is passed over, in ifup's words. */
  warnings: string[];
}
/** What ifup says about a broken file, without its own name. */
export class InterfacesProblem extends Error {}

const FAMILIES = ['inet', 'inet6', 'ipx', 'can', 'link'];
const METHODS: Readonly<Record<string, readonly string[]>> = {
  inet: ['loopback', 'static', 'manual', 'dhcp', 'bootp', 'tunnel', 'ppp', 'wvdial', 'ipv4ll'],
  inet6: ['auto', 'loopback', 'static', 'manual', 'dhcp', 'v4tunnel', '6to4'],
};
const SCRIPTS: Readonly<Record<string, InterfaceStanza['scripts'][number]['phase']>> = {
  'pre-up': 'pre-up',
  up: 'up',
  'post-up': 'up',
  down: 'down',
  'pre-down': 'down',
  'post-down': 'post-down',
};
const SOURCES_DEEP = 8;

export function readInterfaces(context: ProgramContext, path: string): InterfacesFile {
  const file: InterfacesFile = { stanzas: [], classes: new Map([['auto', []]]), warnings: [] };
  readFile(context, path, file, 0);
  return withLoopback(file);
}
/** The loopback interface is there without being written down. */
export function emptyInterfaces(): InterfacesFile {
  return withLoopback({ stanzas: [], classes: new Map(), warnings: [] });
}
function withLoopback(file: InterfacesFile): InterfacesFile {
  const automatic = file.classes.get('auto') ?? [];
  if (!automatic.includes('lo')) file.classes.set('auto', ['lo', ...automatic]);
  if (!file.stanzas.some(({ name }) => name === 'lo'))
    file.stanzas.unshift({ name: 'lo', family: 'inet', method: 'loopback', options: [], scripts: [] });
  return file;
}

function readFile(context: ProgramContext, path: string, file: InterfacesFile, depth: number): void {
  const text = context.fs.readFile(path, context.who);
  if (text instanceof FileError)
    throw new InterfacesProblem(
      `couldn't open interfaces file "${path}": ${text.errno === 'EACCES' ? 'Permission denied' : 'No such file or directory'}`,
    );
  let stanza: InterfaceStanza | undefined;
  let inMapping = false;
  for (const { line, number } of logicalLines(text)) {
    const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(line) ?? [];
    const fail = (what: string): never => {
      throw new InterfacesProblem(`${path}:${number}: ${what}`);
    };
    if (BEGINNINGS.has(word) || word.startsWith('allow-')) inMapping = word === 'mapping';
    switch (word) {
      case 'iface':
        stanza = ifaceLine(rest, fail, (what) => file.warnings.push(`${path}:${number}: ${what}`));
        file.stanzas.push(stanza);
        break;
      case 'auto':
      case 'allow-auto':
        addClass(file, 'auto', rest);
        stanza = undefined;
        break;
      case 'source':
      case 'source-directory':
        stanza = undefined;
        if (depth < SOURCES_DEEP)
          for (const found of expand(context, path, rest, word === 'source-directory'))
            readFile(context, found, file, depth + 1);
        break;
      case 'mapping':
      case 'no-auto-down':
      case 'no-scripts':
      case 'template':
      case 'rename':
        stanza = undefined;
        break;
      default:
        if (word.startsWith('allow-')) {
          addClass(file, word.slice('allow-'.length), rest);
          stanza = undefined;
        } else if (inMapping) break;
        else if (stanza === undefined) fail('misplaced option');
        else optionLine(stanza, word, rest, fail);
    }
  }
}

/** Lines without comments, joined where a backslash ends one; the number is that of the last part. */
function logicalLines(text: string): { line: string; number: number }[] {
  const found: { line: string; number: number }[] = [];
  let joined = '';
  for (const [index, raw] of text.split('\n').entries()) {
    if (joined === '' && raw.trim().startsWith('#')) continue;
    if (raw.endsWith('\\')) {
      joined += raw.slice(0, -1);
      continue;
    }
    const line = (joined + raw).trim();
    joined = '';
    if (line !== '') found.push({ line, number: index + 1 });
  }
  return found;
}

const BEGINNINGS = new Set([
  'iface',
  'auto',
  'source',
  'source-directory',
  'mapping',
  'no-auto-down',
  'no-scripts',
  'template',
  'rename',
]);
function ifaceLine(
  rest: string,
  fail: (what: string) => never,
  warn: (what: string) => void,
): InterfaceStanza {
  const [name = '', family = '', method = '', ...more] = rest.split(/\s+/);
  if (name === '') return fail('too few parameters for iface line');
  if (!FAMILIES.includes(family)) return fail('unknown or no address type and no inherits keyword specified');
  if (method === '' || METHODS[family]?.includes(method) === false)
    return fail('unknown or no method and no inherits keyword specified');
  if (more[0] === 'inherits') return fail('not modelled: inherits');
  if (more[0] !== undefined)
    warn(`extra parameter for the iface line not understood and ignored: ${more[0]}`);
  return { name, family, method, options: [], scripts: [] };
}
function optionLine(
  stanza: InterfaceStanza,
  word: string,
  rest: string,
  fail: (what: string) => never,
): void {
  if (rest === '') fail('option with empty value');
  const phase = SCRIPTS[word];
  if (phase !== undefined) stanza.scripts.push({ phase, command: rest });
  else {
    // Said twice, it has both values, a line each.
    const known = stanza.options.find(([option]) => option === word);
    if (known === undefined) stanza.options.push([word, rest]);
    else known[1] += `\n${rest}`;
  }
}
function addClass(file: InterfacesFile, name: string, rest: string): void {
  const known = file.classes.get(name) ?? [];
  for (const device of rest.split(/\s+/)) if (device !== '' && !known.includes(device)) known.push(device);
  file.classes.set(name, known);
}

/** `source` takes patterns; a name that matches nothing is no mistake. */
function expand(context: ProgramContext, from: string, pattern: string, isDirectory: boolean): string[] {
  const full = pattern.startsWith('/') ? pattern : `${from.slice(0, from.lastIndexOf('/'))}/${pattern}`;
  if (isDirectory) {
    const names = context.fs.readdir(full, context.who);
    return names instanceof FileError
      ? []
      : names
          .filter((name) => /^[a-zA-Z0-9_-]+$/.test(name))
          .sort()
          .map((name) => `${full}/${name}`);
  }
  return glob(context.fs, full, context.who);
}
