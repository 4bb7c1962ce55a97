/**
 * sshd_config(5): keywords, their defaults, Include; Match blocks; the words for what is wrong.
 *
 * Not modelled: which ciphers, algorithms and the like there are; their names are taken as they stand.
 */
import { FileError } from '../../world/files.contract';
import { formatIPv4, inSubnet, parseCidr, parseIPv4 } from '../../std/ipv4';
import type { Host, UserRecord } from '../../world/world.contract';
import { globOf } from './patterns';
import {
  DEFAULTS,
  DEPRECATED,
  IN_MATCH,
  KINDS,
  KNOWN,
  LOG_FACILITIES,
  LOG_LEVELS,
  TAKES_MANY,
} from './server-keywords';
import { glob } from '../../world/glob';

export interface ServerConfig {
  ports: number[];
  /** Addresses with a port of their own or 0. */
  listen: { ip: number; port: number }[];
  permitRootLogin: 'yes' | 'no' | 'prohibit-password' | 'forced-commands-only';
  passwordAuthentication: boolean;
  permitEmptyPasswords: boolean;
  publicKeyAuthentication: boolean;
  keyboardInteractive: boolean;
  allowUsers: string[];
  denyUsers: string[];
  allowGroups: string[];
  denyGroups: string[];
  authorizedKeys: string[];
  strictModes: boolean;
  printMotd: boolean;
  printLastLog: boolean;
  banner: string | undefined;
  loginGraceSeconds: number;
  aliveSeconds: number;
  aliveCount: number;
  hostKeys: string[];
  forceCommand: string | undefined;
  permitTty: boolean;
  sftp: boolean;
  subsystems: [name: string, command: string][];
  acceptEnv: string[];
  /** Values of the other keywords, by name in small letters. */
  given: Map<string, string>;
  matches: MatchBlock[];
}
/** What holds for some connections only. */
export interface MatchBlock {
  criteria: [attribute: string, patterns: string][];
  settings: { name: string; values: string[] }[];
}
export interface ConfigProblem {
  path: string;
  line: number;
  text: string;
  /** `fatal`: nothing after it is read; `notice`: sshd goes on all the same */
  kind: 'option' | 'fatal' | 'notice';
}
/** What is wrong with a line, without its place. */
interface Wrong {
  text: string;
  kind: 'unknown' | ConfigProblem['kind'];
  /** printed before it, with no place */
  before?: string;
}
const fatal = (text: string, before?: string): Wrong => ({
  text,
  kind: 'fatal',
  ...(before === undefined ? {} : { before }),
});
const ROOT = { uid: 0, gid: 0, groups: [] };
const DEFAULT_KEYS = ['rsa', 'ecdsa', 'ed25519'].map((type) => `/etc/ssh/ssh_host_${type}_key`);

export function readServerConfig(
  host: Host,
  path: string,
): { config: ServerConfig; problems: ConfigProblem[]; files: { path: string; text: string }[] } {
  const config: ServerConfig = {
    ports: [],
    listen: [],
    permitRootLogin: 'prohibit-password',
    passwordAuthentication: true,
    permitEmptyPasswords: false,
    publicKeyAuthentication: true,
    keyboardInteractive: true,
    allowUsers: [],
    denyUsers: [],
    allowGroups: [],
    denyGroups: [],
    authorizedKeys: ['.ssh/authorized_keys', '.ssh/authorized_keys2'],
    strictModes: true,
    printMotd: true,
    printLastLog: true,
    banner: undefined,
    loginGraceSeconds: 120,
    aliveSeconds: 0,
    aliveCount: 3,
    hostKeys: [],
    forceCommand: undefined,
    permitTty: true,
    sftp: false,
    subsystems: [],
    acceptEnv: [],
    given: new Map(),
    matches: [],
  };
  const reader = new Reader(host, config);
  reader.file(path, 0);
  const [unknown] = reader.unknownAddresses;
  if (unknown !== undefined && !reader.problems.some(({ kind }) => kind !== 'notice'))
    reader.problems.push({
      path,
      line: 0,
      text: `bad addr or host: ${unknown} (Name or service not known)`,
      kind: 'fatal',
    });
  if (config.ports.length === 0) config.ports.push(22);
  if (config.hostKeys.length === 0) config.hostKeys = [...DEFAULT_KEYS];
  return { config, problems: reader.problems, files: reader.files };
}

