/**
 * The sections besides `global` and the proxies. Users are kept for
 * `http-request auth`; of the others only the shape is checked, and our own
 * diagnostics say that they are not modelled.
 * Source: HAProxy 2.6 configuration manual §3.4 "Userlists", §3.5 "Peers", §3.6
 * "Mailers", §5.3.2 "The resolvers section", §3.7 to §3.10, §6.2.
 */

import { parseCacheLine } from './cache';
import { parseErrorSectionLine } from './error-pages';
import { parseResolverHeader, parseResolverLine } from './resolvers';
import { parseSmallSectionLine } from './small-sections';
import { parseUserListLine } from './userlist';
import {
  ABORT,
  ALERT,
  ERROR,
  fail,
  invalidNameCharacter,
  type Line,
  NONE,
  noteEffect,
  type ParserState,
} from './context';

/** Words of each section; a word that is not among them is the daemon's error. */
const WORDS: ReadonlyMap<string, RegExp> = new Map([
  ['peers', /^(?:peer|server|default-server|bind|default-bind|disabled|enabled|table|log)$/],
  ['mailers', /^(?:mailer|timeout)$/],
  [
    'resolvers',
    /^(?:nameserver|parse-resolv-conf|hold|accepted_payload_size|resolution_pool_size|resolve_retries|timeout)$/,
  ],
  ['cache', /^(?:total-max-size|max-age|max-object-size|max-secondary-entries|process-vary)$/],
  ['http-errors', /^(?:errorfile)$/],
  ['ring', /^(?:description|format|maxlen|server|size|timeout|log|backing-file)$/],
  ['log-forward', /^(?:bind|dgram-bind|log|timeout|maxconn|backlog|option)$/],
  ['program', /^(?:command|user|group|option)$/],
  ['namespace_list', /^(?:namespace)$/],
  ['fcgi-app', /^(?:docroot|index|log-stderr|option|pass-header|path-info|set-param|acl)$/],
]);

export function parseOtherSectionLine(state: ParserState, line: Line, isHeader: boolean): number {
  const { section } = state;
  if (section === 'userlist') return parseUserListLine(state, line, isHeader);
  if (isHeader) return parseHeader(state, line, section);
  const keyword = line.at(0);
  if (WORDS.get(section)?.test(keyword) === true) return parseLine(state, line);
  return unknownWord(state, line, section, keyword);
}

function unknownWord(state: ParserState, line: Line, section: string, keyword: string): number {
  switch (section) {
    case 'log-forward':
      state.log.alert(`${line.head}unknown keyword '${keyword}' in log-forward section.`);
      return ALERT | ABORT;
    case 'fcgi-app':
      return fail(state, `${line.tightHead}unknown keyword '${keyword}' in 'fcgi-app' section`);
    case 'ring':
      return fail(state, `${line.head}unknown statement '${keyword}'.`);
    default:
      return fail(state, `${line.head}unknown keyword '${keyword}' in '${section}' section`);
  }
}

function parseHeader(state: ParserState, line: Line, section: string): number {
  const name = line.at(1);
  if (section !== 'http-errors' && section !== 'resolvers' && section !== 'cache')
    noteEffect(state, line, `${section} section`, 'not modelled');
  if (section !== 'namespace_list') {
    if (name === '') {
      state.log.alert(
        /^(?:peers|mailers|resolvers|http-errors)$/.test(section)
          ? `${line.head}missing name for ${section} section.`
          : section === 'cache' || section === 'program'
            ? `${line.head}'${section}' expects ${section === 'cache' ? 'a <name>' : 'an <id>'} argument`
            : // Vendor: it is called so there.
              section === 'log-forward'
              ? `${line.head}missing name for ip-forward section.`
              : `${line.head}missing ${section} name.`,
      );
      return section === 'ring' ? ERROR : ALERT | ABORT;
    }
    const invalid = invalidNameCharacter(name);
    if (invalid !== undefined)
      return fail(
        state,
        `${line.head}character '${invalid}' is not permitted in '${section}' name '${name}'.`,
      );
  }
  switch (section) {
    case 'peers':
      state.peers.push({ name, place: line.place, local: undefined, hasPeers: false, disabled: false });
      break;
    case 'mailers':
      state.mailers.push({ name, place: line.place, isUsed: false });
      break;
    case 'resolvers':
      return parseResolverHeader(state, line, name);
    case 'cache':
      state.caches.push({ file: line.file, line: line.number, name, totalSize: 0, largest: 0, maxAge: 60 });
      break;
    case 'program':
      state.programs.push({ name, hasCommand: false });
      break;
    case 'fcgi-app':
      state.fcgiApps.push({ name, hasDocroot: false });
      break;
    case 'ring':
      state.rings.push({ name, hasServer: false, timeouts: new Set() });
      break;
    case 'http-errors':
      return parseErrorSectionHeader(state, line, name);
    default:
      break;
  }
  return NONE;
}

function parseErrorSectionHeader(state: ParserState, line: Line, name: string): number {
  const twin = state.httpErrors.find((known) => known.name === name);
  if (twin === undefined) {
    state.httpErrors.push({ file: line.file, line: line.number, name, pages: new Map() });
    return NONE;
  }
  return fail(
    state,
    `${line.tightHead}http-errors section '${name}' already exists (declared at ${twin.file}:${twin.line}).`,
  );
}

function parseLine(state: ParserState, line: Line): number {
  if (state.section === 'http-errors') return parseErrorSectionLine(state, line);
  switch (state.section) {
    case 'resolvers':
      return parseResolverLine(state, line);
    case 'cache':
      return parseCacheLine(state, line);
    default:
      return parseSmallSectionLine(state, line);
  }
}
