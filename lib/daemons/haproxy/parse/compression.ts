/** `compression algo gzip`, `compression type text/html`, `compression offload`. Source: 2.6.12 flt_http_comp.c. */
import { type Draft, fail, type Line, NONE, type ParserState, warn } from './context';

const ALGORITHMS: readonly string[] = ['identity', 'gzip', 'deflate', 'raw-deflate'];

export function parseCompression(state: ParserState, proxy: Draft, line: Line): number {
  const values = line.from(2);
  switch (line.at(1)) {
    case 'algo': {
      // Vendor: the place stands there twice.
      if (values.length === 0)
        return fail(state, `${line.head}${line.head}'compression' expects <algorithm>.`);
      const unknown = values.find((name) => !ALGORITHMS.includes(name));
      if (unknown !== undefined)
        return fail(state, `${line.head}'compression' : '${unknown}' is not a supported algorithm.`);
      proxy.compression.algorithms.push(...values);
      return NONE;
    }
    case 'type':
      if (values.length === 0) return fail(state, `${line.head}'compression' expects <type>.`);
      proxy.compression.types.push(...values);
      return NONE;
    case 'offload':
      if (proxy.kind === 'defaults')
        return warn(state, `${line.head}'compression' : 'offload' ignored in 'defaults' section.`);
      proxy.compression.offload = true;
      return NONE;
    default:
      return fail(state, `${line.head}'compression' expects 'algo', 'type' or 'offload'`);
  }
}
