/** sshd_config(5): keywords, their defaults, Include; Match blocks; the words for what is wrong. */
import { FileError } from '../../world/files.contract';
import { inSubnet, parseCidr, parseIPv4 } from '../../std/ipv4';
import type { Host, UserRecord } from '../../world/world.contract';
import { globOf } from './patterns';
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
}
const ROOT = { uid: 0, gid: 0, groups: [] };
const DEFAULT_KEYS = ['rsa', 'ecdsa', 'ed25519'].map((type) => `/etc/ssh/ssh_host_${type}_key`);

/** Keywords that are known; those without a meaning here change nothing that can be seen. */
const KNOWN =
  'acceptenv addressfamily allowagentforwarding allowgroups allowstreamlocalforwarding allowtcpforwarding allowusers authenticationmethods authorizedkeyscommand authorizedkeyscommanduser authorizedkeysfile authorizedprincipalscommand authorizedprincipalsfile banner casignaturealgorithms challengeresponseauthentication chrootdirectory ciphers clientalivecountmax clientaliveinterval compression debianbanner denygroups denyusers disableforwarding exposeauthinfo fingerprinthash forcecommand gatewayports gssapiauthentication gssapicleanupcredentials gssapikeyexchange gssapistrictacceptorcheck hostbasedacceptedalgorithms hostbasedauthentication hostcertificate hostkey hostkeyagent hostkeyalgorithms ignorerhosts ignoreuserknownhosts include ipqos kbdinteractiveauthentication kerberosauthentication kexalgorithms listenaddress logingracetime loglevel logverbose macs maxauthtries maxsessions maxstartups modulifile passwordauthentication permitemptypasswords permitlisten permitopen permitrootlogin permittty permittunnel permituserenvironment permituserrc persourcemaxstartups pidfile port printlastlog printmotd protocol pubkeyacceptedalgorithms pubkeyauthoptions pubkeyauthentication rekeylimit requiredrsasize revokedkeys setenv streamlocalbindmask streamlocalbindunlink strictmodes subsystem syslogfacility tcpkeepalive trustedusercakeys usedns usepam versionaddendum x11displayoffset x11forwarding x11uselocalhost xauthlocation'.split(
    ' ',
  );

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
    matches: [],
  };
  const reader = new Reader(host, config);
  reader.file(path, 0);
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
  const own: ServerConfig = {
    ...config,
    allowUsers: [...config.allowUsers],
    denyUsers: [...config.denyUsers],
  };
  const reader = new Reader(host, own);
  for (const block of fitting) for (const setting of block.settings) reader.set(setting.name, setting.values);
  return own;
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
/** sshd_config(5) "Match": the keywords that may stand in a block. */
const IN_MATCH =
  'acceptenv allowagentforwarding allowgroups allowstreamlocalforwarding allowtcpforwarding allowusers authenticationmethods authorizedkeyscommand authorizedkeyscommanduser authorizedkeysfile authorizedprincipalscommand authorizedprincipalscommanduser authorizedprincipalsfile banner casignaturealgorithms channeltimeout chrootdirectory clientalivecountmax clientaliveinterval denygroups denyusers disableforwarding exposeauthinfo forcecommand gatewayports gssapiauthentication hostbasedacceptedalgorithms hostbasedauthentication hostbasedusesnamefrompacketonly ignorerhosts include ipqos kbdinteractiveauthentication kerberosauthentication loglevel maxauthtries maxsessions passwordauthentication permitemptypasswords permitlisten permitopen permitrootlogin permittty permittunnel permituserrc pubkeyacceptedalgorithms pubkeyauthentication pubkeyauthoptions rekeylimit revokedkeys setenv streamlocalbindmask streamlocalbindunlink trustedusercakeys unusedconnectiontimeout x11displayoffset x11forwarding x11uselocalhost'.split(
    ' ',
  );

