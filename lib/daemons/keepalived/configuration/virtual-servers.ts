/**
 * What the checker process complains of in virtual_server and virtual_server_group (check_parser.c, check_data.c,
 * check_http.c, check_misc.c, validate_check_config). Nothing of it runs here: there is no IPVS.
 */

import { parseIPv4 } from '../../../std/ipv4';
import { type Keyword, type KeywordTree, type Range, whenMet, type Words } from './reader';
import { complain, type Scope } from './scope';

interface RealServer {
  readonly address: string;
  readonly port: number;
  /** Undefined: as the virtual server says. */
  weight: number | undefined;
}
interface VirtualServer {
  readonly kind: 'address' | 'fwmark' | 'group';
  /** Address, mark or name. */
  readonly what: string;
  readonly port: number;
  protocol: string | undefined;
  scheduler: boolean;
  method: string | undefined;
  persists: boolean;
  onePacket: boolean;
  weight: number;
  quorum: number;
  hysteresis: number;
  readonly servers: RealServer[];
}
/** The virtual servers that one reading has found. */
export interface VirtualServers {
  readonly list: VirtualServer[];
}

type Line = (words: Words) => void;
const SCHEDULERS = new Set('rr wrr lc wlc lblc lblcr sh dh sed nq fo ovf mh'.split(' '));
const METHODS = new Set(['NAT', 'DR', 'TUN']);
const PROTOCOLS = new Set(['TCP', 'UDP', 'SCTP']);
const SERVER_WORDS =
  'ip_family hashed flag-1 flag-2 flag-3 sh-port sh-fallback mh-port mh-fallback persistence_engine persistence_granularity ha_suspend smtp_alert virtualhost alpha omega inhibit_on_failure quorum_up quorum_down warmup snmp_name sorry_server_inhibit sorry_server_lvs_method log_all_failures';
const REAL_WORDS =
  'lvs_method uthreshold lthreshold inhibit_on_failure notify_up notify_down alpha warmup delay_loop smtp_alert virtualhost snmp_name log_all_failures';
const CHECK_WORDS = 'bind_if warmup alpha log_all_failures';
const CHECKS: Readonly<Record<string, string>> = {
  HTTP_GET: 'virtualhost http_protocol tls_compliant fast_recovery enable_sni',
  SSL_GET: 'virtualhost http_protocol tls_compliant fast_recovery enable_sni',
  TCP_CHECK: '',
  SMTP_CHECK: 'helo_name',
  DNS_CHECK: 'type name',
  MISC_CHECK: 'misc_path misc_timeout misc_dynamic user',
  UDP_CHECK: 'payload require_reply min_reply_length max_reply_length',
  PING_CHECK: '',
  BFD_CHECK: 'name',
  FILE_CHECK: 'track_file weight reloads',
};
const URL_WORDS =
  'virtualhost regex regex_no_match regex_options regex_stack regex_min_offset regex_max_offset tls_compliant';
const PORT: Range = { lowest: 1, highest: 65_535, tolerant: false };
const SECONDS: Range = { lowest: 1, highest: 4_294_967_295, tolerant: true };
const DELAYS: Range = { lowest: 1, highest: 2 ** 64, tolerant: true };
const PERSISTENCE: Range = { lowest: 1, highest: 2_678_400, tolerant: false };
const INT_MAX = 2_147_483_647;
const UINT_MAX = 4_294_967_295;
const DIGEST_LENGTH = 32;

/** The keywords `virtual_server` and `virtual_server_group`, active for the checker. */
export function virtualServerKeywords(
  scope: Scope,
  found: VirtualServers,
): { readonly server: Omit<Keyword, 'isActive'>; readonly group: Omit<Keyword, 'isActive'> } {
  let server: VirtualServer | undefined;
  return {
    server: {
      handle: (words) => {
        if (words === undefined) return;
        server = openServer(scope, words);
        if (server !== undefined) found.list.push(server);
      },
      body: whenMet(() => serverTree(scope, () => server)),
    },
    group: {
      handle: (words) => {
        if (words !== undefined) groupBlock(scope, words);
      },
    },
  };
}

function lines(words: string): Map<string, Keyword> {
  return new Map(
    words
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => [word, { isActive: true }]),
  );
}
function on(tree: Map<string, Keyword>, keyword: string, line: Line, more: Partial<Keyword> = {}): void {
  tree.set(keyword, {
    isActive: true,
    handle: (words) => {
      if (words !== undefined) line(words);
    },
    ...more,
  });
}

