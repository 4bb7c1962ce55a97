/**
 * The words of HAProxy 2.6's configuration language as tables: keyword, where
 * it may stand, what follows it, how far the simulator models it, and where it
 * is documented. The checker and the editor read the same tables.
 *
 * `modelled` acts as documented; `accepted` has no effect that can be seen in
 * the simulator (tuning of memory, threads, sockets); `not modelled` is refused
 * by nobody but named in our diagnostics; `removed` gets the daemon's own error.
 *
 * Source: HAProxy 2.6 configuration manual (the § of each row), and for words
 * that only the program knows, `haproxy -dKcfg` of 2.6.12 as Debian 12 builds it.
 */

export type Effect = 'modelled' | 'accepted' | 'not modelled' | 'removed';

/** One word and what is known of it. */
export interface Directive {
  readonly keyword: string;
  /** letters of the sections: g global, d defaults, f frontend, l listen, b backend */
  readonly sections: string;
  readonly arguments: string;
  readonly effect: Effect;
  readonly source: string;
}

const EFFECTS: ReadonlyMap<string, Effect> = new Map([
  ['+', 'modelled'],
  ['.', 'accepted'],
  ['-', 'not modelled'],
  ['x', 'removed'],
]);

/** Reads rows `keyword; sections; effect; §; arguments`. Several keywords may share a row. */
function table(text: string): readonly Directive[] {
  return text
    .trim()
    .split('\n')
    .flatMap((row) => {
      const [keywords = '', sections = '', effect = '', source = '', args = ''] = row
        .split(';')
        .map((cell) => cell.trim());
      return keywords.split(' ').map((keyword) => ({
        keyword,
        sections,
        arguments: args,
        effect: EFFECTS.get(effect) ?? 'not modelled',
        source: `HAProxy 2.6 configuration manual §${source}`,
      }));
    });
}

/** The words of `global` that the daemon keeps in its registry; suggestions look here first. */
export const REGISTERED_GLOBAL_DIRECTIVES = table(`
ca-base crt-base; g; +; 3.1; <dir>
close-spread-time; g; .; 3.1; <time>
default-path; g; -; 3.1; { current | config | parent | origin <path> }
grace; g; -; 3.1; <time>
h1-accept-payload-with-any-method h1-case-adjust h1-case-adjust-file; g; .; 3.1
hard-stop-after; g; +; 3.1; <time>
httpclient.resolvers.id httpclient.resolvers.prefer httpclient.ssl.ca-file httpclient.ssl.verify; g; .; 3.1
issuers-chain-path; g; +; 3.1; <dir>
lua-load lua-load-per-thread lua-prepend-path; g; -; 3.1; <file>
maxsslconn; g; .; 3.2; <number>
mworker-max-reloads; g; .; 3.1; <number>
nbthread thread-group thread-groups; g; .; 3.1; <number>
no-memory-trimming pp2-never-send-local; g; .; 3.1
profiling.tasks; g; .; 3.2; { auto | on | off }
set-var set-var-fmt; g; -; 3.1; <var-name> <expr>
ssl-default-bind-options ssl-default-server-options; g; +; 3.1; [<option>]...
ssl-dh-param-file; g; .; 3.1; <file>
ssl-mode-async ssl-propquery; g; .; 3.1
ssl-default-bind-ciphers ssl-default-server-ciphers; g; +; 3.1; <ciphers>
ssl-default-bind-curves; g; .; 3.1; <curves>
ssl-default-bind-ciphersuites ssl-default-server-ciphersuites; g; +; 3.1; <ciphersuites>
ssl-load-extra-files; g; +; 3.1; <none|all|bundle|sctl|ocsp|issuer|key>*
ssl-load-extra-del-ext; g; +; 3.1
ssl-provider ssl-provider-path ssl-skip-self-issued-ca; g; .; 3.1
stats; g; +; 3.1; { socket [<address:port>|<path>] [param*] | timeout <timeout> | maxconn <connections> }
tune.fail-alloc tune.fd.edge-triggered tune.h2.header-table-size tune.h2.initial-window-size; g; .; 3.2
tune.h2.max-concurrent-streams tune.h2.max-frame-size tune.idle-pool.shared tune.listener.multi-queue; g; .; 3.2
tune.lua.forced-yield tune.lua.maxmem tune.lua.service-timeout tune.lua.session-timeout tune.lua.task-timeout; g; .; 3.2
tune.peers.max-updates-at-once tune.pool-high-fd-ratio tune.pool-low-fd-ratio tune.sched.low-latency; g; .; 3.2
tune.ssl.cachesize tune.ssl.capture-buffer-size tune.ssl.capture-cipherlist-size tune.ssl.default-dh-param; g; .; 3.2
tune.ssl.force-private-cache tune.ssl.hard-maxrecord tune.ssl.keylog tune.ssl.lifetime tune.ssl.maxrecord; g; .; 3.2
tune.ssl.ssl-ctx-cache-size tune.vars.check-max-size tune.vars.global-max-size tune.vars.proc-max-size; g; .; 3.2
tune.vars.reqres-max-size tune.vars.sess-max-size tune.vars.txn-max-size; g; .; 3.2
`);

