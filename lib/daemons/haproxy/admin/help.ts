/**
 * The commands of the runtime API, what `help` says of them, and which ones an
 * unknown command may have meant.
 * Source: recorded `help` of 2.6.12; src/cli.c `cli_gen_usage_msg`.
 */
import { fingerprintDistance, fingerprintOf } from '../fingerprint';

const TEXT = `abort ssl ca-file <cafile>              : abort a transaction for a CA file
abort ssl cert <certfile>               : abort a transaction for a certificate file
abort ssl crl-file <crlfile>            : abort a transaction for a CRL file
add acl [@<ver>] <acl> <pattern>        : add an acl entry
add map [@<ver>] <map> <key> <val>      : add a map entry (payload supported instead of key/val)
add server <bk>/<srv>                   : create a new server
add ssl crt-list <list> <cert> [opts]*  : add to crt-list file <list> a line <cert> or a payload
clear acl [@<ver>] <acl>                : clear the contents of this acl
clear counters [all]                    : clear max statistics counters (or all counters)
clear map [@<ver>] <map>                : clear the contents of this map
clear table <table> [<filter>]*         : remove an entry from a table (filter: data/key)
commit acl @<ver> <acl>                 : commit the ACL at this version
commit map @<ver> <map>                 : commit the map at this version
commit ssl ca-file <cafile>             : commit a CA file
commit ssl cert <certfile>              : commit a certificate file
commit ssl crl-file <crlfile>           : commit a CRL file
del acl <acl> [<key>|#<ref>]            : delete acl entries matching <key>
del map <map> [<key>|#<ref>]            : delete map entries matching <key>
del server <bk>/<srv>                   : remove a dynamically added server
del ssl ca-file <cafile>                : delete an unused CA file
del ssl cert <certfile>                 : delete an unused certificate file
del ssl crl-file <crlfile>              : delete an unused CRL file
del ssl crt-list <list> <cert[:line]>   : delete a line <cert> from crt-list file <list>
disable agent                           : disable agent checks
disable dynamic-cookie backend <bk>     : disable dynamic cookies on a specific backend
disable frontend <frontend>             : temporarily disable specific frontend
disable health                          : disable health checks
disable server (DEPRECATED)             : disable a server for maintenance (use 'set server' instead)
enable agent                            : enable agent checks
enable dynamic-cookie backend <bk>      : enable dynamic cookies on a specific backend
enable frontend <frontend>              : re-enable specific frontend
enable health                           : enable health checks
enable server  (DEPRECATED)             : enable a disabled server (use 'set server' instead)
get acl <acl> <value>                   : report the patterns matching a sample for an ACL
get map <acl> <value>                   : report the keys and values matching a sample for a map
get var <name>                          : retrieve contents of a process-wide variable
get weight <bk>/<srv>                   : report a server's current weight
new ssl ca-file <cafile>                : create a new CA file to be used in a crt-list
new ssl cert <certfile>                 : create a new certificate file to be used in a crt-list or a directory
new ssl crlfile <crlfile>               : create a new CRL file to be used in a crt-list
operator                                : lower the level of the current CLI session to operator
prepare acl <acl>                       : prepare a new version for atomic ACL replacement
prepare map <acl>                       : prepare a new version for atomic map replacement
set dynamic-cookie-key backend <bk> <k> : change a backend secret key for dynamic cookies
set map <map> [<key>|#<ref>] <value>    : modify a map entry
set maxconn frontend <frontend> <value> : change a frontend's maxconn setting
set maxconn global <value>              : change the per-process maxconn setting
set maxconn server <bk>/<srv>           : change a server's maxconn setting
set profiling <what> {auto|on|off}      : enable/disable resource profiling (tasks,memory)
set rate-limit <setting> <value>        : change a rate limiting value
set server <bk>/<srv> [opts]            : change a server's state, weight, address or ssl
set severity-output [none|number|string]: set presence of severity level in feedback information
set ssl ca-file <cafile> <payload>      : replace a CA file
set ssl cert <certfile> <payload>       : replace a certificate file
set ssl crl-file <crlfile> <payload>    : replace a CRL file
set ssl ocsp-response <resp|payload>    : update a certificate's OCSP Response from a base64-encode DER
set ssl tls-key [id|file] <key>         : set the next TLS key for the <id> or <file> listener to <key>
set table <table> key <k> [data.* <v>]* : update or create a table entry's data
set timeout [cli] <delay>               : change a timeout setting
set weight <bk>/<srv>  (DEPRECATED)     : change a server's weight (use 'set server' instead)
show acl [@<ver>] <acl>]                : report available acls or dump an acl's contents
show activity                           : show per-thread activity stats (for support/developers)
show backend                            : list backends in the current running config
show cache                              : show cache status
show cli level                          : display the level of the current CLI session
show cli sockets                        : dump list of cli sockets
show env [var]                          : dump environment variables known to the process
show errors [<px>] [request|response]   : report last request and/or response errors for each proxy
show events [<sink>] [-w] [-n]          : show event sink state
show fd [num]                           : dump list of file descriptors in use or a specific one
show info [desc|json|typed|float]*      : report information about the running process
show libs                               : show loaded object files and libraries
show map [@ver] [map]                   : report available maps or dump a map's contents
show peers [dict|-] [section]           : dump some information about all the peers or this peers section
show pools                              : report information about the memory pools usage
show profiling [<what>|<#lines>|byaddr]*: show profiling state (all,status,tasks,memory)
show resolvers [id]                     : dumps counters from all resolvers section and associated name servers
show schema json                        : report schema used for stats
show servers conn [<backend>]           : dump server connections status (all or for a single backend)
show servers state [<backend>]          : dump volatile server information (all or for a single backend)
show sess [id]                          : report the list of current sessions or dump this exact session
show ssl ca-file [<cafile>[:<index>]]   : display the SSL CA files used in memory, or the details of a <cafile>, or a single certificate of index <index> of a CA file <cafile>
show ssl cert [<certfile>]              : display the SSL certificates used in memory, or the details of a file
show ssl crl-file [<crlfile[:<index>>]] : display the SSL CRL files used in memory, or the details of a <crlfile>, or a single CRL of index <index> of CRL file <crlfile>
show ssl crt-list [-n] [<list>]         : show the list of crt-lists or the content of a crt-list file <list>
show ssl ocsp-response [id]             : display the IDs of the OCSP responses used in memory, or the details of a single OCSP response
show ssl providers                      : show loaded SSL providers
show startup-logs                       : report logs emitted during HAProxy startup
show stat [desc|json|no-maint|typed|up]*: report counters for each proxy and server
show table <table> [<filter>]*          : report table usage stats or dump this table's contents (filter: data/key)
show tasks                              : show running tasks
show threads                            : show some threads debugging information
show tls-keys [id|*]                    : show tls keys references or dump tls ticket keys when id specified
show trace [<module>]                   : show live tracing state
show version                            : show version of the current process
shutdown frontend <frontend>            : stop a specific frontend
shutdown session [id]                   : kill a specific session
shutdown sessions server <bk>/<srv>     : kill sessions on a server
trace [<module>|0] [cmd [args...]]      : manage live tracing (empty to list, 0 to stop all)
user                                    : lower the level of the current CLI session to user
help [<command>]                        : list matching or all commands
prompt                                  : toggle interactive mode with prompt
quit                                    : disconnect`;