// ---------------------------------------------------------------- the server
function openServer(scope: Scope, words: Words): VirtualServer | undefined {
  const { reader } = scope;
  const first = reader.word(words, 1);
  const counts = { weight: 1, quorum: 1, hysteresis: 0 };
  const made = { protocol: undefined, scheduler: false, method: undefined, persists: false, ...counts };
  if (first === 'fwmark' || first === 'group')
    return { kind: first, what: reader.word(words, 2), port: 0, ...made, onePacket: false, servers: [] };
  const at = address(scope, words, 'virtual server IP address/port');
  if (at === undefined) {
    reader.skipBlock({ isBraceNext: true });
    return undefined;
  }
  return { kind: 'address', what: at.address, port: at.port, ...made, onePacket: false, servers: [] };
}
function address(scope: Scope, words: Words, what: string): Pick<RealServer, 'address' | 'port'> | undefined {
  const { reader } = scope;
  const first = reader.word(words, 1);
  const written = words[2] === '{' ? undefined : words[2];
  const port = written === undefined || written === '0' ? 0 : reader.unsigned(written, PORT);
  if (port !== undefined && (parseIPv4(first) !== undefined || first.includes(':')))
    return { address: first, port };
  complain(scope, `Invalid ${what} ${first}/${written ?? ''} - skipping`);
  return undefined;
}

function serverTree(scope: Scope, server: () => VirtualServer | undefined): KeywordTree {
  const { reader } = scope;
  const tree = lines(SERVER_WORDS);
  const set = (keyword: string, line: (own: VirtualServer, text: string) => void): void =>
    on(tree, keyword, (words) => {
      const own = server();
      if (own !== undefined) line(own, reader.word(words, 1));
    });
  set('delay_loop', (_own, text) => {
    if (reader.seconds(text, DELAYS) === undefined)
      complain(scope, `virtual server delay loop '${text}' invalid - ignoring`);
  });
  for (const keyword of ['lb_algo', 'lvs_sched'])
    set(keyword, (own, text) => {
      if (SCHEDULERS.has(text)) own.scheduler = true;
      else complain(scope, `Invalid lvs_scheduler '${text}' - ignoring`);
    });
  for (const keyword of ['lb_kind', 'lvs_method'])
    set(keyword, (own, text) => {
      if (METHODS.has(text)) own.method = text;
      else complain(scope, `PARSER : unknown [${text}] routing method for virtual server.`);
    });
  set('protocol', (own, text) => {
    if (PROTOCOLS.has(text.toUpperCase())) own.protocol = text.toUpperCase();
    else complain(scope, `Unknown protocol ${text} - ignoring`);
  });
  on(tree, 'persistence_timeout', (words) => {
    const own = server();
    if (own === undefined) return;
    own.persists = true;
    if (words[1] !== undefined && reader.unsigned(words[1], PERSISTENCE) === undefined)
      complain(scope, 'persistence_timeout invalid');
  });
  on(tree, 'ops', () => {
    const own = server();
    if (own !== undefined) own.onePacket = true;
  });
  set('quorum', (own, text) => {
    const quorum = reader.unsigned(text, { lowest: 1, highest: UINT_MAX, tolerant: true });
    if (quorum === undefined) complain(scope, `Quorum ${text} must be in [1, 4294967295]. Setting to 1.`);
    own.quorum = quorum ?? 1;
  });
  set('hysteresis', (own, text) => {
    const hysteresis = reader.unsigned(text, { lowest: 0, highest: UINT_MAX, tolerant: true });
    if (hysteresis === undefined) complain(scope, `Hysteresis ${text} must be in [0, 4294967295] - ignoring`);
    else own.hysteresis = hysteresis;
  });
  set('sorry_server', (_own, text) => {
    if (parseIPv4(text) === undefined && !text.includes(':'))
      complain(scope, `Invalid sorry server IP address ${text} - skipping`);
  });
  addTimes(scope, tree);
  addWeight(scope, tree, { whose: 'Virtual server', lowest: 1 }, (weight) => {
    const own = server();
    if (own !== undefined) own.weight = weight;
  });
  on(
    tree,
    'real_server',
    (words) => {
      const at = address(scope, words, 'real server ip address/port');
      if (at === undefined) reader.skipBlock({ isBraceNext: true });
      else {
        const own = server();
        own?.servers.push({
          address: at.address,
          port: at.port === 0 ? own.port : at.port,
          weight: undefined,
        });
      }
    },
    { body: whenMet(() => realTree(scope, () => server()?.servers.at(-1))) },
  );
  return tree;
}