class Reader {
  readonly problems: ConfigProblem[] = [];
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
      if (depth === 0) this.problems.push({ path, line: 0, text: `${path}: No such file or directory` });
      return;
    }
    this.files.push({ path, text });
    for (const [index, raw] of text.split('\n').entries()) {
      const line = raw.trim();
      if (line === '' || line.startsWith('#')) continue;
      const [, keyword = '', rest = ''] = /^([^\s=]+)(?:\s*=\s*|\s+)?(.*)$/.exec(line) ?? [];
      const wrong = this.#keyword(keyword, wordsOf(rest), path, depth);
      if (wrong !== undefined)
        this.problems.push({ path, line: index + 1, text: `${path}: line ${index + 1}: ${wrong}` });
    }
  }
  #keyword(written: string, values: string[], path: string, depth: number): string | undefined {
    const name = written.toLowerCase();
    const [first] = values;
    if (name === 'match') {
      return this.#match(values);
    }
    if (!KNOWN.includes(name)) return `Bad configuration option: ${written}`;
    if (first === undefined) return `no argument after keyword "${written}"`;
    if (name === 'include') {
      if (depth < 16) for (const found of this.#expand(values, path)) this.file(found, depth + 1);
      return undefined;
    }
    if (this.#block === undefined) return this.#apply(name, first, values);
    if (!IN_MATCH.includes(name)) return `Directive '${written}' is not allowed within a Match block`;
    this.#block.settings.push({ name, values });
    return new Reader(this.host, { ...this.config }).set(name, values);
  }
  set(name: string, values: string[]): string | undefined {
    return this.#apply(name, values[0] ?? '', values);
  }
  #match(values: readonly string[]): string | undefined {
    const criteria: [string, string][] = [];
    for (let i = 0; i < values.length; i++) {
      const attribute = (values[i] ?? '').toLowerCase();
      if (attribute === 'all') {
        if (values.length > 1) return "'all' cannot be combined with other Match attributes";
        criteria.push(['all', '']);
        continue;
      }
      if (!ATTRIBUTES.includes(attribute)) return `Unsupported Match attribute ${values[i] ?? ''}`;
      const patterns = values[++i];
      if (patterns === undefined) return `Missing Match criteria for ${values[i - 1] ?? ''}`;
      criteria.push([attribute, patterns]);
    }
    if (criteria.length === 0) return 'Match missing criteria';
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
  #apply(name: string, first: string, values: string[]): string | undefined {
    const { config } = this;
    const once = (): boolean => {
      if (this.#set.has(name)) return false;
      this.#set.add(name);
      return true;
    };
    const flag = (set: (on: boolean) => void): string | undefined => {
      const on = first.toLowerCase();
      if (on !== 'yes' && on !== 'no') return `unsupported option "${first}".`;
      if (once()) set(on === 'yes');
      return undefined;
    };
    const seconds = (set: (value: number) => void): string | undefined => {
      const value = timeOf(first);
      if (value === undefined) return 'invalid time value.';
      if (once()) set(value);
      return undefined;
    };
    switch (name) {
      case 'port': {
        const port = Number(first);
        if (!/^\d+$/.test(first) || port < 1 || port > 65_535) return 'Badly formatted port number.';
        config.ports.push(port);
        return undefined;
      }
      case 'listenaddress': {
        const [address = '', port] = first.startsWith('[') ? [first] : first.split(':');
        const ip = address === '*' ? 0 : parseIPv4(address);
        if (ip === undefined)
          return address.includes('[') || first.split(':').length > 2 ? undefined : `bad address`;
        config.listen.push({ ip, port: Number(port ?? 0) });
        return undefined;
      }
      case 'permitrootlogin': {
        const value = first === 'without-password' ? 'prohibit-password' : first;
        if (
          value !== 'yes' &&
          value !== 'no' &&
          value !== 'prohibit-password' &&
          value !== 'forced-commands-only'
        )
          return `unsupported option "${first}".`;
        if (once()) config.permitRootLogin = value;
        return undefined;
      }
      case 'passwordauthentication':
        return flag((on) => (config.passwordAuthentication = on));
      case 'pubkeyauthentication':
        return flag((on) => (config.publicKeyAuthentication = on));
      case 'kbdinteractiveauthentication':
      case 'challengeresponseauthentication':
        return flag((on) => (config.keyboardInteractive = on));
      case 'strictmodes':
        return flag((on) => (config.strictModes = on));
      case 'printmotd':
        return flag((on) => (config.printMotd = on));
      case 'printlastlog':
        return flag((on) => (config.printLastLog = on));
      case 'permittty':
        return flag((on) => (config.permitTty = on));
      case 'usepam':
      case 'x11forwarding':
      case 'allowagentforwarding':
      case 'usedns':
      case 'tcpkeepalive':
        return flag(() => undefined);
      case 'permitemptypasswords':
        return flag((on) => (config.permitEmptyPasswords = on));
      case 'logingracetime':
        return seconds((value) => (config.loginGraceSeconds = value));
      case 'clientaliveinterval':
        return seconds((value) => (config.aliveSeconds = value));
      case 'clientalivecountmax':
        if (!/^\d+$/.test(first)) return 'integer value must be a number';
        if (once()) config.aliveCount = Number(first);
        return undefined;
      case 'banner':
        if (once() && first.toLowerCase() !== 'none') config.banner = first;
        return undefined;
      case 'forcecommand':
        if (once()) config.forceCommand = values.join(' ');
        return undefined;
      case 'authorizedkeysfile':
        if (once()) config.authorizedKeys = first === 'none' ? [] : values;
        return undefined;
      case 'hostkey':
        config.hostKeys.push(first);
        return undefined;
      case 'subsystem':
        if (values.length < 2) return 'Subsystem command missing.';
        if (first === 'sftp') config.sftp = true;
        return undefined;
      case 'allowusers':
        config.allowUsers.push(...values);
        return undefined;
      case 'denyusers':
        config.denyUsers.push(...values);
        return undefined;
      case 'allowgroups':
        config.allowGroups.push(...values);
        return undefined;
      case 'denygroups':
        config.denyGroups.push(...values);
        return undefined;
      default:
        return undefined;
    }
  }
}
function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const match of text.matchAll(/"([^"]*)"|(\S+)/g)) {
    const word = match[1] ?? match[2] ?? '';
    if (match[1] === undefined && word.startsWith('#')) break;
    words.push(word);
  }
  return words;
}
function timeOf(text: string): number | undefined {
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
  if (!/^(\d+[smhdw]?)+$/i.test(text)) return undefined;
  return [...text.matchAll(/(\d+)([smhdw]?)/gi)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * (units[(unit ?? '').toLowerCase()] ?? 1),
    0,
  );
}

