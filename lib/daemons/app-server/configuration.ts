/**
 * /etc/shop.conf: `key = value` lines. What is asked for is what an
 * application of a lab needs: an answer, how long it takes, what it costs.
 */
import { MILLISECOND, parseDuration, type Micros } from '../../std/instant';

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
      if (value !== 'on' && value !== 'off') return `access_log: expected "on" or "off", not "${value}"`;
      configuration.accessLog = value === 'on';
      return undefined;
    default:
      return `unknown setting "${key}"`;
  }
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