/** The other words of `global`. */
export const COMMON_GLOBAL_DIRECTIVES = table(`
global; g; +; 3
daemon; g; +; 3.1
master-worker; g; +; 3.1; [no-exit-on-failure]
noepoll nokqueue noevports nopoll; g; .; 3.2
busy-polling; g; .; 3.2
set-dumpable; g; .; 3.1
insecure-fork-wanted insecure-setuid-wanted; g; .; 3.1
nosplice nogetaddrinfo noreuseport; g; .; 3.2
quiet; g; +; 3.3
zero-warning; g; +; 3.3
tune.runqueue-depth tune.maxpollevents tune.maxaccept tune.recv_enough tune.buffers.limit; g; .; 3.2; <number>
tune.buffers.reserve tune.bufsize tune.maxrewrite tune.idletimer; g; .; 3.2; <number>
tune.rcvbuf.client tune.rcvbuf.server tune.sndbuf.client tune.sndbuf.server tune.pipesize; g; .; 3.2; <number>
tune.http.cookielen tune.http.logurilen tune.http.maxhdr tune.comp.maxlevel tune.pattern.cache-size; g; .; 3.2; <number>
uid gid; g; +; 3.1; <number>
external-check; g; -; 3.1
user group; g; +; 3.1; <name>
nbproc; g; x; 3.1; <number>
maxconn; g; +; 3.2; <number>
ssl-server-verify; g; +; 3.1; [none|required]
maxconnrate maxsessrate maxsslrate; g; +; 3.2; <number>
maxcomprate maxpipes maxzlibmem maxcompcpuusage; g; .; 3.2; <number>
ulimit-n; g; .; 3.1; <number>
chroot; g; +; 3.1; <jail dir>
description; g; +; 3.1; <text>
node; g; +; 3.1; <name>
pidfile; g; +; 3.1; <pidfile>
unix-bind; g; .; 3.1; [ prefix <prefix> ] [ mode <mode> ] [ user <user> ] [ uid <uid> ] [ group <group> ] [ gid <gid> ]
log; g; +; 3.1; <address> [len <length>] [format <format>] [sample <ranges>:<size>] <facility> [max level [min level]]
log-send-hostname; g; .; 3.1; [<string>]
server-state-base server-state-file; g; -; 3.1; <path>
log-tag; g; +; 3.1; <string>
spread-checks; g; +; 3.2; <0..50, in percent>
max-spread-checks; g; +; 3.2; <delay in milliseconds>
cpu-map; g; .; 3.1; [auto:]<process-set>[/<thread-set>] <cpu-set>...
setenv presetenv; g; +; 3.1; <name> <value>
unsetenv resetenv; g; +; 3.1; <name>...
strict-limits; g; .; 3.1
localpeer; g; .; 3.1; <name>
numa-cpu-mapping; g; .; 3.1
cluster-secret; g; .; 3.1; <secret>
`);

/** Sections that a suggestion in `global` may also name. */
export const GLOBAL_EXTRA_WORDS = ['defaults', 'listen', 'frontend', 'backend', 'peers', 'resolvers'];