/** A connection, as Match sees it. */
export interface Connecting {
  user: string;
  record: UserRecord | undefined;
  from: string;
  local: string;
  localPort: number;
}
/** What is in force for one connection: the first value that a fitting block gives, else the global one. */
export function configFor(host: Host, config: ServerConfig, who: Connecting): ServerConfig {
  const fitting = config.matches.filter(({ criteria }) =>
    criteria.every(([attribute, patterns]) => fits(host, who, attribute, patterns)),
  );
  if (fitting.length === 0) return config;
  const own = copyOf(config);
  const reader = new Reader(host, own);
  for (const block of fitting) for (const setting of block.settings) reader.set(setting.name, setting.values);
  return own;
}
/** To be changed: what it lists is its own. */
function copyOf(config: ServerConfig): ServerConfig {
  return {
    ...config,
    allowUsers: [...config.allowUsers],
    denyUsers: [...config.denyUsers],
    allowGroups: [...config.allowGroups],
    denyGroups: [...config.denyGroups],
    acceptEnv: [...config.acceptEnv],
    given: new Map(config.given),
  };
}
function fits(host: Host, who: Connecting, attribute: string, patterns: string): boolean {
  const list = patterns.split(',');
  const listed = (value: string): boolean =>
    !list.some((one) => one.startsWith('!') && globOf(one.slice(1)).test(value)) &&
    list.some((one) => !one.startsWith('!') && globOf(one).test(value));
  const within = (address: string): boolean =>
    list.some((one) => {
      const cidr = one.includes('/') ? parseCidr(one) : undefined;
      const ip = parseIPv4(address);
      return cidr !== undefined && ip !== undefined ? inSubnet(ip, cidr) : globOf(one).test(address);
    });
  switch (attribute) {
    case 'all':
      return true;
    case 'user':
      return listed(who.user);
    case 'group':
      return (who.record?.groups ?? []).some((gid) => listed(host.group(gid)?.name ?? ''));
    case 'address':
    case 'host':
      return within(who.from);
    case 'localaddress':
      return within(who.local);
    case 'localport':
      return list.includes(String(who.localPort));
    default:
      return false;
  }
}
const ATTRIBUTES = ['user', 'group', 'host', 'address', 'localaddress', 'localport', 'rdomain'];

