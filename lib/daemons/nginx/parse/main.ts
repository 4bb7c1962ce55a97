/** Directives outside of `http`: users, workers, modules, events, error logs. Source: nginx 1.22 src/core/nginx.c, ngx_log.c, ngx_syslog.c, src/event/ngx_event.c. */
import { engineErrors, withErrors } from './tls/files';
import type { ErrorLog, LogLevel, LogTarget } from '../config';
import { type Conf, childOf, FAILED, type Failed, type Handler, type Outcome } from './conf';
import { readNetwork, readNumber, readUrl } from './values';

const LEVELS: readonly LogLevel[] = ['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug'];
const DEBUG_LEVELS = [
  'debug_core',
  'debug_alloc',
  'debug_mutex',
  'debug_event',
  'debug_http',
  'debug_mail',
  'debug_stream',
];

const user: Handler = (conf, words) => {
  if (conf.main.values.has('user')) return 'is duplicate';
  if (!conf.around.isRoot) {
    conf.warn(
      'the "user" directive makes sense only if the master process runs with super-user privileges, ignored',
    );
    return undefined;
  }
  const [, name = '', group = name] = words;
  const found = conf.around.user(name);
  if (found === undefined) return conf.fail(`getpwnam("${name}") failed`);
  const gid = conf.around.group(group);
  if (gid === undefined) return conf.fail(`getgrnam("${group}") failed`);
  conf.put('user', name);
  conf.user = { name, uid: found.uid, gid };
  return undefined;
};
const workerProcesses: Handler = (conf, [, value = '']) => {
  if (conf.main.values.has('worker_processes')) return 'is duplicate';
  const count = value === 'auto' ? conf.around.cores : readNumber(value);
  if (count === undefined) return 'invalid value';
  conf.put('worker_processes', count);
  return undefined;
};
const workerPriority: Handler = (conf, [, value = '']) => {
  if (conf.main.values.has('worker_priority')) return 'is duplicate';
  const number = readNumber(value.replace(/^[-+]/, ''));
  if (number === undefined) return 'invalid number';
  conf.put('worker_priority', value.startsWith('-') ? -number : number);
  return undefined;
};
const workerAffinity: Handler = (conf, words) => {
  if (conf.main.values.has('worker_cpu_affinity')) return 'is duplicate';
  const isAuto = words[1] === 'auto';
  if (isAuto && words.length > 3)
    return conf.fail('invalid number of arguments in "worker_cpu_affinity" directive');
  for (const mask of words.slice(isAuto ? 2 : 1)) {
    if (mask.length > 1_024) return conf.fail('"worker_cpu_affinity" supports up to 1024 CPUs only');
    const wrong = [...mask].reverse().find((character) => !'01 '.includes(character));
    if (wrong !== undefined) return conf.fail(`invalid character "${wrong}" in "worker_cpu_affinity"`);
  }
  conf.put('worker_cpu_affinity', isAuto ? 1 : words.length - 1);
  return undefined;
};
const env: Handler = () => undefined;
const threadPool: Handler = (conf, words) => {
  for (const word of words.slice(2)) {
    const [name, value = ''] = word.split('=');
    const number = readNumber(value);
    if (name === 'threads') {
      if (number === undefined || number === 0) return conf.fail(`invalid threads value "${word}"`);
    } else if (name === 'max_queue') {
      if (number === undefined) return conf.fail(`invalid max_queue value "${word}"`);
    }
  }
  if (!words.some((word) => word.startsWith('threads=')))
    return conf.fail(`"${words[0] ?? ''}" must have "threads" parameter`);
  return undefined;
};
const sslEngine: Handler = (conf, [, value = '']) =>
  conf.failAt(withErrors(`ENGINE_by_id("${value}") failed`, engineErrors(value)), undefined);

/** Modules that Debian packages beside the daemon; only `stream` is modelled. */
const loadModule: Handler = (conf, [, value = '']) => {
  if (conf.modulesUsed) return 'is specified too late';
  const file = conf.fullName(value);
  const read = conf.around.readFile(file);
  if ('problem' in read)
    return conf.fail(
      `dlopen() "${file}" failed (${file}: cannot open shared object file: No such file or directory)`,
    );
  const name = /ngx_(\w+)_module\.so$/.exec(file)?.[1] ?? '';
  if (name === 'stream') {
    if (conf.hasStream) return conf.fail('module "ngx_stream_module" is already loaded');
    conf.hasStream = true;
  } else conf.leaveOut(`load_module ${value}`);
  return undefined;
};

// ---------------------------------------------------------------- events
const events: Handler = (conf) => {
  if (conf.events !== undefined) return 'is duplicate';
  const block = childOf(conf, 'events');
  conf.events = block;
  return conf.parseBlock(block);
};
const workerConnections: Handler = (conf, [, value = '']) => {
  if (conf.block.values.has('worker_connections')) return 'is duplicate';
  const number = readNumber(value);
  if (number === undefined) return conf.fail(`invalid number "${value}"`);
  conf.put('worker_connections', number);
  return undefined;
};
const use: Handler = (conf, [, value = '']) => {
  if (conf.block.values.has('use')) return 'is duplicate';
  if (value !== 'epoll') return conf.fail(`invalid event type "${value}"`);
  conf.put('use', value);
  return undefined;
};
const debugConnection: Handler = (conf, [, value = '']) => {
  if (value === 'unix:') return undefined;
  const network = readNetwork(value);
  if (network?.hasLowBits === true) conf.warn(`low address bits of ${value} are meaningless`);
  if (network !== undefined) return undefined;
  const addresses = conf.resolve(value);
  if (addresses === FAILED) return FAILED;
  return typeof addresses === 'string' ? conf.fail(`${addresses} in debug_connection "${value}"`) : undefined;
};

