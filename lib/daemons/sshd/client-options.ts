/** ssh(1)'s options and ssh_config(5), as far as they change something here. */
import { FileError } from '../../world/files.contract';
import type { ProgramContext } from '../../world/process.contract';

const USUAL_IDENTITIES = ['id_rsa', 'id_ecdsa', 'id_ed25519'].map((name) => `~/.ssh/${name}`);
export interface ClientOptions {
  host: string;
  hostName: string;
  user: string;
  port: number;
  identities: string[];
  identitiesGiven: boolean;
  /** Tried when none is given, or none of those that are given is there. */
  usualIdentities: string[];
  strictHostKeys: 'ask' | 'yes' | 'no' | 'accept-new';
  knownHosts: string[];
  updatesHostKeys: boolean;
  connectTimeout: number | undefined;
  batch: boolean;
  aliveSeconds: number;
  aliveCount: number;
  terminal: 'auto' | 'never' | 'yes' | 'force';
  logLevel: 'quiet' | 'info' | 'debug';
  sendEnv: string[];
  setEnv: [string, string][];
  command: string | undefined;
  publicKey: boolean;
  password: boolean;
  noInput: boolean;
  noCommand: boolean;
  bind: string | undefined;
}
/** What ssh says before it ends with 255. */
export class ClientProblem extends Error {}

export const SSH_USAGE = `usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] [-B bind_interface]
           [-b bind_address] [-c cipher_spec] [-D [bind_address:]port]
           [-E log_file] [-e escape_char] [-F configfile] [-I pkcs11]
           [-i identity_file] [-J [user@]host[:port]] [-L address]
           [-l login_name] [-m mac_spec] [-O ctl_cmd] [-o option] [-p port]
           [-Q query_option] [-R address] [-S ctl_path] [-W host:port]
           [-w local_tun[:remote_tun]] destination [command [argument ...]]
`;
const IGNORED =
  'addkeystoagent addressfamily canonicalizehostname checkhostip ciphers compression controlmaster controlpath controlpersist escapechar exitonforwardfailure fingerprinthash forwardagent forwardx11 forwardx11trusted gssapiauthentication gssapidelegatecredentials hashknownhosts hostbasedauthentication hostkeyalgorithms hostkeyalias identitiesonly include ipqos kbdinteractiveauthentication kexalgorithms loglevel macs nohostauthenticationforlocalhost numberofpasswordprompts passwordauthentication permitlocalcommand preferredauthentications pubkeyacceptedalgorithms pubkeyauthentication rekeylimit requesttty sendenv setenv tcpkeepalive updatehostkeys verifyhostkeydns visualhostkey globalknownhostsfile'.split(
    ' ',
  );

/** Words of the command line after options were read; settings in order, the first value of a keyword counts. */
export class Settings {
  readonly #values = new Map<string, string[]>();
  put(keyword: string, value: string): void {
    const name = keyword.toLowerCase();
    const known = this.#values.get(name) ?? [];
    known.push(value);
    this.#values.set(name, known);
  }
  first(keyword: string): string | undefined {
    return this.#values.get(keyword)?.[0];
  }
  all(keyword: string): string[] {
    return this.#values.get(keyword) ?? [];
  }
}
const KEYWORDS = [
  'host',
  'match',
  'hostname',
  'user',
  'port',
  'identityfile',
  'stricthostkeychecking',
  'userknownhostsfile',
  'connecttimeout',
  'connectionattempts',
  'batchmode',
  'serveraliveinterval',
  'serveralivecountmax',
  'bindaddress',
  ...IGNORED,
];