/** `sshd -T`, the keywords that are kept. */
export function configText(config: ServerConfig): string {
  const yes = (on: boolean): string => (on ? 'yes' : 'no');
  return [
    ...config.ports.map((port) => `port ${port}`),
    'addressfamily any',
    `logingracetime ${config.loginGraceSeconds}`,
    `clientaliveinterval ${config.aliveSeconds}`,
    `clientalivecountmax ${config.aliveCount}`,
    `permitrootlogin ${config.permitRootLogin === 'prohibit-password' ? 'without-password' : config.permitRootLogin}`,
    `pubkeyauthentication ${yes(config.publicKeyAuthentication)}`,
    `passwordauthentication ${yes(config.passwordAuthentication)}`,
    `kbdinteractiveauthentication ${yes(config.keyboardInteractive)}`,
    `printmotd ${yes(config.printMotd)}`,
    `printlastlog ${yes(config.printLastLog)}`,
    `permittty ${yes(config.permitTty)}`,
    `strictmodes ${yes(config.strictModes)}`,
    `banner ${config.banner ?? 'none'}`,
    `authorizedkeysfile ${config.authorizedKeys.join(' ')}`,
    'maxstartups 10:30:100',
    ...config.hostKeys.map((key) => `hostkey ${key}`),
    ...config.allowUsers.map((user) => `allowusers ${user}`),
    ...config.denyUsers.map((user) => `denyusers ${user}`),
    ...config.allowGroups.map((group) => `allowgroups ${group}`),
    ...config.denyGroups.map((group) => `denygroups ${group}`),
    '',
  ].join('\n');
}