/** Words of `global` that the daemon knows but never suggests. */
export const UNSUGGESTED_GLOBAL_DIRECTIVES = table(`
fd-hard-limit; g; .; 3.1; <number>
tune.chksize; g; x; 3.2; <number>
expose-experimental-directives; g; .; 3.1
h2-workaround-bogus-websocket-clients; g; .; 3.1
`);

/**
 * The words of `defaults`, `frontend`, `listen` and `backend` that the daemon
 * keeps in its registry; suggestions look here first.
 */
export const REGISTERED_PROXY_DIRECTIVES = table(`
clitcpka-cnt clitcpka-idle clitcpka-intvl; dfl; .; 4.2; <value>
clitimeout contimeout srvtimeout; dflb; x; 4.2; <timeout>
compression; dflb; +; 4.2; algo <algorithm>... | type <mime type>... | offload
declare; fl; +; 4.2; capture [ request | response ] len <length>
errorfile; dflb; +; 4.2; <code> <file>
errorfiles; dflb; +; 4.2; <name> [<code> ...]
errorloc errorloc302 errorloc303; dflb; +; 4.2; <code> <url>
external-check; dlb; -; 4.2; { command <command> | path <path> }
filter; flb; .; 4.2; <name> [param*]
http-check; dlb; +; 4.2; { comment | connect | disable-on-404 | expect | send | send-state | set-var | unset-var } ...
http-error; dflb; +; 4.2; status <code> ...
max-keep-alive-queue; dlb; .; 4.2; <value>
rate-limit; dfl; +; 4.2; sessions <rate>
retry-on; dlb; +; 4.2; [space-delimited list of keywords]
srvtcpka-cnt srvtcpka-idle srvtcpka-intvl; dlb; .; 4.2; <value>
tcp-check; dlb; -; 4.2; { comment | connect | expect | send | send-binary | send-lf | set-var | unset-var } ...
tcp-request; dflb; +; 4.2; { connection | content | inspect-delay | session } ...
tcp-response; dlb; -; 4.2; { content | inspect-delay } ...
timeout; dflb; +; 4.2; { check | client | client-fin | connect | http-keep-alive | http-request | queue | server | server-fin | tarpit | tunnel } <timeout>
use-fcgi-app; lb; -; 10.1; <name>
`);

