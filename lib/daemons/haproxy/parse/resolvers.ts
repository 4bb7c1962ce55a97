/**
 * `resolvers` sections: whom to ask for names, how long to wait, and how long answers hold.
 * Source: HAProxy 2.6 configuration manual §5.3.2 "The resolvers section"; 2.6.12 `resolvers.c`
 * `cfg_parse_resolvers`; recorded `haproxy -c` runs.
 */
import { SECOND } from '../../../std/instant';
import type { ResolverSettings } from '../config';
import { parseAddress } from './address';
import { ABORT, fail, leadingInteger, type Line, NONE, type ParserState } from './context';
import { parseTime } from './time';

const PORT = 53;
const PAYLOAD = { least: 12, most: 65_535 };
type Hold = keyof ResolverSettings['hold'];

export function parseResolverHeader(state: ParserState, line: Line, name: string): number {
  const twin = state.resolvers.find((known) => known.name === name);
  if (twin === undefined) {
    state.resolvers.push(newResolver(name, line.place));
    return NONE;
  }
  return (
    fail(
      state,
      `Parsing [${line.file}:${line.number}]: resolvers '${name}' has same name as another resolvers (declared at ${twin.file}:${twin.line}).`,
    ) |
    // Vendor: what is refused is told as a lack of memory.
    fail(state, `${line.head}out of memory.`) |
    ABORT
  );
}

function newResolver(name: string, place: { file: string; line: number }): ResolverSettings {
  return {
    file: place.file,
    line: place.line,
    name,
    nameservers: [],
    usesResolvConf: false,
    retries: 3,
    timeouts: { resolve: SECOND, retry: SECOND },
    hold: {
      valid: 10 * SECOND,
      nx: 30 * SECOND,
      refused: 30 * SECOND,
      timeout: 30 * SECOND,
      other: 30 * SECOND,
      obsolete: 0,
    },
  };
}

export function parseResolverLine(state: ParserState, line: Line): number {
  const section = state.resolvers.at(-1);
  if (section === undefined) return NONE;
  const [keyword, first, second] = [line.at(0), line.at(1), line.at(2)];
  switch (keyword) {
    case 'nameserver':
      return parseNameserver(state, line, section);
    case 'parse-resolv-conf':
      section.usesResolvConf = true;
      return NONE;
    case 'hold': {
      if (second === '')
        return (
          fail(state, `${line.head}'${keyword}' expects an <event> and a <time> as arguments.`) |
          fail(state, "<event> can be either 'valid', 'nx', 'refused', 'timeout', or 'other'")
        );
      const time = parseTime(second, 'ms');
      if (!('micros' in time)) return timeProblem(state, line, second, keyword, time);
      if (!Object.hasOwn(section.hold, first))
        return fail(
          state,
          `${line.head}'${keyword}' unknown <event>: '${first}', expects either 'nx', 'timeout', 'valid', 'obsolete' or 'other'.`,
        );
      section.hold[first as Hold] = time.micros;
      return NONE;
    }
    case 'timeout': {
      if (first !== 'retry' && first !== 'resolve')
        return first === ''
          ? fail(state, `${line.head}'${keyword}' expects 'retry' or 'resolve' and <time> as arguments.`)
          : fail(
              state,
              `${line.head}'${keyword}' expects 'retry' or 'resolve' and <time> as arguments got '${first}'.`,
            );
      if (second === '') return fail(state, `${line.head}'${keyword} ${first}' expects <time> as argument.`);
      const time = parseTime(second, 'ms');
      if (!('micros' in time)) return timeProblem(state, line, second, `${keyword} ${first}`, time);
      section.timeouts[first] = time.micros;
      return NONE;
    }
    case 'resolve_retries':
      if (first === '') return fail(state, `${line.head}'${keyword}' expects <nb> as argument.`);
      section.retries = leadingInteger(first);
      return NONE;
    case 'accepted_payload_size': {
      if (first === '') return fail(state, `${line.head}'${keyword}' expects <nb> as argument.`);
      const size = leadingInteger(first);
      return size >= PAYLOAD.least && size <= PAYLOAD.most
        ? NONE
        : fail(
            state,
            `${line.head}'${keyword}' must be between ${PAYLOAD.least} and ${PAYLOAD.most} inclusive (was ${first}).`,
          );
    }
    default:
      return NONE;
  }
}

function parseNameserver(state: ParserState, line: Line, section: ResolverSettings): number {
  const [name, text] = [line.at(1), line.at(2)];
  if (text === '')
    return fail(state, `${line.head}'nameserver' expects <name> and <addr>[:<port>] as arguments.`);
  const parsed = parseAddress(text, {
    allowsPort: true,
    resolve: (host) => state.surroundings.address(host),
  });
  if ('error' in parsed) return fail(state, `${line.head}'nameserver ${name}' : ${parsed.error}`);
  const { address } = parsed;
  if (address.kind === 'inet') {
    if (address.port === 0)
      return fail(state, `${line.head}'nameserver ${name}' : missing port specification in '${text}'`);
    const twin = section.nameservers.find((known) => known.name === name);
    if (twin?.line !== undefined)
      return fail(
        state,
        `Parsing [${line.file}:${line.number}]: nameserver '${name}' has same name as another nameserver (declared at ${line.file}:${twin.line}).`,
      );
    section.nameservers.push({ line: line.number, name, ip: address.ip, port: address.port });
  }
  return NONE;
}

function timeProblem(
  state: ParserState,
  line: Line,
  text: string,
  where: string,
  fault: { fault: string; character?: string },
): number {
  return fail(
    state,
    fault.fault === 'overflow'
      ? `${line.tightHead}timer overflow in argument <${text}> to <${where}>, maximum value is 2147483647 ms (~24.8 days).`
      : `${line.tightHead}unexpected character '${fault.character ?? ''}' in argument to <${where}>.`,
  );
}

/** `nameserver` lines of /etc/resolv.conf stand for `parse-resolv-conf`. */
export function nameserversOf(text: string): ResolverSettings['nameservers'] {
  const found: ResolverSettings['nameservers'] = [];
  for (const line of text.split('\n')) {
    const address = /^\s*nameserver\s+([0-9.]+)\s*$/.exec(line)?.[1];
    const parsed = address === undefined ? undefined : parseAddress(address, { allowsPort: false });
    if (parsed !== undefined && !('error' in parsed) && parsed.address.kind === 'inet')
      found.push({ name: address ?? '', ip: parsed.address.ip, port: PORT });
  }
  return found;
}
