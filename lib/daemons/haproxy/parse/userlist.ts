/**
 * `userlist` sections. Source: HAProxy 2.6 configuration manual §3.4 "Userlists"; 2.6.12 `cfgparse.c` `cfg_parse_users`, `auth.c`
 * `userlist_postinit`; recorded `haproxy -c` runs.
 */
import {
  ERROR,
  fail,
  invalidNameCharacter,
  type Line,
  NONE,
  noteEffect,
  type ParserState,
  tooManyWords,
  warn,
} from './context';

/** `userlist`, `group name [users a,b]`, `user name [password|insecure-password x] [groups a,b]` */
export function parseUserListLine(state: ParserState, line: Line, isHeader: boolean): number {
  if (isHeader) return parseHeader(state, line);
  const list = state.userlists.at(-1);
  const keyword = line.at(0);
  if (list === undefined) return NONE;
  const isUser = keyword === 'user';
  if (!isUser && keyword !== 'group')
    return fail(state, `${line.tightHead}unknown keyword '${keyword}' in 'users' section`);
  const name = line.at(1);
  if (name === '') return fail(state, `${line.tightHead}'${keyword}' expects <name> as arguments.`);
  const isKnown = isUser ? list.users.some((user) => user.name === name) : list.groups.includes(name);
  if (isKnown)
    return warn(
      state,
      `${line.tightHead}ignoring duplicated ${keyword} '${name}' in userlist '${list.name}'.`,
    );
  return isUser ? parseUser(state, line, name) : parseGroup(state, line, name);
}

function parseHeader(state: ParserState, line: Line): number {
  if (tooManyWords(state, line, 1)) return ERROR;
  const name = line.at(1);
  if (name === '') return fail(state, `${line.tightHead}'userlist' expects <name> as arguments.`);
  const invalid = invalidNameCharacter(name);
  if (invalid !== undefined)
    return fail(
      state,
      `${line.tightHead}character '${invalid}' is not permitted in 'userlist' name '${name}'.`,
    );
  if (state.userlists.some((list) => list.name === name))
    return warn(state, `${line.tightHead}ignoring duplicated userlist '${name}'.`);
  state.userlists.push({ file: line.file, line: line.number, name, users: [], groups: [], members: [] });
  return NONE;
}

function parseGroup(state: ParserState, line: Line, name: string): number {
  const list = state.userlists.at(-1);
  list?.groups.push(name);
  for (let at = 2; line.at(at) !== ''; at += 2) {
    if (line.at(at) !== 'users') return fail(state, `${line.tightHead}'group' only supports 'users' option.`);
    list?.members.push({ group: name, users: line.at(at + 1).split(',') });
  }
  return NONE;
}

function parseUser(state: ParserState, line: Line, name: string): number {
  const user = { name, password: '', isInsecure: true, groups: [] as string[] };
  for (let at = 2; line.at(at) !== ''; at += 2) {
    const word = line.at(at);
    const value = line.at(at + 1);
    if (word === 'password' || word === 'insecure-password') {
      user.password = value;
      user.isInsecure = word === 'insecure-password';
      if (!user.isInsecure) noteEffect(state, line, 'user … password (a hash)', 'not modelled');
    } else if (word === 'groups') user.groups = value.split(',');
    else
      return fail(
        state,
        `${line.tightHead}'user' only supports 'password', 'insecure-password' and 'groups' options.`,
      );
  }
  state.userlists.at(-1)?.users.push(user);
  return NONE;
}

/** What can only be said when all sections are read; members that groups name become members. The number of errors. */
export function finishUserLists(state: ParserState): string[] {
  const problems: string[] = [];
  for (const list of state.userlists) {
    for (const { name, groups } of list.users)
      for (const group of groups)
        if (!list.groups.includes(group))
          problems.push(`userlist '${list.name}': no such group '${group}' specified in user '${name}'`);
    for (const { group, users } of list.members)
      for (const name of users) {
        const user = list.users.find((known) => known.name === name);
        if (user === undefined)
          problems.push(`userlist '${list.name}': no such user '${name}' specified in group '${group}'`);
        else if (!user.groups.includes(group)) user.groups.push(group);
      }
  }
  return problems;
}
