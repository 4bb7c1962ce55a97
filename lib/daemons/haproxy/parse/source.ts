/** `source` of a proxy. Source: HAProxy 2.6 configuration manual §4.2 "source". */

import { parseAddress } from './address';
import { type Draft, fail, type Line, noteEffect, type ParserState, warnWithout } from './context';

export function parseSourceLine(state: ParserState, proxy: Draft, line: Line): number {
  if (line.at(0) === 'usesrc')
    return fail(state, `${line.head}'usesrc' only allowed after a 'source' statement.`);
  const bits = warnWithout(state, proxy, 'backend', line, 'source');
  const value = line.at(1);
  if (value === '') {
    return (
      bits |
      fail(
        state,
        `${line.head}'source' expects <addr>[:<port>], and optionally 'usesrc' <addr>, and 'interface' <name>.`,
      )
    );
  }
  const parsed = parseAddress(value, {
    allowsPort: true,
    resolve: (name) => state.surroundings.address(name),
  });
  if ('error' in parsed) return bits | fail(state, `${line.head}'source ${value}' : ${parsed.error}`);
  proxy.sourceIp = parsed.address.kind === 'inet' && parsed.address.ip !== 0 ? parsed.address.ip : undefined;
  for (let at = 2; line.at(at) !== ''; at += 2) {
    const word = line.at(at);
    if (word !== 'usesrc' && word !== 'interface') {
      return (
        bits | fail(state, `${line.head}'source' only supports optional keywords 'interface' and 'usesrc'.`)
      );
    }
    if (line.at(at + 1) === '') {
      return (
        bits |
        fail(
          state,
          word === 'usesrc'
            ? `${line.head}'usesrc' expects <addr>[:<port>], 'client', or 'clientip' as argument.`
            : `${line.head}'source' : missing interface name.`,
        )
      );
    }
    noteEffect(state, line, `source … ${word}`, 'not modelled');
  }
  return bits;
}
