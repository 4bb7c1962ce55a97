/**
 * Lines of sections of which only the shape is checked: `mailers`, `ring`, `log-forward`, `program`, `fcgi-app`, `peers`.
 * Source: 2.6.12 `cfgparse.c` `cfg_parse_mailers`, `cfg_parse_peers`, `sink.c` `cfg_parse_ring`, `log.c` `cfg_parse_log_forward`,
 * `mworker-prog.c`, `fcgi-app.c`; recorded `haproxy -c` runs.
 */
import { parseAddress } from './address';
import { fail, FATAL, leadingInteger, type Line, NONE, type ParserState, warn } from './context';
import { LOG_FORMATS } from './log';
import { parseTime } from './time';

export function parseSmallSectionLine(state: ParserState, line: Line): number {
  switch (state.section) {
    case 'peers':
      return parsePeersLine(state, line);
    case 'mailers':
      return parseMailersLine(state, line);
    case 'ring':
      return parseRingLine(state, line);
    case 'program':
      return parseProgramLine(state, line);
    case 'fcgi-app':
      return parseFcgiAppLine(state, line);
    default:
      return NONE;
  }
}

function parseFcgiAppLine(state: ParserState, line: Line): number {
  const app = state.fcgiApps.at(-1);
  if (app !== undefined && line.at(0) === 'docroot') app.hasDocroot = true;
  return NONE;
}

function parsePeersLine(state: ParserState, line: Line): number {
  const peers = state.peers.at(-1);
  const [keyword, name] = [line.at(0), line.at(1)];
  if (peers === undefined) return NONE;
  if (keyword === 'disabled') peers.disabled = true;
  if (!/^(?:peer|server|bind)$/.test(keyword)) return NONE;
  peers.hasPeers = true;
  if (keyword === 'bind' || name !== state.surroundings.hostname) return NONE;
  const known = peers.local;
  if (known !== undefined)
    return fail(
      state,
      // Vendor: the name stands there once more.
      `${line.head}'${keyword} ${name}' : local peer name already referenced at ${known.file}:${known.line}. ${name}`,
    );
  peers.local = line.place;
  return NONE;
}

function parseMailersLine(state: ParserState, line: Line): number {
  const [keyword, first, second] = [line.at(0), line.at(1), line.at(2)];
  if (keyword === 'timeout') {
    if (first === '') return fail(state, `${line.head}'timeout' expects 'mail' and <time> as arguments.`);
    if (first !== 'mail')
      return fail(state, `${line.head}'timeout' expects 'mail' and <time> as arguments got '${first}'.`);
    if (second === '') return fail(state, `${line.head}'timeout mail' expects <time> as argument.`);
    const time = parseTime(second, 'ms');
    if ('micros' in time) return NONE;
    return time.fault === 'overflow'
      ? fail(
          state,
          `${line.tightHead}timer overflow in argument <${second}> to <timeout mail>, maximum value is 2147483647 ms (~24.8 days).`,
        )
      : fail(
          state,
          `${line.tightHead}unexpected character '${time.character}' in argument to <timeout mail>.`,
        );
  }
  if (second === '')
    return fail(state, `${line.head}'mailer' expects <name> and <addr>[:<port>] as arguments.`);
  const parsed = parseAddress(second, {
    allowsPort: true,
    needsPort: true,
    resolve: (host) => state.surroundings.address(host),
  });
  return 'error' in parsed ? fail(state, `${line.head}'mailer ${first}' : ${parsed.error}`) : NONE;
}

/** A ring has 16 kB before its first line. */
const RING_SIZE = 16_384;
function parseRingLine(state: ParserState, line: Line): number {
  const [keyword, value] = [line.at(0), line.at(1)];
  switch (keyword) {
    case 'size': {
      if (!/^\d+$/.test(value))
        return fail(state, `${line.head}invalid size '${value}' for new sink buffer.`);
      const size = leadingInteger(value);
      if (size >= RING_SIZE) return NONE;
      return (
        warn(
          state,
          `${line.head}ignoring new size '${size}' that is smaller than current size '${RING_SIZE}' for ring '${state.rings.at(-1)?.name ?? ''}'.`,
        ) | FATAL
      );
    }
    case 'format':
      return LOG_FORMATS.includes(value) ? NONE : fail(state, `${line.head}unknown format '${value}'.`);
    case 'server':
    case 'timeout': {
      const ring = state.rings.at(-1);
      if (ring === undefined) return NONE;
      if (keyword === 'server') ring.hasServer = true;
      else ring.timeouts.add(value);
      return NONE;
    }
    default:
      return NONE;
  }
}

function parseProgramLine(state: ParserState, line: Line): number {
  const program = state.programs.at(-1);
  const [keyword, value] = [line.at(0), line.at(1)];
  if (program !== undefined && keyword === 'command') program.hasCommand = true;
  if (keyword !== 'user' && keyword !== 'group') return NONE;
  const id = keyword === 'user' ? state.surroundings.user(value) : state.surroundings.group(value);
  return id === undefined
    ? fail(state, `${line.head}cannot find ${keyword} id for '${value}' (0:Success)`)
    : NONE;
}

/** What can only be said when all sections are read. */
export function finishSmallSections(state: ParserState): string[] {
  const problems: string[] = [];
  for (const { name, hasDocroot } of state.fcgiApps)
    if (!hasDocroot) problems.push(`fcgi-app '${name}': no docroot configured.`);
  for (const { name, hasServer, timeouts } of state.rings)
    if (hasServer && !(timeouts.has('connect') && timeouts.has('server')))
      warn(
        state,
        `missing timeouts for backend '${name}'.\n   | While not properly invalid, you will certainly encounter various problems\n   | with such a configuration. To fix this, please ensure that all following\n   | timeouts are set to a non-zero value: 'client', 'connect', 'server'.`,
      );
  return problems;
}