/** One `-o` text: `Keyword=value` or `Keyword value`. */
export function readOption(settings: Settings, text: string): void {
  const [, keyword = '', value = ''] = /^\s*([A-Za-z0-9]+)(?:\s*=|\s)\s*(.*)$/s.exec(text.trimEnd()) ?? [];
  const name = keyword.toLowerCase();
  if (keyword === '')
    throw new ClientProblem('command-line line 0: no argument after keyword "' + text.trim() + '"\n');
  if (
    name === 'proxyjump' ||
    name === 'proxycommand' ||
    name === 'localforward' ||
    name === 'remoteforward' ||
    name === 'dynamicforward'
  )
    throw new ClientProblem(`not modelled: ${keyword}\n`);
  if (!KEYWORDS.includes(name))
    throw new ClientProblem(`command-line: line 0: Bad configuration option: ${name}\n`);
  const wrong = wrongNumber(name, value);
  if (wrong !== undefined) throw new ClientProblem(`command-line line 0: ${wrong}\n`);
  settings.put(keyword, value);
}

/** What is wrong with a keyword's time or number, in ssh's words. */
function wrongNumber(name: string, value: string): string | undefined {
  const isTime = name === 'connecttimeout' || name === 'serveraliveinterval';
  if (!isTime && name !== 'serveralivecountmax' && name !== 'connectionattempts') return undefined;
  if (value === '') return `no argument after keyword "${name}"`;
  if (isTime) return value === 'none' || secondsOf(value) !== undefined ? undefined : 'invalid time value.';
  if (!/^-?\d+$/.test(value)) return 'integer value invalid.';
  if (Number(value) < 0) return 'integer value too small.';
  return Number(value) > MOST_NUMBER ? 'integer value too large.' : undefined;
}
const MOST_NUMBER = 2_147_483_647;
const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
/** A time as sshd_config(5) writes it: `90`, `1h30m`. */
function secondsOf(text: string): number | undefined {
  const part = /(\d+)([smhdw]?)/giy;
  let seconds = 0;
  let end = 0;
  for (let found = part.exec(text); found !== null; found = part.exec(text)) {
    seconds += Number(found[1]) * (UNITS[(found[2] ?? '').toLowerCase()] ?? 1);
    end = part.lastIndex;
  }
  return end === text.length && text !== '' ? seconds : undefined;
}

/** ~/.ssh/config, then /etc/ssh/ssh_config. */
export function readClientConfig(
  context: ProgramContext,
  settings: Settings,
  host: string,
  file: string | undefined,
): void {
  const paths = file === undefined ? [`${homeOf(context)}/.ssh/config`, '/etc/ssh/ssh_config'] : [file];
  for (const path of paths) {
    const text = context.fs.readFile(context.resolve(path), context.who);
    if (text instanceof FileError) {
      if (file !== undefined)
        throw new ClientProblem(`Can't open user config file ${path}: No such file or directory\n`);
      continue;
    }
    let applies = true;
    for (const [index, raw] of text.split('\n').entries()) {
      const line = raw.trim();
      if (line === '' || line.startsWith('#')) continue;
      const [, keyword = '', value = ''] = /^([A-Za-z0-9]+)(?:\s*=|\s)\s*(.*)$/.exec(line) ?? [];
      const name = keyword.toLowerCase();
      if (name === 'host') applies = matchesHost(value, host);
      else if (name === 'match') applies = false;
      else if (!KEYWORDS.includes(name) && !name.startsWith('proxy') && !name.endsWith('forward'))
        throw new ClientProblem(
          `${path}: line ${index + 1}: Bad configuration option: ${name}\n${path}: terminating, 1 bad configuration options\n`,
        );
      else if (applies) {
        const wrong = wrongNumber(name, value);
        if (wrong !== undefined)
          throw new ClientProblem(
            `${path} line ${index + 1}: ${wrong}\n${path}: terminating, 1 bad configuration options\n`,
          );
        settings.put(keyword, value.replace(/^"(.*)"$/, '$1'));
      }
    }
  }
}
function matchesHost(patterns: string, host: string): boolean {
  let found = false;
  for (const pattern of patterns.split(/\s+/)) {
    const negated = pattern.startsWith('!');
    const source = pattern
      .replace(/^!/, '')
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    if (!new RegExp(`^${source}$`).test(host)) continue;
    if (negated) return false;
    found = true;
  }
  return found;
}
export function homeOf(context: ProgramContext): string {
  return context.host.user(context.who.uid)?.home ?? context.env.get('HOME') ?? '/';
}