/** The other words of proxy sections, in the order in which suggestions look at them. */
export const COMMON_PROXY_DIRECTIVES = table(`
listen frontend backend defaults; dflb; +; 4; <name> [ from <defaults_name> ]
server; lb; +; 4.2; <name> <address>[:[port]] [param*]
default-server; dlb; +; 4.2; [param*]
server-template; lb; +; 4.2; <prefix> <num | range> <fqdn>[:<port>] [param*]
bind; fl; +; 4.2; [<address>]:<port_range> [, ...] [param*]
monitor-net; fl; x; 4.2
monitor-uri; dfl; +; 4.2; <uri>
mode; dflb; +; 4.2; { tcp|http }
id; flb; +; 4.2; <value>
description; flb; +; 4.2; <string>
disabled enabled; dflb; +; 4.2
bind-process; dflb; .; 4.2; [ all | <process_num> ]
acl; dflb; +; 4.2; <aclname> <criterion> [flags] [operator] <value> ...
dynamic-cookie-key; dlb; +; 4.2; <string>
cookie; dlb; +; 4.2; <name> [ rewrite | insert | prefix ] [ indirect ] [ nocache ] [ postonly ] [ preserve ] [ httponly ] [ secure ] [ domain <domain> ]* [ maxidle <idle> ] [ maxlife <life> ] [ dynamic ] [ attr <value> ]*
email-alert; dflb; -; 4.2; { from | level | mailers | myhostname | to } ...
persist; dlb; -; 4.2; rdp-cookie[(<name>)]
appsession; dlb; x; 4.2
load-server-state-from-file server-state-file-name; dlb; -; 4.2
max-session-srv-conns; dfl; .; 4.2; <number>
capture; fl; +; 4.2; { cookie <name> | request header <name> | response header <name> } len <length>
retries; dlb; +; 4.2; <value>
http-request; dflb; +; 4.2; <action> [options...] [ { if | unless } <condition> ]
http-response; dflb; +; 4.2; <action> [options...] [ { if | unless } <condition> ]
http-after-response; dflb; +; 4.2; <action> [options...] [ { if | unless } <condition> ]
http-send-name-header; dlb; +; 4.2; [<header>]
block; flb; x; 4.2
redirect; flb; +; 4.2; { location <loc> | prefix <pfx> | scheme <sch> } [code <code>] <option> [{if | unless} <condition>]
use_backend; fl; +; 4.2; <backend> [{if | unless} <condition>]
use-server; lb; +; 4.2; <server> {if | unless} <condition>
force-persist ignore-persist; lb; +; 4.2; { if | unless } <condition>
stick-table; flb; +; 4.2; type {ip | integer | string [len <length>] | binary [len <length>]} size <size> [expire <expire>] [nopurge] [peers <peersect>] [srvkey <srvkey>] [store <data_type>]*
stick; lb; +; 4.2; { match | on | store-request | store-response } <pattern> [table <table>] [{if | unless} <cond>]
stats; dflb; +; 4.2; { admin | auth | enable | hide-version | http-request | realm | refresh | scope | show-desc | show-legends | show-node | uri } ...
option; dflb; +; 4.2; <name> ...
default_backend; dfl; +; 4.2; <backend>
http-reuse; dlb; .; 4.2; { never | safe | aggressive | always }
monitor; fl; +; 4.2; fail { if | unless } <condition>
transparent; dlb; -; 4.2
maxconn; dfl; +; 4.2; <conns>
backlog; dfl; +; 4.2; <conns>
fullconn; dlb; +; 4.2; <conns>
dispatch; lb; -; 4.2; <address>:<port>
balance; dlb; +; 4.2; <algorithm> [ <arguments> ]
hash-type; dlb; +; 4.2; <method> <function> <modifier>
hash-balance-factor; dlb; -; 4.2; <factor>
unique-id-format unique-id-header; dfl; +; 4.2; <string>
log-format; dfl; +; 4.2; <string>
log-format-sd; dfl; -; 4.2; <string>
log-tag; dflb; +; 4.2; <string>
log; dflb; +; 4.2; global | <address> [len <length>] [format <format>] <facility> [<level> [<minlevel>]]
source; dlb; +; 4.2; <addr>[:<port>] [usesrc { <addr2>[:<port2>] | client | clientip }] [interface <name>]
usesrc; dlb; -; 4.2
error-log-format; dfl; +; 4.2; <string>
`);

/** Words that the daemon knows but never suggests. */
export const UNSUGGESTED_PROXY_DIRECTIVES = table(`
redispatch redisp grace; dflb; x; 4.2
cliexp reqrep reqdel reqdeny reqpass reqallow reqtarpit reqirep reqidel reqideny; dflb; x; 4.2
reqipass reqiallow reqitarpit reqadd srvexp rsprep rspdel rspdeny rspirep rspidel rspideny rspadd; dflb; x; 4.2
`);

/** An `option` that is on or off. */
export interface OptionDirective extends Directive {
  /** only acts in HTTP mode */
  readonly needsHttp: boolean;
}

function options(text: string): readonly OptionDirective[] {
  return table(text).map((row) => ({ ...row, needsHttp: row.arguments === 'HTTP', arguments: '' }));
}

