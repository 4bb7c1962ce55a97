/**
 * `cache` sections. Source: HAProxy 2.6 configuration manual §6.2 "Cache section"; 2.6.12 `cache.c`
 * `cfg_parse_cache`; recorded `haproxy -c` runs.
 */
import {
  ABORT,
  ALERT,
  fail,
  FATAL,
  leadingInteger,
  type Line,
  NONE,
  type ParserState,
  warn,
  WARN,
} from './context';

/** Megabytes. */
const LARGEST_CACHE = 4095;
const MEGABYTE = 1_048_576;

export function parseCacheLine(state: ParserState, line: Line): number {
  const cache = state.caches.at(-1);
  if (cache === undefined) return NONE;
  const [keyword, text] = [line.at(0), line.at(1)];
  const value = leadingInteger(text);
  const isNumber = /^\d+$/.test(text);
  const wrong = (): number =>
    warn(state, `${line.tightHead}${keyword} wrong value '${text}'`) | ABORT | FATAL;
  switch (keyword) {
    case 'total-max-size':
      if (!isNumber) return wrong();
      if (value > LARGEST_CACHE)
        return (
          warn(
            state,
            `${line.tightHead}"total-max-size" (${value}) must not be greater than ${LARGEST_CACHE}`,
          ) |
          ABORT |
          FATAL
        );
      cache.totalSize = value;
      return NONE;
    case 'max-age':
      // Vendor: the warning is made and never said.
      if (!isNumber) return WARN;
      cache.maxAge = value;
      return NONE;
    case 'max-object-size':
      if (!isNumber) return wrong();
      cache.largest = value;
      return NONE;
    case 'process-vary':
      if (text === 'on' || text === 'off') return NONE;
      return warn(
        state,
        `${line.tightHead}'process-vary' expects "on" or "off" (enable or disable vary processing).`,
      );
    default:
      return NONE;
  }
}

/** What can only be said when the section has ended. */
export function cachesWithoutSize(state: ParserState): number {
  let bits = NONE;
  for (const { name, totalSize, largest } of state.caches) {
    const most = (totalSize * MEGABYTE) / 2;
    if (totalSize > 0 && largest > most)
      bits |= fail(state, `"max-object-size" is limited to an half of "total-max-size" => ${most}`) | ALERT;
    if (totalSize === 0) bits |= fail(state, `Size not specified for cache '${name}'`) | ALERT;
  }
  return bits;
}