// ---------------------------------------------------------------- real servers and their checks
function realTree(scope: Scope, server: () => RealServer | undefined): KeywordTree {
  const tree = lines(REAL_WORDS);
  addTimes(scope, tree);
  addWeight(scope, tree, { whose: 'Real server', lowest: 0 }, (weight) => {
    const own = server();
    if (own !== undefined) own.weight = weight;
  });
  for (const [check, words] of Object.entries(CHECKS)) tree.set(check, checkKeyword(scope, check, words));
  return tree;
}
function checkKeyword(scope: Scope, check: string, words: string): Keyword {
  const tree = lines(`${CHECK_WORDS} ${words}`);
  addTimes(scope, tree);
  addConnection(scope, tree);
  if (check === 'SMTP_CHECK') {
    const host = lines(CHECK_WORDS);
    addConnection(scope, host);
    tree.set('host', { isActive: true, body: () => host });
  }
  if (check === 'MISC_CHECK') {
    let hasPath = false;
    on(tree, 'misc_path', () => {
      hasPath = true;
    });
    return {
      isActive: true,
      handle: () => {
        hasPath = false;
      },
      body: () => tree,
      end: () => {
        if (!hasPath) complain(scope, 'No script path has been specified for MISC_CHECKER - skipping');
      },
    };
  }
  if (!check.endsWith('_GET')) return { isActive: true, body: () => tree };
  let urls = 0;
  on(tree, 'nb_get_retry', () => complain(scope, "nb_get_retry is deprecated - please use 'retry'"));
  tree.set(
    'url',
    urlKeyword(scope, () => {
      urls++;
    }),
  );
  return {
    isActive: true,
    handle: () => {
      urls = 0;
    },
    body: () => tree,
    end: () => {
      if (urls === 0) complain(scope, 'HTTP/SSL_GET checker has no urls specified - ignoring');
    },
  };
}
function urlKeyword(scope: Scope, isGood: () => void): Keyword {
  const { reader } = scope;
  const tree = lines(URL_WORDS);
  let hasPath = false;
  on(tree, 'path', (words) => {
    reader.word(words, 1);
    hasPath = true;
  });
  on(tree, 'digest', (words) => {
    const text = reader.word(words, 1);
    if (text.length !== DIGEST_LENGTH)
      complain(
        scope,
        `digest '${text}' character length should be ${DIGEST_LENGTH} rather than ${text.length}`,
      );
  });
  on(tree, 'status_code', (words) => {
    for (const text of words.slice(1))
      if (!/^[1-5]\d\d(?:-[1-5]\d\d)?$/.test(text)) complain(scope, `Invalid HTTP_GET status code '${text}'`);
  });
  return {
    isActive: true,
    handle: () => {
      hasPath = false;
    },
    body: () => tree,
    end: () => {
      if (hasPath) isGood();
      else complain(scope, 'HTTP/SSL_GET checker url has no path - ignoring');
    },
  };
}
function addTimes(scope: Scope, tree: Map<string, Keyword>): void {
  const { reader } = scope;
  on(tree, 'connect_timeout', (words) => {
    const text = reader.word(words, 1);
    if (reader.seconds(text, SECONDS) === undefined)
      complain(scope, `connect_timeout ${text} invalid - ignoring`);
  });
  on(tree, 'retry', (words) => {
    const text = reader.word(words, 1);
    if (reader.unsigned(text, { lowest: 0, highest: UINT_MAX, tolerant: true }) === undefined)
      complain(scope, `Invalid retry connection value '${text}'`);
  });
  on(tree, 'delay_before_retry', (words) => {
    reader.seconds(reader.word(words, 1), { ...SECONDS, lowest: 0 });
  });
}
/** Where a check connects to, and from where. */
function addConnection(scope: Scope, tree: Map<string, Keyword>): void {
  const { reader } = scope;
  for (const keyword of ['connect_ip', 'bindto'])
    on(tree, keyword, (words) => {
      const text = reader.word(words, 1);
      if (parseIPv4(text) === undefined && !text.includes(':'))
        complain(scope, `Invalid ${keyword} address ${text} - ignoring`);
    });
  on(tree, 'delay_loop', (words) => {
    const text = reader.word(words, 1);
    if (reader.seconds(text, DELAYS) === undefined)
      complain(scope, `delay_loop '${text}' is invalid - ignoring`);
  });
  on(tree, 'fwmark', (words) => {
    const text = reader.word(words, 1);
    if (reader.unsigned(text, { lowest: 0, highest: UINT_MAX, tolerant: true }) === undefined)
      complain(scope, `Invalid fwmark connection value '${text}'`);
  });
  for (const keyword of ['connect_port', 'bind_port'])
    on(tree, keyword, (words) => {
      const text = reader.word(words, 1);
      if (reader.unsigned(text, PORT) === undefined) complain(scope, `Invalid checker ${keyword} '${text}'`);
    });
}
function addWeight(
  scope: Scope,
  tree: Map<string, Keyword>,
  { whose, lowest }: { whose: string; lowest: number },
  keep: (weight: number) => void,
): void {
  const { reader } = scope;
  on(tree, 'weight', (words) => {
    const text = reader.word(words, 1);
    const weight = reader.unsigned(text, { lowest, highest: INT_MAX, tolerant: true });
    if (weight === undefined)
      complain(scope, `${whose} weight ${text} is outside range ${lowest}-2147483647`);
    else keep(weight);
  });
}