export function optionsFrom(
  context: ProgramContext,
  settings: Settings,
  call: {
    destination: string;
    port: string | undefined;
    login: string | undefined;
    identities: string[];
    command: string | undefined;
  },
): ClientOptions {
  const [, named, bare = ''] = /^(?:ssh:\/\/)?(?:(.+)@)?([^@]*)$/.exec(call.destination) ?? [];
  const home = homeOf(context);
  const expand = (path: string): string =>
    path
      .replace(/^~(?=\/)/, home)
      .replaceAll('%d', home)
      .replaceAll('%h', bare)
      .replaceAll('%u', context.host.user(context.who.uid)?.name ?? '');
  const given = [...call.identities, ...settings.all('identityfile')];
  const port = call.port ?? settings.first('port') ?? '22';
  if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
    throw new ClientProblem(`Bad port '${port}'\n`);
  const strict = (settings.first('stricthostkeychecking') ?? 'ask').toLowerCase();
  const number = (keyword: string): number | undefined => {
    const value = settings.first(keyword);
    return value === undefined || value === 'none' ? undefined : secondsOf(value);
  };
  return {
    host: bare,
    hostName: (settings.first('hostname') ?? bare).replaceAll('%h', bare),
    user: call.login ?? named ?? settings.first('user') ?? context.host.user(context.who.uid)?.name ?? 'root',
    port: Number(port),
    identities: (given.length > 0 ? given : USUAL_IDENTITIES).map(expand),
    identitiesGiven: given.length > 0,
    usualIdentities: USUAL_IDENTITIES.map(expand),
    strictHostKeys:
      strict === 'yes' || strict === 'accept-new'
        ? strict
        : strict === 'no' || strict === 'off'
          ? 'no'
          : 'ask',
    knownHosts: (settings.first('userknownhostsfile') ?? '~/.ssh/known_hosts ~/.ssh/known_hosts2')
      .split(/\s+/)
      .map(expand),
    updatesHostKeys:
      (settings.first('updatehostkeys') ??
        (settings.first('userknownhostsfile') === undefined ? 'yes' : 'no')) === 'yes',
    connectTimeout: number('connecttimeout'),
    batch: settings.first('batchmode')?.toLowerCase() === 'yes',
    aliveSeconds: number('serveraliveinterval') ?? 0,
    aliveCount: number('serveralivecountmax') ?? 3,
    terminal: requestTty(settings.first('requesttty')),
    logLevel: levelOf(settings.first('loglevel')),
    sendEnv: settings.all('sendenv').flatMap((text) => text.split(/\s+/)),
    setEnv: settings
      .all('setenv')
      .map((text): [string, string] => [text.split('=')[0] ?? '', text.slice(text.indexOf('=') + 1)]),
    command: call.command,
    publicKey: settings.first('pubkeyauthentication')?.toLowerCase() !== 'no',
    password: settings.first('passwordauthentication')?.toLowerCase() !== 'no',
    noInput: false,
    noCommand: false,
    bind: settings.first('bindaddress'),
  };
}
function requestTty(value: string | undefined): ClientOptions['terminal'] {
  return value === 'no' ? 'never' : value === 'yes' ? 'yes' : value === 'force' ? 'force' : 'auto';
}
function levelOf(value: string | undefined): ClientOptions['logLevel'] {
  const level = (value ?? 'info').toLowerCase();
  return level === 'quiet' || level === 'fatal' || level === 'error'
    ? 'quiet'
    : level.startsWith('debug')
      ? 'debug'
      : 'info';
}
