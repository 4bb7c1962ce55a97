/** `http`, and blocks that make variables: `map`, `geo`, `split_clients`. Source: nginx 1.22 src/http/ngx_http.c, modules/ngx_http_{map,geo,split_clients}_module.c. */
import { parseIPv4 } from '../../../std/ipv4';
import type { Template, VariableSource } from '../config';
import type { Pattern } from './pattern';
import { type Conf, childOf, FAILED, type Failed, type Handler, type Outcome, type Scope } from './conf';
import { readPattern } from './http-core';
import { builtInVariables, compileTemplate, declareVariable, useVariable } from './template';
import { readFixed, readNetwork } from './values';

export function makeScope(conf: Conf, kind: 'http' | 'stream'): Scope {
  return {
    block: childOf(conf, kind),
    upstreams: [],
    listened: new Map(),
    variables: builtInVariables(kind),
    used: new Set(),
    formats: new Map(),
  };
}

// ---------------------------------------------------------------- map
const map: Handler = (conf, [, sourceText = '', variable = '']) => {
  const source = compileTemplate(conf, sourceText);
  if (source === FAILED) return FAILED;
  const known = variableOf(conf, variable);
  if (known === FAILED) return FAILED;
  const reader = new MapReader(conf);
  if (conf.parseLines((words) => reader.line(words)) === FAILED) return FAILED;
  known.source = reader.finish(source);
  // The first map settles the sizes of its table: a line that comes later is one too many.
  for (const [name, size] of SIZES) if (!conf.block.values.has(name)) conf.put(name, size);
  return undefined;
};
const SIZES = [
  ['map_hash_max_size', '2048'],
  ['map_hash_bucket_size', '64'],
] as const;
function variableOf(conf: Conf, word: string): { source: VariableSource | undefined } | Failed {
  return word.startsWith('$')
    ? declareVariable(conf, word.slice(1))
    : conf.fail(`invalid variable name "${word}"`);
}
class MapReader {
  #hostnames = false;
  #fallback: Template | undefined;
  readonly #exact = new Map<string, Template>();
  readonly #heads: { suffix: string; value: Template }[] = [];
  readonly #tails: { prefix: string; value: Template }[] = [];
  readonly #patterns: { pattern: Pattern; value: Template }[] = [];
  readonly #wildcards = new Set<string>();
  constructor(private readonly conf: Conf) {}