// ---------------------------------------------------------------- groups
function groupBlock(scope: Scope, words: Words): void {
  const name = scope.reader.word(words, 1);
  let entries = 0;
  scope.reader.valueBlock([words[0] ?? ''], (values) => {
    const [first = '', port = ''] = values;
    const plain = first.replace(/-\d+$/, '');
    if (first === 'fwmark' || parseIPv4(plain) !== undefined || plain.includes(':')) entries++;
    else complain(scope, `Invalid virtual server group IP address ${first} /port/${port} - skipping`);
  });
  if (entries === 0) complain(scope, `virtual server group ${name} has no entries - removing`);
}

// ---------------------------------------------------------------- when all is read
/** What does not fit together (`validate_check_config`). */
export function checkVirtualServers(scope: Scope, { list }: VirtualServers): void {
  for (const server of list) {
    const { servers, port } = server;
    if (servers.length === 0) {
      complain(scope, `Virtual server ${nameOf(server)} has no real servers - ignoring`);
      continue;
    }
    if (server.kind === 'fwmark' && server.protocol !== undefined)
      complain(
        scope,
        `Warning: Virtual server ${nameOf(server)}: protocol specified for fwmark - protocol will be ignored`,
      );
    if (server.kind === 'address' && server.protocol === undefined) {
      complain(scope, `Virtual server ${nameOf(server)}: no protocol set - defaulting to UDP`);
      server.protocol = 'UDP';
    }
    if (server.onePacket && server.protocol !== 'UDP')
      complain(scope, `Virtual server ${nameOf(server)}: one packet scheduling requires UDP - resetting`);
    if (server.kind === 'address' && port === 0 && !server.persists)
      complain(
        scope,
        `Virtual server ${nameOf(server)}: zero port only valid for persistent services - setting`,
      );
    if (!server.scheduler)
      complain(scope, `Virtual server ${nameOf(server)}: no scheduler set, setting default 'wlc'`);
    if (server.method === undefined)
      complain(scope, `Virtual server ${nameOf(server)}: no forwarding method set, setting default NAT`);
    for (const [index, real] of servers.entries()) {
      const isTaken = servers
        .slice(0, index)
        .some((other) => other.address === real.address && other.port === real.port);
      if (isTaken)
        complain(
          scope,
          `VS ${nameOf(server)}: real server ${nameOf({ ...server, what: real.address, port: real.port })} is duplicated - removing second rs`,
        );
      else if (server.kind === 'address' && isDirect(server) && real.port !== port)
        complain(
          scope,
          `WARNING - virtual server ${nameOf(server)} and real server ${nameOf({ ...server, what: real.address, port: real.port })} ports don't match - resetting`,
        );
    }
    checkQuorum(scope, server);
  }
}
/** A quorum that all servers together cannot reach; a hysteresis that leaves nothing of it. */
function checkQuorum(scope: Scope, server: VirtualServer): void {
  const total = server.servers.reduce((sum, { weight }) => sum + (weight ?? server.weight), 0);
  if (server.quorum > total) {
    complain(
      scope,
      `Warning - quorum ${server.quorum} for ${nameOf(server)} exceeds total weight of real servers ${total}, reducing quorum to ${total}`,
    );
    server.quorum = total;
  }
  if (server.hysteresis < server.quorum) return;
  // Vendor: below zero it is a very large number.
  const reduced = server.quorum === 0 ? UINT_MAX : server.quorum - 1;
  complain(
    scope,
    `Virtual server ${nameOf(server)}: hysteresis ${server.hysteresis} >= quorum ${server.quorum}; setting hysteresis to ${reduced}`,
  );
}
/** Packets reach the real server as they were sent: another port there would never be met. */
function isDirect({ method }: VirtualServer): boolean {
  return method === 'DR' || method === 'TUN';
}
function nameOf({ kind, what, port, protocol }: VirtualServer): string {
  if (kind === 'fwmark') return `FWM ${what}`;
  if (kind === 'group') return what;
  return `[${what}]:${protocol?.toLowerCase() ?? 'none'}:${port}`;
}