class Reader {
  readonly problems: ConfigProblem[] = [];
  /** Looked up when all is read. */
  readonly unknownAddresses: string[] = [];
  readonly files: { path: string; text: string }[] = [];
  /** The first value of a keyword counts. */
  readonly #set = new Set<string>();
  #block: MatchBlock | undefined;
  constructor(
    private readonly host: Host,
    private readonly config: ServerConfig,
  ) {}
  file(path: string, depth: number): void {
    const text = this.host.fs.readFile(path, ROOT);
    if (text instanceof FileError) {
      if (depth === 0)
        this.problems.push({ path, line: 0, text: `${path}: No such file or directory`, kind: 'fatal' });
      return;
    }
    this.files.push({ path, text });
    for (const [index, raw] of text.split('\n').entries()) {
      const line = raw.trim();
      if (line === '' || line.startsWith('#')) continue;
      const [, keyword = '', rest = ''] = /^([^\s=]+)(?:\s*=\s*|\s+)?(.*)$/.exec(line) ?? [];
      const wrong = this.#keyword(keyword, wordsOf(rest), path, depth);
      if (wrong !== undefined) this.#note(wrong, path, index + 1);
      if (this.#isOver) return;
    }
    const bad = this.problems.filter((one) => one.kind === 'option' && one.path === path).length;
    // Each file is counted by itself, and what includes it reads no further. Source: servconf.c `parse_server_config_depth`.
    if (bad > 0)
      this.problems.push({
        path,
        line: 0,
        text: `${path}: terminating, ${bad} bad configuration options`,
        kind: 'fatal',
      });
  }
  get #isOver(): boolean {
    return this.problems.at(-1)?.kind === 'fatal';
  }
  #note({ text, kind, before }: Wrong, path: string, line: number): void {
    const place = kind === 'unknown' ? `${path}: line ${line}:` : `${path} line ${line}:`;
    this.problems.push({
      path,
      line,
      text: `${before === undefined ? '' : `${before}\n`}${place} ${text}`,
      kind: kind === 'unknown' ? 'option' : kind,
    });
  }
  #keyword(written: string, values: Words, path: string, depth: number): Wrong | undefined {
    const name = written.toLowerCase();
    const [first] = values.words;
    if (values.isUnmatched) return { text: 'invalid quotes', kind: 'option' };
    if (first === undefined) return { text: `no argument after keyword "${written}"`, kind: 'option' };
    if (DEPRECATED.has(name)) return { text: `Deprecated option ${written}`, kind: 'notice' };
    if (name === 'match') return this.#match(values.words);
    if (!KNOWN.has(name)) return { text: `Bad configuration option: ${written}`, kind: 'unknown' };
    if (name === 'include') {
      // A Match block ends with the file that it stands in.
      const block = this.#block;
      if (depth < 16)
        for (const found of this.#expand(values.words, path)) {
          if (!this.#isOver) this.file(found, depth + 1);
          this.#block = block;
        }
      return undefined;
    }
    if (this.#block !== undefined) {
      if (!IN_MATCH.has(name)) return fatal(`Directive '${written}' is not allowed within a Match block`);
      this.#block.settings.push({ name, values: values.words });
      return new Reader(this.host, copyOf(this.config)).#apply(written, first, values.words);
    }
    return this.#apply(written, first, values.words);
  }
  set(name: string, values: string[]): void {
    this.#apply(name, values[0] ?? '', values);
  }
  #match(values: readonly string[]): Wrong | undefined {
    const bad = (before: string): Wrong => fatal('Bad Match condition', before);
    const criteria: [string, string][] = [];
    for (let i = 0; i < values.length; i++) {
      const attribute = (values[i] ?? '').toLowerCase();
      if (attribute === 'all') {
        if (values.length > 1) return bad("'all' cannot be combined with other Match attributes");
        criteria.push(['all', '']);
        continue;
      }
      if (!ATTRIBUTES.includes(attribute)) return bad(`Unsupported Match attribute ${values[i] ?? ''}`);
      const patterns = values[++i];
      if (patterns === undefined) return bad(`Missing Match criteria for ${values[i - 1] ?? ''}`);
      if (attribute === 'localport' && !/^\d+$/.test(patterns))
        return bad(`Invalid LocalPort '${patterns}' on Match line`);
      criteria.push([attribute, patterns]);
    }
    this.#block = { criteria, settings: [] };
    this.config.matches.push(this.#block);
    return undefined;
  }
  #expand(patterns: readonly string[], from: string): string[] {
    return patterns.flatMap((pattern) =>
      glob(
        this.host.fs,
        pattern.startsWith('/') ? pattern : `${from.slice(0, from.lastIndexOf('/'))}/${pattern}`,
        ROOT,
      ),
    );
  }
  #apply(written: string, first: string, values: string[]): Wrong | undefined {
    const { config } = this;
    const name = written.toLowerCase();
    const wrong = wrongValue(written, first);
    if (wrong !== undefined) return fatal(wrong);
    const isNew = !this.#set.has(name);
    this.#set.add(name);
    const isOn = first.toLowerCase() === 'yes';
    switch (name) {
      case 'port':
        config.ports.push(Number(first));
        break;
      case 'listenaddress': {
        if (values.length > 1 && values[1] !== 'rdomain') return fatal('bad ListenAddress syntax');
        const [address = '', port] = first.startsWith('[') ? [first] : first.split(':');
        const ip = address === '*' ? 0 : parseIPv4(address);
        if (ip !== undefined) config.listen.push({ ip, port: Number(port ?? 0) });
        else if (!first.startsWith('[') && first.split(':').length <= 2) this.unknownAddresses.push(address);
        break;
      }
      case 'subsystem': {
        const [, ...command] = values;
        if (command.length === 0) return fatal('Missing subsystem command.');
        if (config.subsystems.some(([known]) => known === first))
          return fatal(`Subsystem '${first}' already defined.`);
        config.subsystems.push([first, command.join(' ')]);
        if (first === 'sftp') config.sftp = true;
        break;
      }
      case 'hostkey':
        config.hostKeys.push(first);
        break;
      case 'acceptenv':
        config.acceptEnv.push(...values);
        break;
      case 'allowusers':
        config.allowUsers.push(...values);
        break;
      case 'denyusers':
        config.denyUsers.push(...values);
        break;
      case 'allowgroups':
        config.allowGroups.push(...values);
        break;
      case 'denygroups':
        config.denyGroups.push(...values);
        break;
      default:
        if (isNew) this.#keep(name, first, isOn, values);
    }
    return values.length > 1 && !TAKES_MANY.has(name)
      ? { text: `keyword ${written} extra arguments at end of line`, kind: 'option' }
      : undefined;
  }
  /** The first value counts. */
  #keep(name: string, first: string, isOn: boolean, values: string[]): void {
    const { config } = this;
    switch (name) {
      case 'permitrootlogin': {
        const value = first.toLowerCase();
        config.permitRootLogin =
          value === 'yes' || value === 'no' || value === 'forced-commands-only' ? value : 'prohibit-password';
        return;
      }
      case 'passwordauthentication':
        config.passwordAuthentication = isOn;
        return;
      case 'pubkeyauthentication':
        config.publicKeyAuthentication = isOn;
        return;
      case 'kbdinteractiveauthentication':
      case 'challengeresponseauthentication':
      case 'skeyauthentication':
        config.keyboardInteractive = isOn;
        return;
      case 'strictmodes':
        config.strictModes = isOn;
        return;
      case 'printmotd':
        config.printMotd = isOn;
        return;
      case 'printlastlog':
        config.printLastLog = isOn;
        return;
      case 'permittty':
        config.permitTty = isOn;
        return;
      case 'permitemptypasswords':
        config.permitEmptyPasswords = isOn;
        return;
      case 'logingracetime':
        config.loginGraceSeconds = timeOf(first) ?? 0;
        return;
      case 'clientaliveinterval':
        config.aliveSeconds = timeOf(first) ?? 0;
        return;
      case 'clientalivecountmax':
        config.aliveCount = Number(first);
        return;
      case 'banner':
        if (first.toLowerCase() !== 'none') config.banner = first;
        return;
      case 'forcecommand':
        config.forceCommand = values.join(' ');
        return;
      case 'authorizedkeysfile':
        config.authorizedKeys = first === 'none' ? [] : values;
        return;
      default:
        config.given.set(name, KINDS.has(name) ? first.toLowerCase() : values.join(' '));
    }
  }
}
/** sshd's words for a value that the keyword does not take. */
function wrongValue(written: string, value: string): string | undefined {
  const name = written.toLowerCase();
  const kind = KINDS.get(name);
  const small = value.toLowerCase();
  if (kind === 'integer') {
    if (/^-\d+$/.test(value)) return `${written} integer value too small.`;
    return /^\d+$/.test(value) ? undefined : `${written} integer value invalid.`;
  }
  if (kind === 'time') return timeOf(value) === undefined ? 'invalid time value.' : undefined;
  if (kind !== undefined)
    return (kind === 'flag' ? ['yes', 'no'] : kind).includes(small)
      ? undefined
      : `unsupported option "${value}".`;
  switch (name) {
    case 'port':
      return /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535
        ? undefined
        : 'Badly formatted port number.';
    case 'listenaddress':
      return /^[^[:]*:(?!\d+$)[^:]*$/.test(value) ? 'bad port number' : undefined;
    case 'loglevel':
      return LOG_LEVELS.has(small) ? undefined : `unsupported log level '${value}'`;
    case 'syslogfacility':
      return LOG_FACILITIES.has(small) ? undefined : `unsupported log facility '${value}'`;
    case 'maxstartups': {
      const [start = 0, rate, full] = value.split(':').map(Number);
      const isRight = /^\d+$/.test(value)
        ? start > 0
        : /^\d+:\d+:\d+$/.test(value) &&
          rate !== undefined &&
          full !== undefined &&
          start <= full &&
          rate >= 1 &&
          rate <= 100;
      return isRight ? undefined : 'Invalid MaxStartups spec.';
    }
    default:
      return undefined;
  }
}
interface Words {
  words: string[];
  isUnmatched: boolean;
}
function wordsOf(text: string): Words {
  const words: string[] = [];
  for (const match of text.matchAll(/"([^"]*)"|(\S+)/g)) {
    const word = match[1] ?? match[2] ?? '';
    if (match[1] === undefined && word.startsWith('#')) break;
    if (match[1] === undefined && word.startsWith('"')) return { words, isUnmatched: true };
    words.push(word);
  }
  return { words, isUnmatched: false };
}
function timeOf(text: string): number | undefined {
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
  if (!/^(\d+[smhdw]?)+$/i.test(text)) return undefined;
  return [...text.matchAll(/(\d+)([smhdw]?)/gi)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * (units[(unit ?? '').toLowerCase()] ?? 1),
    0,
  );
}