/** Options that are switches; the last column says `HTTP` where they need that mode. */
export const SWITCH_OPTIONS = options(`
abortonclose; lb; +; 4.2
allbackups; lb; +; 4.2
checkcache; lb; -; 4.2; HTTP
clitcpka; fl; .; 4.2
contstats; fl; .; 4.2
dontlognull; fl; +; 4.2
http-buffer-request; flb; .; 4.2; HTTP
http-ignore-probes; fl; +; 4.2; HTTP
idle-close-on-response; fl; .; 4.2; HTTP
prefer-last-server; lb; +; 4.2; HTTP
logasap; fl; .; 4.2
nolinger; flb; .; 4.2
persist; lb; +; 4.2
srvtcpka; lb; .; 4.2
transparent; lb; -; 4.2
splice-request splice-response splice-auto; flb; .; 4.2
accept-invalid-http-request; fl; .; 4.2; HTTP
accept-invalid-http-response; lb; .; 4.2; HTTP
dontlog-normal; fl; +; 4.2
log-separate-errors; fl; +; 4.2
log-health-checks; lb; +; 4.2
socket-stats; fl; .; 4.2
tcp-smart-accept; fl; .; 4.2
tcp-smart-connect; lb; .; 4.2
independent-streams; flb; .; 4.2
http-use-proxy-header; fl; .; 4.2; HTTP
http-pretend-keepalive; lb; .; 4.2; HTTP
http-no-delay; flb; .; 4.2; HTTP
h1-case-adjust-bogus-client; fl; .; 4.2
h1-case-adjust-bogus-server; lb; .; 4.2
disable-h2-upgrade; fl; .; 4.2; HTTP
`);

/** The other options, in the order in which suggestions look at them. */
export const COMMON_OPTIONS = table(`
httpclose http-server-close http-keep-alive; dflb; +; 4.2
redispatch; dlb; +; 4.2; [<interval>]
httplog; dfl; +; 4.2; [ clf ]
tcplog; dflb; +; 4.2
tcpka; dflb; .; 4.2
httpchk; dlb; +; 4.2; [<method>] [<uri>] [<version>]
ssl-hello-chk; dlb; +; 4.2
smtpchk; dlb; -; 4.2; [<hello> <domain>]
pgsql-check; dlb; -; 4.2; user <username>
redis-check; dlb; -; 4.2
mysql-check; dlb; -; 4.2; [ user <username> [ { post-41 | pre-41 } ] ]
ldap-check spop-check; dlb; -; 4.2
tcp-check; dlb; +; 4.2
external-check; dlb; -; 4.2
forwardfor; dflb; +; 4.2; [ except <network> ] [ header <name> ] [ if-none ]
original-to; dflb; -; 4.2
`);

/** Options known but not suggested. */
export const UNSUGGESTED_OPTIONS = table(`
originalto; dflb; +; 4.2; [ except <network> ] [ header <name> ]
httpslog; dfl; +; 4.2
http-restrict-req-hdr-names; dflb; .; 4.2; { preserve | delete | reject }
forceclose http-tunnel http_proxy; dflb; x; 4.2
`);

/** A parameter of `server` or `bind`. */
export interface Parameter {
  readonly keyword: string;
  /** words that follow it; -1: it takes its words itself */
  readonly takes: number;
  /** may stand in `default-server` */
  readonly inDefault: boolean;
  readonly effect: Effect;
}

/** Rows `effect takes inDefault: keywords`. */
function parameters(text: string): readonly Parameter[] {
  return text
    .trim()
    .split('\n')
    .flatMap((row) => {
      const [head = '', keywords = ''] = row.split(':');
      const [effect = '', takes = '', inDefault = ''] = head.trim().split(' ');
      return keywords
        .trim()
        .split(' ')
        .map((keyword) => ({
          keyword,
          takes: Number(takes),
          inDefault: inDefault === 'y',
          effect: EFFECTS.get(effect) ?? 'not modelled',
        }));
    });
}

