/** `compression algo gzip`, `compression type text/html`, `compression offload`. Checked, but not modelled. Source: 2.6.12 flt_http_comp.c. */
import { fail, type Line, NONE, type ParserState } from './context';

const ALGORITHMS: readonly string[] = ['identity', 'gzip', 'deflate', 'raw-deflate'];

export function parseCompression(state: ParserState, line: Line): number {
  const values = line.from(2);
  switch (line.at(1)) {
    case 'algo': {
      // Vendor: the place stands there twice.
      if (values.length === 0)
        return fail(state, `${line.head}${line.head}'compression' expects <algorithm>.`);
      const unknown = values.find((name) => !ALGORITHMS.includes(name));
      return unknown === undefined
        ? NONE
        : fail(state, `${line.head}'compression' : '${unknown}' is not a supported algorithm.`);
    }
    case 'type':
      return values.length > 0 ? NONE : fail(state, `${line.head}'compression' expects <type>.`);
    case 'offload':
      return NONE;
    default:
      return fail(state, `${line.head}'compression' expects 'algo', 'type' or 'offload'`);
  }
}