  line(words: readonly string[]): Outcome {
    const { conf } = this;
    const [key = '', text = ''] = words;
    if (words.length === 1 && key === 'hostnames') {
      this.#hostnames = true;
      return undefined;
    }
    if (words.length === 1 && key === 'volatile') return undefined;
    if (words.length !== 2) return conf.fail('invalid number of the map parameters');
    const value = compileTemplate(conf, text);
    if (value === FAILED) return FAILED;
    if (key === 'default') {
      if (this.#fallback !== undefined) return conf.fail('duplicate default map parameter');
      this.#fallback = value;
      return undefined;
    }
    if (key.startsWith('~')) {
      const pattern = readPattern(conf, key.replace(/^~\*?/, ''), key.startsWith('~*'));
      if (pattern === FAILED) return FAILED;
      this.#patterns.push({ pattern, value });
      return undefined;
    }
    return this.#add(key.startsWith('\\') ? key.slice(1) : key, value);
  }
  #add(key: string, value: Template): Outcome {
    const { conf } = this;
    const lower = key.toLowerCase();
    const conflict = (): Outcome => conf.fail(`conflicting parameter "${lower}"`);
    const kind = this.#hostnames ? hostKind(key) : 'exact';
    if (kind !== 'exact') {
      if (kind === undefined) return conf.fail(`invalid hostname or wildcard "${key}"`);
      if (this.#wildcards.has(lower)) return conflict();
      this.#wildcards.add(lower);
      if (key.endsWith('.*')) this.#tails.push({ prefix: lower.slice(0, -1), value });
      else {
        this.#heads.push({ suffix: lower.replace(/^\*/, ''), value });
        if (key.startsWith('.')) {
          if (this.#exact.has(lower.slice(1))) return conflict();
          this.#exact.set(lower.slice(1), value);
        }
      }
      return undefined;
    }
    if (this.#exact.has(lower)) return conflict();
    this.#exact.set(lower, value);
    return undefined;
  }
  finish(source: Template): VariableSource {
    return {
      kind: 'map',
      source,
      hostnames: this.#hostnames,
      exact: this.#exact,
      heads: this.#heads.sort((a, b) => b.suffix.length - a.suffix.length),
      tails: this.#tails.sort((a, b) => b.prefix.length - a.prefix.length),
      patterns: this.#patterns,
      fallback: this.#fallback ?? [],
    };
  }
}
/** What kind of host name it is; undefined: none at all. */
export function hostKind(name: string): 'exact' | 'head' | 'dot' | 'tail' | undefined {
  const stars = name.split('*').length - 1;
  if (stars > 1 || name.includes('..')) return undefined;
  if (name.length > 1 && name.startsWith('.')) return stars === 0 ? 'dot' : undefined;
  if (name.length > 2) {
    if (name.startsWith('*.')) return 'head';
    if (name.endsWith('.*')) return 'tail';
  }
  return stars === 0 ? 'exact' : undefined;
}

// ---------------------------------------------------------------- geo
interface GeoEntry {
  low: number;
  high: number;
  value: string;
}
const geo: Handler = (conf, words) => {
  const address = words.length === 3 ? words[1] : undefined;
  if (address !== undefined) {
    if (!address.startsWith('$')) return conf.fail(`invalid variable name "${address}"`);
    if (useVariable(conf, address.slice(1)) === FAILED) return FAILED;
  }
  const known = variableOf(conf, words[words.length - 1] ?? '');
  if (known === FAILED) return FAILED;
  const reader = new GeoReader(conf);
  if (conf.parseLines((line) => reader.line(line)) === FAILED) return FAILED;
  known.source = {
    kind: 'geo',
    variable: address?.slice(1).toLowerCase(),
    entries: reader.entries.sort((a, b) => a.high - a.low - (b.high - b.low)),
    fallback: reader.fallback,
  };
  return undefined;
};
class GeoReader {
  readonly entries: GeoEntry[] = [];
  fallback = '';
  #ranges = false;
  #hasNetworks = false;
  #hasDefault = false;
  constructor(private readonly conf: Conf) {}
  line(words: readonly string[]): Outcome {
    const { conf } = this;
    const [key = '', value = ''] = words;
    if (words.length === 1 && key === 'ranges') {
      if (this.#hasNetworks)
        return conf.fail('the "ranges" directive must be the first directive inside "geo" block');
      this.#ranges = true;
      return undefined;
    }
    if (words.length === 1 && key === 'proxy_recursive') return undefined;
    if (words.length !== 2) return conf.fail('invalid number of the geo parameters');
    if (key === 'proxy') {
      conf.leaveOut('geo … proxy');
      return this.#network(value) === FAILED ? FAILED : undefined;
    }
    return this.#ranges ? this.#range(key, value) : this.#cidr(key, value);
  }
  #network(text: string): GeoEntry | Failed {
    if (text === '255.255.255.255') return { low: 0xffffffff, high: 0xffffffff, value: '' };
    const network = readNetwork(text);
    if (network === undefined) return this.conf.fail(`invalid network "${text}"`);
    if (network.hasLowBits) this.conf.warn(`low address bits of ${text} are meaningless`);
    if (network.family === 6) return { low: -1, high: -1, value: '' };
    return { low: network.address, high: (network.address | ~network.mask) >>> 0, value: '' };
  }
  #cidr(key: string, value: string): Outcome {
    this.#hasNetworks = true;
    if (key === 'default') {
      // Once for each family of addresses.
      for (let family = 0; this.#hasDefault && family < 2; family++)
        this.conf.warn(`duplicate network "default", value: "${value}", old value: "${this.fallback}"`);
      this.#hasDefault = true;
      this.fallback = value;
      return undefined;
    }
    const network = this.#network(key === 'delete' ? value : key);
    if (network === FAILED) return FAILED;
    const at = this.entries.findIndex(({ low, high }) => low === network.low && high === network.high);
    if (key === 'delete') {
      if (at < 0) this.conf.warn(`no network "${value}" to delete`);
      else this.entries.splice(at, 1);
      return undefined;
    }
    const old = this.entries[at];
    if (old !== undefined && network.low >= 0)
      this.conf.warn(`duplicate network "${key}", value: "${value}", old value: "${old.value}"`);
    if (old !== undefined) this.entries.splice(at, 1);
    this.entries.push({ ...network, value });
    return undefined;
  }
  #range(key: string, value: string): Outcome {
    if (key === 'default') {
      if (this.#hasDefault) return this.conf.fail('duplicate default geo range');
      this.#hasDefault = true;
      this.fallback = value;
      return undefined;
    }
    const [from = '', to = ''] = key.split('-');
    const low = parseIPv4(from);
    const high = parseIPv4(to);
    if (low === undefined || high === undefined || high < low)
      return this.conf.fail(`invalid range "${key}"`);
    this.entries.push({ low, high, value });
    return undefined;
  }
}

// ---------------------------------------------------------------- split_clients
const splitClients: Handler = (conf, [, sourceText = '', variable = '']) => {
  const source = compileTemplate(conf, sourceText);
  if (source === FAILED) return FAILED;
  const known = variableOf(conf, variable);
  if (known === FAILED) return FAILED;
  const parts: { percent: number; value: string }[] = [];
  const result = conf.parseLines(([share = '', value = '']) => {
    const percent = share === '*' ? 0 : share.endsWith('%') ? readFixed(share.slice(0, -1), 2) : undefined;
    if (percent === undefined || (percent === 0 && share !== '*'))
      return conf.fail(`invalid percent value "${share}"`);
    parts.push({ percent, value });
    return undefined;
  });
  if (result === FAILED) return FAILED;
  let sum = 0;
  let last = 0;
  const made: { until: number; value: string }[] = [];
  for (const { percent, value } of parts) {
    sum = percent === 0 ? 10_000 : sum + percent;
    if (sum > 10_000) return conf.fail('percent total is greater than 100%');
    if (percent > 0) last += Math.floor((percent * 0xffffffff) / 10_000);
    made.push({ until: percent === 0 ? 0 : last, value });
  }
  known.source = { kind: 'split', source, parts: made };
  return undefined;
};
const charsetMap: Handler = (conf) => {
  conf.leaveOut('charset_map');
  return conf.parseLines(() => undefined);
};

export const MAP_HANDLERS: readonly (readonly [string, Handler])[] = [
  ['map', map],
  ['geo', geo],
  ['split_clients', splitClients],
  ['charset_map', charsetMap],
];