/** Parameters of `server` (§5.2). */
export const SERVER_PARAMETERS = parameters(`
+ 0 y: backup
+ 1 y: cookie
+ 0 y: disabled enabled
+ 1 y: error-limit
. 1 y: ws
+ 1 n: id
+ 1 y: init-addr
. 1 y: log-proto
+ 1 y: maxconn
+ 1 y: maxqueue
. 1 y: max-reuse
+ 1 y: minconn
- 1 y: namespace
+ 0 y: no-backup
+ 0 y: no-send-proxy no-send-proxy-v2 no-tfo
+ 0 y: non-stick
+ 1 y: observe on-error on-marked-down on-marked-up
. 1 y: pool-low-conn pool-max-conn pool-purge-delay
. 1 y: proto
- 1 y: proxy-v2-options redir
- 1 y: resolve-net resolve-opts
. 1 y: resolve-prefer
+ 1 y: resolvers
+ 0 y: send-proxy send-proxy-v2
+ 1 y: slowstart
+ -1 y: source
+ 0 y: stick
. 0 y: tfo
+ 1 y: track
- 1 y: socks4
- 0 y: usesrc
+ 1 y: weight
+ 1 y: addr
+ 1 y: agent-addr
+ 0 y: agent-check
+ 1 y: agent-inter agent-port agent-send
+ 0 y: check
. 1 y: check-proto
+ 0 y: check-send-proxy
- 0 y: check-via-socks4
+ 0 y: no-agent-check no-check no-check-send-proxy
+ 1 y: rise fall inter fastinter downinter port
. 1 y: tcp-ut
- 0 y: allow-0rtt
+ 1 y: alpn ca-file
. 1 y: check-alpn
+ 1 y: check-sni
+ 0 y: check-ssl
+ 1 y: ciphers ciphersuites
- 1 y: crl-file
+ 1 y: crt
+ 0 y: force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13
+ 0 y: no-check-ssl no-send-proxy-v2-ssl no-send-proxy-v2-ssl-cn no-ssl no-ssl-reuse
+ 0 n: no-sslv3 no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13
. 0 y: no-tls-tickets
- 1 y: npn
- 0 y: send-proxy-v2-ssl send-proxy-v2-ssl-cn
+ 1 y: sni
+ 0 y: ssl
+ 1 y: ssl-min-ver ssl-max-ver
. 0 y: ssl-reuse tls-tickets
+ 1 y: verify verifyhost
`);

/** Words that a suggestion for a `server` parameter may also be. */
export const SERVER_EXTRA_WORDS = [
  'ipv4',
  'ipv6',
  'legacy',
  'octet-count',
  'fail-check',
  'sudden-death',
  'mark-down',
];

/** Parameters of `bind` and `stats socket` (§5.1). */
export const BIND_PARAMETERS = parameters(`
- 0 n: allow-0rtt
+ 1 n: alpn ca-file ca-ignore-err
- 1 n: ca-sign-file ca-sign-pass
+ 1 n: ca-verify-file ciphers ciphersuites
- 1 n: crl-file
+ 1 n: crt
+ 1 n: crt-ignore-err crt-list
. 1 n: curves ecdhe
+ 0 n: force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13
- 0 n: generate-certificates
. 0 n: no-ca-names
+ 0 n: no-sslv3
. 0 n: no-tls-tickets
+ 0 n: no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13
- 1 n: npn
+ 0 n: prefer-client-ciphers
+ 0 n: ssl
+ 1 n: ssl-max-ver ssl-min-ver
+ 0 n: strict-sni
. 1 n: tls-ticket-keys
+ 1 n: verify
- 1 n: accept-netscaler-cip
+ 0 n: accept-proxy
+ 1 n: backlog
. 1 n: expose-fd
. 1 n: id
+ 1 n: maxconn
+ 1 n: name
. 1 n: nice
. 1 n: process
. 1 n: proto
. 1 n: shards
. 1 n: thread
+ 1 n: level
. 1 n: severity-output
. 0 n: defer-accept
- 1 n: interface
. 1 n: mss
- 1 n: namespace
. 1 n: tcp-ut
. 0 n: tfo
- 0 n: transparent
. 0 n: v4v6 v6only
+ 1 n: mode gid group uid user
`);

/** An action of `http-request` and its kin. `prefix`: more may follow the word itself, as in `set-var(txn.x)`. */
export interface ActionDirective {
  readonly keyword: string;
  readonly isPrefix: boolean;
  readonly effect: Effect;
}

/** Words in the daemon's order; `(*)` marks a prefix, `+`, `.` or `-` before a word its effect. */
function actions(text: string): readonly ActionDirective[] {
  return text
    .trim()
    .split(/\s+/)
    .map((word) => ({
      keyword: word.slice(1).replace('(*)', ''),
      isPrefix: word.endsWith('(*)'),
      effect: EFFECTS.get(word.charAt(0)) ?? 'not modelled',
    }));
}