/** `sshd -T`: all that is in force, in sshd's order. */
export function configText(config: ServerConfig): string {
  const yes = (on: boolean): string => (on ? 'yes' : 'no');
  const { listen, ports } = config;
  const now: Readonly<Record<string, string>> = {
    logingracetime: `${config.loginGraceSeconds}`,
    clientaliveinterval: `${config.aliveSeconds}`,
    clientalivecountmax: `${config.aliveCount}`,
    permitrootlogin:
      config.permitRootLogin === 'prohibit-password' ? 'without-password' : config.permitRootLogin,
    pubkeyauthentication: yes(config.publicKeyAuthentication),
    passwordauthentication: yes(config.passwordAuthentication),
    kbdinteractiveauthentication: yes(config.keyboardInteractive),
    printmotd: yes(config.printMotd),
    printlastlog: yes(config.printLastLog),
    permittty: yes(config.permitTty),
    strictmodes: yes(config.strictModes),
    permitemptypasswords: yes(config.permitEmptyPasswords),
    banner: config.banner ?? 'none',
    forcecommand: config.forceCommand ?? 'none',
    authorizedkeysfile: config.authorizedKeys.length === 0 ? 'none' : config.authorizedKeys.join(' '),
  };
  const lines = ports.map((port) => `port ${port}`);
  for (const [name, usual] of Object.entries(DEFAULTS)) {
    const value = now[name] ?? config.given.get(name) ?? usual;
    lines.push(`${name} ${/^(?:loglevel|syslogfacility)$/.test(name) ? value.toUpperCase() : value}`);
    if (name === 'addressfamily')
      lines.push(
        ...(listen.length === 0
          ? ports.flatMap((port) => [`listenaddress [::]:${port}`, `listenaddress 0.0.0.0:${port}`])
          : listen.map(({ ip, port }) => `listenaddress ${formatIPv4(ip)}:${port === 0 ? ports[0] : port}`)),
      );
    if (name === 'authorizedkeysfile')
      lines.push(
        ...config.hostKeys.map((key) => `hostkey ${key}`),
        ...config.allowUsers.map((user) => `allowusers ${user}`),
        ...config.denyUsers.map((user) => `denyusers ${user}`),
        ...config.allowGroups.map((group) => `allowgroups ${group}`),
        ...config.denyGroups.map((group) => `denygroups ${group}`),
        ...config.acceptEnv.map((word) => `acceptenv ${word}`),
      );
    if (name === 'authenticationmethods')
      lines.push(...config.subsystems.map(([subsystem, command]) => `subsystem ${subsystem} ${command}`));
  }
  return `${lines.join('\n')}\n`;
}
