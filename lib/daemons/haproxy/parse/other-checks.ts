/** Checks in other protocols than HTTP. Source: 2.6.12 tcpcheck.c. */
import { protocolSteps } from './check-steps';
import {
  type Draft,
  ERROR,
  fail,
  type Line,
  NONE,
  type ParserState,
  titleOf,
  tooManyWords,
  warn,
} from './context';

export function parseOtherCheck(state: ParserState, proxy: Draft, line: Line, name: string): number {
  // The daemon forgets to say it of this one.
  const bits =
    proxy.hasBackend || name === 'external-check'
      ? NONE
      : warn(
          state,
          `${line.head}'${name}' ignored because ${titleOf(proxy)} '${proxy.id}' has no backend capability.`,
        );
  const problem = wordProblem(state, line, name);
  if (problem !== NONE) return bits | problem;
  const steps = protocolSteps(name, line.from(2));
  proxy.check.protocolRules = steps ?? [];
  proxy.check.kind =
    name === 'ssl-hello-chk' ? 'tls-hello' : steps === undefined ? 'unsupported' : 'protocol';
  proxy.check.place = line.place;
  proxy.usesExternalCheck = name === 'external-check';
  return bits;
}

function wordProblem(state: ParserState, line: Line, name: string): number {
  switch (name) {
    case 'pgsql-check':
      if (tooManyWords(state, line, 2, 1)) return ERROR;
      return line.at(2) !== 'user' || line.at(3) === ''
        ? fail(state, `${line.head}'${line.at(0)} ${name}' expects 'user <username>' as argument.`)
        : NONE;
    case 'mysql-check':
      return mysqlProblem(state, line);
    case 'smtpchk':
      return tooManyWords(state, line, 2, 1) ? ERROR : NONE;
    default:
      return tooManyWords(state, line, 0, 1) ? ERROR : NONE;
  }
}
function mysqlProblem(state: ParserState, line: Line): number {
  const [word = '', user = '', form = ''] = [line.at(2), line.at(3), line.at(4)];
  if (word === '') return NONE;
  if (word !== 'user')
    return fail(
      state,
      `${line.head}'option mysql-check' only supports optional values: 'user' (got '${word}').`,
    );
  if (user === '')
    return fail(state, `${line.head}'option mysql-check user' expects <username> as argument.`);
  if (!['', 'post-41', 'pre-41'].includes(form))
    return fail(state, `${line.head}keyword 'user' only supports 'post-41' and 'pre-41' (got '${form}').`);
  return tooManyWords(state, line, 3, 1) ? ERROR : NONE;
}