export const HTTP_REQUEST_ACTIONS = actions(`
.wait-for-handshake -ot-group +set-log-level .set-nice -use-service -sc-inc-gpc(*) +sc-inc-gpc0(*) +sc-inc-gpc1(*)
-sc-set-gpt(*) +sc-set-gpt0(*) -send-spoe-group -do-resolve(*) +cache-use +add-acl(*) +add-header +allow +auth +capture
+del-acl(*) +del-header +del-map(*) +deny +disable-l7-retry .early-hint -normalize-uri +redirect +reject
+replace-header +replace-path +replace-pathq +replace-uri +replace-value +return +set-header +set-map(*) +set-method
+set-path +set-pathq +set-query +set-uri .strict-mode +tarpit +track-sc(*) -set-timeout .wait-for-body
+set-var-fmt(*) +set-var(*) +unset-var(*) +set-dst +set-dst-port .set-mark +set-src +set-src-port .set-tos
+silent-drop -set-priority-class -set-priority-offset
`);

export const HTTP_RESPONSE_ACTIONS = actions(`
-ot-group +set-log-level .set-nice -sc-inc-gpc(*) +sc-inc-gpc0(*) +sc-inc-gpc1(*) -sc-set-gpt(*) +sc-set-gpt0(*)
-send-spoe-group +cache-store +add-acl(*) +add-header +allow +capture +del-acl(*) +del-header +del-map(*) +deny
+redirect +replace-header +replace-value +return +set-header +set-map(*) +set-status .strict-mode -track-sc(*)
.wait-for-body +set-var-fmt(*) +set-var(*) +unset-var(*) .set-mark .set-tos +silent-drop
`);

export const HTTP_AFTER_RESPONSE_ACTIONS = actions(`
-ot-group +add-header +allow +capture +del-header +replace-header +replace-value +set-header +set-status
.strict-mode +set-var-fmt(*) +set-var(*) +unset-var(*)
`);

/** Actions of `tcp-request content`, as its error lists them. */
export const TCP_CONTENT_ACTIONS = `'ot-group', 'set-log-level', 'set-nice', 'switch-mode', 'use-service', 'sc-inc-gpc(*)', 'sc-inc-gpc0(*)', 'sc-inc-gpc1(*)', 'sc-set-gpt(*)', 'sc-set-gpt0(*)', 'send-spoe-group', 'do-resolve(*)', 'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)', 'set-src', 'set-src-port', 'set-dst', 'set-dst-port', 'set-mark', 'set-tos', 'silent-drop', 'set-priority-class', 'set-priority-offset'`;

/** Actions of `tcp-request connection` and `session`, as their errors list them. */
export const TCP_CONNECTION_ACTIONS = `'sc-inc-gpc(*)', 'sc-inc-gpc0(*)', 'sc-inc-gpc1(*)', 'sc-set-gpt(*)', 'sc-set-gpt0(*)', 'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)', 'set-dst', 'set-dst-port', 'set-mark', 'set-src', 'set-src-port', 'set-tos', 'silent-drop'`;

const PROXY_DIRECTIVES: readonly Directive[] = [
  ...REGISTERED_PROXY_DIRECTIVES,
  ...COMMON_PROXY_DIRECTIVES,
  ...UNSUGGESTED_PROXY_DIRECTIVES,
];

function byKeyword<D extends { readonly keyword: string }>(list: readonly D[]): ReadonlyMap<string, D> {
  return new Map(list.map((directive) => [directive.keyword, directive]));
}

export const PROXY_DIRECTIVE = byKeyword(PROXY_DIRECTIVES);
export const GLOBAL_DIRECTIVE = byKeyword([
  ...REGISTERED_GLOBAL_DIRECTIVES,
  ...COMMON_GLOBAL_DIRECTIVES,
  ...UNSUGGESTED_GLOBAL_DIRECTIVES,
]);
export const SWITCH_OPTION = byKeyword(SWITCH_OPTIONS);
export const OTHER_OPTION = byKeyword([...COMMON_OPTIONS, ...UNSUGGESTED_OPTIONS]);
export const SERVER_PARAMETER = byKeyword(SERVER_PARAMETERS);
export const BIND_PARAMETER = byKeyword(BIND_PARAMETERS);
