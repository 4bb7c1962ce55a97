/**
 * The sections besides `global` and the proxies. Users are kept for
 * `http-request auth`; of the others only the shape is checked, and our own
 * diagnostics say that they are not modelled.
 * Source: HAProxy 2.6 configuration manual §3.4 "Userlists", §3.5 "Peers", §3.6
 * "Mailers", §5.3.2 "The resolvers section", §3.7 to §3.10, §6.2.
 */

import { parseCacheLine } from './cache';
import { parseErrorSectionLine } from './error-pages';
import { newResolver, parseResolverLine } from './resolvers';
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
  if (WORDS.get(section)?.test(keyword) === true) return parseLine(state, line, keyword);
  return fail(state, `${line.head}unknown keyword '${keyword}' in '${section}' section`);
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
            : `${line.head}missing ${section} name.`,
      );
      return ALERT | ABORT;
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
      state.peers.push({ name, place: line.place, hasLocal: false, hasPeers: false, disabled: false });
      break;
    case 'mailers':
      state.mailers.push({ name, place: line.place, isUsed: false });
      break;
    case 'resolvers':
      state.resolvers.push(newResolver(name, line.place));
      break;
    case 'cache':
      state.caches.push({ file: line.file, line: line.number, name, totalSize: 0, largest: 0, maxAge: 60 });
      break;
    case 'program':
      state.programs.push({ name, hasCommand: false });
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

function parseLine(state: ParserState, line: Line, keyword: string): number {
  if (state.section === 'http-errors') return parseErrorSectionLine(state, line);
  const peers = state.peers.at(-1);
  if (state.section === 'peers' && peers !== undefined) {
    if ((keyword === 'peer' || keyword === 'server') && line.at(1) === state.surroundings.hostname)
      peers.hasLocal = true;
    if (/^(?:peer|server|bind)$/.test(keyword)) peers.hasPeers = true;
    if (keyword === 'disabled') peers.disabled = true;
  }
  switch (state.section) {
    case 'resolvers':
      return parseResolverLine(state, line);
    case 'cache':
      return parseCacheLine(state, line);
    case 'mailers':
      return keyword === 'mailer' && line.at(2) === ''
        ? fail(state, `${line.head}'mailer' expects <name> and <addr>[:<port>] as arguments.`)
        : NONE;
    case 'ring':
      return keyword === 'size' && !/^\d+$/.test(line.at(1))
        ? fail(state, `${line.head}invalid size '${line.at(1)}' for new sink buffer.`)
        : NONE;
    case 'program': {
      const program = state.programs.at(-1);
      if (program !== undefined && keyword === 'command') program.hasCommand = true;
      return NONE;
    }
    default:
      return NONE;
  }
}

/** `userlist`, `group name [users a,b]`, `user name [password|insecure-password x] [groups a,b]` */
function parseUserListLine(state: ParserState, line: Line, isHeader: boolean): number {
  const keyword = line.at(0);
  if (isHeader) {
    const name = line.at(1);
    if (name === '') return fail(state, `${line.tightHead}'userlist' expects <name> as arguments.`);
    const invalid = invalidNameCharacter(name);
    if (invalid !== undefined)
      return fail(
        state,
        `${line.tightHead}character '${invalid}' is not permitted in 'userlist' name '${name}'.`,
      );
    state.userlists.push({ file: line.file, line: line.number, name, users: [], groups: [] });
    return NONE;
  }
  const list = state.userlists.at(-1);
  if (list === undefined) return NONE;
  if (keyword === 'group') {
    if (line.at(1) === '') return fail(state, `${line.tightHead}'group' expects <name> as arguments.`);
    list.groups.push(line.at(1));
    if (line.at(2) === 'users') {
      for (const name of line.at(3).split(','))
        list.users.find((user) => user.name === name)?.groups.push(line.at(1));
    }
    return NONE;
  }
  if (keyword !== 'user')
    return fail(state, `${line.tightHead}unknown keyword '${keyword}' in 'users' section`);
  if (line.at(1) === '') return fail(state, `${line.tightHead}'user' expects <name> as arguments.`);
  if (list.users.some((user) => user.name === line.at(1))) {
    return (fail(state, `${line.tightHead}user '${line.at(1)}' already exists.`) & ~ERROR) | ALERT;
  }
  const user = { name: line.at(1), password: '', isInsecure: true, groups: [] as string[] };
  for (let at = 2; line.at(at) !== ''; at += 2) {
    const word = line.at(at);
    const value = line.at(at + 1);
    if (word === 'password' || word === 'insecure-password') {
      user.password = value;
      user.isInsecure = word === 'insecure-password';
      if (!user.isInsecure) noteEffect(state, line, 'user … password (a hash)', 'not modelled');
    } else if (word === 'groups') user.groups = value.split(',');
    else return fail(state, `${line.tightHead}unknown keyword '${word}' in 'users' section`);
  }
  list.users.push(user);
  return NONE;
}