// ---------------------------------------------------------------- logs
const FACILITIES =
  'kern user mail daemon auth intern lpr news uucp clock authpriv ftp ntp audit alert cron local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  );
const SEVERITIES = 'emerg alert crit error warn notice info debug'.split(' ');

export function readSyslog(conf: Conf, text: string): LogTarget | Failed {
  let server: { path: string } | { ip: number; port: number } | undefined;
  let facility: string | undefined;
  let severity: string | undefined;
  let tag: string | undefined;
  for (const part of text.slice('syslog:'.length).split(',')) {
    const value = part.slice(part.indexOf('=') + 1);
    if (part.startsWith('server=')) {
      if (server !== undefined) return conf.fail('duplicate syslog "server"');
      const url = readUrl(value, { defaultPort: 514 });
      if (typeof url === 'string') return conf.fail(`${url} in syslog server "${value}"`);
      const addresses =
        url.ip === undefined && url.family === 'inet' ? conf.resolve(url.host) : [url.ip ?? 0];
      if (addresses === FAILED) return FAILED;
      if (typeof addresses === 'string') return conf.fail(`${addresses} in syslog server "${value}"`);
      server = url.family === 'unix' ? { path: url.host } : { ip: addresses[0] ?? 0, port: url.port };
    } else if (part.startsWith('facility=')) {
      if (facility !== undefined) return conf.fail('duplicate syslog "facility"');
      if (!FACILITIES.includes(value)) return conf.fail(`unknown syslog facility "${value}"`);
      facility = value;
    } else if (part.startsWith('severity=')) {
      if (severity !== undefined) return conf.fail('duplicate syslog "severity"');
      if (!SEVERITIES.includes(value)) return conf.fail(`unknown syslog severity "${value}"`);
      severity = value;
    } else if (part.startsWith('tag=')) {
      if (tag !== undefined) return conf.fail('duplicate syslog "tag"');
      if (value.length > 32) return conf.fail('syslog tag length exceeds 32');
      if (!/^\w*$/.test(value))
        return conf.fail('syslog "tag" only allows alphanumeric characters and underscore');
      tag = value;
    } else if (part !== 'nohostname') return conf.fail(`unknown syslog parameter "${part}"`);
  }
  if (server === undefined) return conf.fail('no syslog server specified');
  return {
    kind: 'syslog',
    facility: facility ?? 'local7',
    severity: severity ?? 'info',
    tag: tag ?? 'nginx',
    server,
  };
}
function readLevel(conf: Conf, words: readonly string[]): LogLevel | Failed {
  let level: LogLevel | undefined;
  for (const word of words.slice(2)) {
    const found = LEVELS.find((one) => one === word);
    if (found !== undefined && found !== 'emerg') {
      if (level !== undefined) return conf.fail(`duplicate log level "${word}"`);
      level = found;
    } else if (found === 'emerg') {
      if (level !== undefined) return conf.fail(`duplicate log level "${word}"`);
      level = 'emerg';
    } else if (DEBUG_LEVELS.includes(word)) level ??= 'debug';
    else return conf.fail(`invalid log level "${word}"`);
  }
  return level ?? 'error';
}
function readErrorLog(conf: Conf, words: readonly string[]): ErrorLog | Failed {
  const [, name = ''] = words;
  let target: LogTarget | Failed;
  if (name === 'stderr') target = { kind: 'stderr' };
  else if (name.startsWith('memory:')) target = { kind: 'memory' };
  else if (name.startsWith('syslog:')) target = readSyslog(conf, name);
  else {
    conf.openLog(name);
    target = { kind: 'file', path: conf.fullName(name) };
  }
  if (target === FAILED) return FAILED;
  const level = readLevel(conf, words);
  return level === FAILED ? FAILED : { target, level };
}
const errorLog: Handler = (conf, words): Outcome => {
  const log = readErrorLog(conf, words);
  if (log === FAILED) return FAILED;
  if (conf.block.context === 'main') conf.mainLogs.push(log);
  else (conf.block.own.errorLogs ??= []).push(log);
  return undefined;
};

export const MAIN_HANDLERS: readonly (readonly [string, Handler])[] = [
  ['include', (conf, words) => conf.include(words)],
  ['user', user],
  ['worker_processes', workerProcesses],
  ['worker_priority', workerPriority],
  ['worker_cpu_affinity', workerAffinity],
  ['env', env],
  ['thread_pool', threadPool],
  ['ssl_engine', sslEngine],
  ['load_module', loadModule],
  ['events', events],
  ['worker_connections', workerConnections],
  ['use', use],
  ['debug_connection', debugConnection],
  ['error_log', errorLog],
];
