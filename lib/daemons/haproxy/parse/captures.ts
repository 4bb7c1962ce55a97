/**
 * What a frontend keeps of messages for its log: `capture`, `declare capture`
 * and the `capture` action of rules.
 * Source: HAProxy 2.6 configuration manual §4.2 "capture cookie", "capture request
 * header", "declare capture", "http-request capture"; 2.6.12 `http_act.c`, `tcp_rules.c`, `proxy.c`.
 */

import type { CaptureAction, TcpRule } from '../config';
import { FETCHES, placeBits, sourceTitles } from '../samples';
import type { Outcome } from './outcome';
import {
  type Draft,
  ERROR,
  fail,
  leadingInteger,
  type Line,
  NONE,
  type ParserState,
  titleOf,
  tooManyWords,
  warnWithout,
} from './context';
import type { SampleContext } from './pattern-files';
import { parseSampleWords } from './sample';

/** `capture cookie <name> len <length>`, `capture request header <name> len <length>` */
export function parseCaptureLine(state: ParserState, proxy: Draft, line: Line): number {
  const bits = warnWithout(state, proxy, 'frontend', line, 'capture');
  const [what, where] = [line.at(1), line.at(2)];
  if (what === 'cookie') {
    if (proxy.kind === 'defaults')
      return bits | fail(state, `${line.head}'capture cookie' not allowed in 'defaults' section.`);
    if (tooManyWords(state, line, 4, 1)) return bits | ERROR;
    if (line.at(4) === '')
      return bits | fail(state, `${line.head}'capture' expects 'cookie' <cookie_name> 'len' <len>.`);
    proxy.captures.cookie = { name: line.at(2), length: leadingInteger(line.at(4)) };
    return bits;
  }
  if ((what === 'request' || what === 'response') && where === 'header') {
    if (proxy.kind === 'defaults')
      return bits | fail(state, `${line.head}'capture ${what}' not allowed in 'defaults' section.`);
    if (tooManyWords(state, line, 4, 1)) return bits | ERROR;
    if (line.at(3) === '' || line.at(4) !== 'len' || line.at(5) === '')
      return bits | fail(state, `${line.head}'capture ${what}' expects 'header' <header_name> 'len' <len>.`);
    proxy.captures[what].push({ header: line.at(3).toLowerCase(), length: leadingInteger(line.at(5)) });
    return bits;
  }
  return (
    bits | fail(state, `${line.head}'capture' expects 'cookie' or 'request header' or 'response header'.`)
  );
}

/** `declare capture request len <length>`: a slot for rules to fill. */
export function parseDeclareLine(state: ParserState, proxy: Draft, line: Line): number {
  const refuse = (text: string): number => fail(state, line.head + text);
  if (proxy.kind === 'defaults') return refuse("'declare' not available in default section");
  if (!proxy.hasFrontend) return refuse("'declare' only available in frontend or listen section");
  const [what, side] = [line.at(1), line.at(2)];
  if (what === '')
    return refuse("'declare' needs a second keyword that specify the type of declaration ('capture')");
  if (what !== 'capture') return refuse(`unknown declaration type '${what}' (supports 'capture')`);
  if (side !== 'request' && side !== 'response')
    return refuse("'declare capture' requires a direction ('request' or 'response')");
  if (line.at(3) !== 'len') return refuse("'declare capture' requires a capture length ('len')");
  if (line.at(4) === '')
    return refuse("'declare capture': 'len' requires a numeric value that represents the capture length");
  if (!/^-?\d+$/.test(line.at(4)))
    return refuse(`'declare capture': cannot parse the length '${line.at(3)}'.`);
  const length = Number(line.at(4));
  if (length <= 0) return refuse('length must be > 0');
  proxy.captures[side].push({ header: undefined, length });
  return NONE;
}

interface CaptureUse {
  readonly side: 'request' | 'response';
  readonly places: number;
  readonly context: SampleContext;
}

/** An action and the word that follows it. */
type Parsed = Outcome<{ readonly action: CaptureAction; readonly next: number }>;

/** `http-request capture <sample> len <length>` or `id <slot>`, from word `from`. */
export function parseCaptureAction(
  proxy: Draft,
  line: Line,
  from: number,
  { side, places, context }: CaptureUse,
): Parsed {
  let end = from;
  while (!['', 'if', 'unless'].includes(line.at(end))) end++;
  if (end - from < 2) return { error: USAGE[side] };
  const parsed = parseSampleWords(line.from(from), context);
  if ('error' in parsed) return parsed;
  const { expression } = parsed;
  const fetch = FETCHES.get(expression.fetch);
  if (fetch !== undefined && (fetch.places & places) === 0)
    return {
      error: `fetch method '${line.at(from)}' extracts information from '${sourceTitles(fetch.sources)}', none of which is available here`,
    };
  const at = from + parsed.wordsUsed;
  const [word, value] = [line.at(at), line.at(at + 1)];
  const made = (index: number): Parsed => ({
    value: { action: { type: 'capture', side, expression, index }, next: at + 2 },
  });
  if (word === 'id') {
    if (value === '' || at + 1 === end) return { error: USAGE[side] };
    return /^-?\d+$/.test(value) ? made(Number(value)) : { error: `cannot parse id '${value}'` };
  }
  if (side === 'response') return { error: `expects 'id', found '${word}'` };
  if (word !== 'len') return { error: `expects 'len' or 'id', found '${word}'` };
  if (value === '' || at + 1 === end) return { error: USAGE[side] };
  if (!proxy.hasFrontend) return { error: `proxy '${proxy.id}' has no frontend capability` };
  const length = leadingInteger(value);
  return length <= 0 ? { error: 'length must be > 0' } : made(declare(proxy, length));
}
const USAGE = {
  request: "expects <expression> [ 'len' <length> | id <idx> ]",
  response: 'expects <expression> id <idx>',
};

/** One more slot; its number. */
function declare(proxy: Draft, length: number): number {
  return proxy.captures.request.push({ header: undefined, length }) - 1;
}

/** `tcp-request content capture <sample> len <length>` */
export function parseTcpCapture(
  proxy: Draft,
  line: Line,
  where: TcpRule['where'],
  context: SampleContext,
): Parsed {
  const refuse = (text: string): Parsed => ({ error: `'tcp-request ${where} capture' : ${text}` });
  const parsed = parseSampleWords(line.from(3), context);
  if (where !== 'content')
    return {
      error: `'capture ${line.at(3)}' is not allowed in 'tcp-request ${where}' rules in ${titleOf(proxy)} '${proxy.id}'`,
    };
  if ('error' in parsed) return refuse(parsed.error);
  const { expression, wordsUsed } = parsed;
  const fetch = FETCHES.get(expression.fetch);
  if (fetch !== undefined && (fetch.places & placeBits('frontend tcp-request content rule')) === 0)
    return refuse(
      `fetch method '${line.at(3)}' extracts information from 'nothing', none of which is available here`,
    );
  const at = 3 + wordsUsed;
  if (line.at(at) !== 'len') return refuse("a positive 'len' argument is mandatory");
  const length = leadingInteger(line.at(at + 1));
  if (length <= 0) return refuse('length must be > 0');
  const index = declare(proxy, length);
  return { value: { action: { type: 'capture', side: 'request', expression, index }, next: at + 2 } };
}