export interface Entry {
  /** Literal words in front. */
  readonly words: readonly string[];
  readonly usage: string;
}
const ENTRIES: readonly Entry[] = TEXT.split('\n').map((usage) => {
  const words: string[] = [];
  for (const word of usage.split(/[\s:]+/)) {
    if (!/^[a-z][a-z0-9-]*$/.test(word)) break;
    words.push(word);
    // What follows two blanks is the description.
    if (usage.slice(usage.indexOf(word, words.slice(0, -1).join(' ').length) + word.length).startsWith('  '))
      break;
  }
  return { words, usage };
});
/** These three are always said last. */
const COMMON = ['help', 'prompt', 'quit'];
/** What only operators and administrators, or only administrators, may do. */
const ADMIN_WORDS =
  /^(?:abort|add|clear counters all|commit|del|disable|enable|new|prepare|set(?! timeout)|shutdown|trace)\b/;

export type Level = 'user' | 'operator' | 'admin';

/** The command whose words stand at the beginning; the longest. */
export function findCommand(words: readonly string[]): Entry | undefined {
  let best: Entry | undefined;
  for (const entry of ENTRIES)
    if (entry.words.every((word, i) => words[i] === word) && entry.words.length > (best?.words.length ?? 0))
      best = entry;
  return best;
}
export function isForbidden(words: readonly string[], level: Level): boolean {
  if (level === 'admin') return false;
  const text = words.join(' ');
  return (
    ADMIN_WORDS.test(text) ||
    (level === 'user' && /^(?:show (?:env|errors|sess|cli sockets)|clear)\b/.test(text))
  );
}

/** `help`, or the answer to a command that does not exist. */
export function helpText(words: readonly string[], level: Level, isAsked: boolean): string {
  const visible = ENTRIES.filter(
    ({ words: own }) => !isForbidden(own, level) && !COMMON.includes(own[0] ?? ''),
  );
  const { entries, isWhole } = candidates(visible, words);
  const common = ENTRIES.filter(({ words: own }) => COMMON.includes(own[0] ?? ''));
  const head =
    words.length === 0 || (isAsked && isWhole)
      ? 'The following commands are valid at this level:'
      : 'Unknown command, but maybe one of the following ones is a better match:';
  return `${[head, ...[...entries, ...common].map(({ usage }) => `  ${usage}`)].join('\n')}\n`;
}

const MOST_MATCHES = 5;
function candidates(
  visible: readonly Entry[],
  words: readonly string[],
): { entries: readonly Entry[]; isWhole: boolean } {
  if (words.length === 0) return { entries: visible, isWhole: true };
  const matched = ({ words: own }: Entry): number => {
    let length = 0;
    while (length < own.length && own[length] === words[length]) length++;
    return length;
  };
  const longest = Math.max(...visible.map(matched));
  const best = visible.filter((entry) => matched(entry) === longest);
  if (longest >= words.length) return { entries: best, isWhole: true };
  const given = fingerprintOf(words.slice(longest));
  const byDistance = best
    .map((entry) => ({ entry, far: fingerprintDistance(given, fingerprintOf(entry.words.slice(longest))) }))
    .sort((a, b) => a.far - b.far);
  const limit = (5 * (byDistance[0]?.far ?? 0)) / 2;
  const near = byDistance
    .filter(({ far }) => far <= limit)
    .slice(0, MOST_MATCHES)
    .map(({ entry }) => entry);
  return { entries: visible.filter((entry) => near.includes(entry)), isWhole: false };
}
