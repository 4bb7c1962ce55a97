/**
 * /etc/shop.conf: `key = value` lines. What is asked for is what an
 * application of a lab needs: an answer, how long it takes, what it costs.
 */
import { MILLISECOND, parseDuration, SECOND, type Micros } from '../../std/instant';

export interface AppConfiguration {
  name: string;
  port: number;
  /** Requests that are worked on at a time; others wait. */
  concurrency: number;
  /** Processor time of one request. */
  processor: Micros;
  /** Waiting that costs no processor: a database, say. */
  delay: Micros;
  status: number;
  healthStatus: number;
  /** Whether each request gives a line in the journal. */
  accessLog: boolean;
  /** Waiting of single pages, by the beginning of their path. */
  pages: { path: string; delay: Micros }[];
  /** Whether it gives out sessions as cookies, and refuses those that it did not give out. */
  sessions: boolean;
  /** KiB of memory that each request leaves behind. */
  leak: number;
  /** Another service that is asked for each request, but not for /health. */
  depends: { host: string; port: number; path: string } | undefined;
  dependsTimeout: Micros;
  /** The file to which each POST adds a line; without room there, the answer is 500. '' none. */
  orders: string;
  /** Line of each setting, for traces. */
  lines: Map<string, number>;
}

export function defaultConfiguration(name: string): AppConfiguration {
  return {
    name,
    port: 8_080,
    concurrency: 64,
    processor: MILLISECOND,
    delay: 0,
    status: 200,
    healthStatus: 200,
    accessLog: false,
    pages: [],
    sessions: false,
    leak: 0,
    depends: undefined,
    dependsTimeout: 2 * SECOND,
    orders: '',
    lines: new Map(),
  };
}

/** Reads the file's text; an error names the line. */
export function readConfiguration(text: string, hostname: string): AppConfiguration | string {
  const configuration = defaultConfiguration(hostname);
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/#.*/, '').trim();
    if (line === '') continue;
    const match = /^([a-z_]+)\s*=\s*(.*)$/.exec(line);
    const failure =
      match === null ? 'expected "key = value"' : set(configuration, match[1] ?? '', match[2] ?? '');
    if (failure !== undefined) return `line ${index + 1}: ${failure}`;
    if (match !== null) configuration.lines.set(match[1] ?? '', index + 1);
  }
  return configuration;
}

function set(configuration: AppConfiguration, key: string, value: string): string | undefined {
  switch (key) {
    case 'name':
      configuration.name = value;
      return undefined;
    case 'port':
      return number(value, 1, 65_535, (port) => (configuration.port = port));
    case 'concurrency':
      return number(value, 1, 100_000, (most) => (configuration.concurrency = most));
    case 'status':
      return number(value, 100, 599, (status) => (configuration.status = status));
    case 'health_status':
      return number(value, 100, 599, (status) => (configuration.healthStatus = status));
    case 'processor':
      return duration(value, (micros) => (configuration.processor = micros));
    case 'delay':
      return duration(value, (micros) => (configuration.delay = micros));
    case 'access_log':
      return flag(key, value, (on) => (configuration.accessLog = on));
    case 'sessions':
      return flag(key, value, (on) => (configuration.sessions = on));
    case 'leak_kib':
      return number(value, 0, 1_000_000, (kib) => (configuration.leak = kib));
    case 'page': {
      const [path = '', wait = ''] = value.split(/\s+/);
      if (!path.startsWith('/')) return `page: expected "/PATH DELAY", not "${value}"`;
      return duration(wait, (delay) => configuration.pages.push({ path, delay }));
    }
    case 'depends': {
      const url = /^http:\/\/([^/:]+)(?::(\d+))?(\/.*)?$/.exec(value);
      if (url === null) return `depends: expected http://NAME[:PORT][/PATH], not "${value}"`;
      configuration.depends = { host: url[1] ?? '', port: Number(url[2] ?? 80), path: url[3] ?? '/' };
      return undefined;
    }
    case 'orders':
      if (!value.startsWith('/'))
        return `orders: expected a path like /var/lib/shop/orders.log, not "${value}"`;
      configuration.orders = value;
      return undefined;
    case 'depends_timeout':
      return duration(value, (micros) => (configuration.dependsTimeout = micros));
    default:
      return `unknown setting "${key}"`;
  }
}
function flag(key: string, value: string, take: (on: boolean) => void): string | undefined {
  if (value !== 'on' && value !== 'off') return `${key}: expected "on" or "off", not "${value}"`;
  take(value === 'on');
  return undefined;
}
function number(
  text: string,
  lowest: number,
  highest: number,
  take: (value: number) => void,
): string | undefined {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < lowest || value > highest)
    return `expected a number from ${lowest} to ${highest}, not "${text}"`;
  take(value);
  return undefined;
}
function duration(text: string, take: (micros: Micros) => void): string | undefined {
  const value = parseDuration(text);
  if (value === undefined) return `expected a duration like 5ms or 2s, not "${text}"`;
  take(value);
  return undefined;
}
