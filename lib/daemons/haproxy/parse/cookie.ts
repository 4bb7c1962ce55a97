/** `cookie` lines. Source: HAProxy 2.6 configuration manual §4.2 "cookie"; 2.6.12 `cfgparse-listen.c`. */

import { SECOND } from '../../../std/instant';
import type { CookieSettings } from '../config';
import { type Draft, fail, FATAL, type Line, NONE, type ParserState, warn, warnWithout } from './context';
import { parseTime, trailingTimeWarning } from './time';

const SUPPORTED =
  "'rewrite', 'insert', 'prefix', 'indirect', 'nocache', 'postonly', 'domain', 'maxidle', 'dynamic', 'maxlife' and 'attr'";

export function parseCookieLine(state: ParserState, proxy: Draft, line: Line): number {
  let bits = warnWithout(state, proxy, 'backend', line, 'cookie');
  if (line.at(1) === '') return bits | fail(state, `${line.head}'cookie' expects <cookie_name> as argument.`);
  const cookie: CookieSettings = {
    file: line.file,
    line: line.number,
    name: line.at(1),
    mode: 'passive',
    indirect: false,
    nocache: false,
    postonly: false,
    preserve: false,
    httponly: false,
    secure: false,
    domains: [],
    attributes: [],
    dynamic: false,
    maxidle: 0,
    maxlife: 0,
  };
  proxy.cookie = cookie;
  const modes: string[] = [];
  for (let at = 2; line.at(at) !== ''; at++) {
    const word = line.at(at);
    switch (word) {
      case 'rewrite':
      case 'insert':
      case 'prefix':
        if (!modes.includes(word)) modes.push(word);
        cookie.mode = word;
        break;
      case 'indirect':
      case 'nocache':
      case 'postonly':
      case 'preserve':
      case 'httponly':
      case 'secure':
        cookie[word] = true;
        break;
      case 'dynamic':
        cookie.dynamic = true;
        break;
      case 'domain':
      case 'attr':
      case 'maxidle':
      case 'maxlife':
        bits |= parseValue(state, line, cookie, word, line.at(++at));
        if ((bits & FATAL) !== 0) return bits;
        break;
      default:
        return bits | fail(state, `${line.head}'cookie' supports ${SUPPORTED} options.`);
    }
  }
  if (modes.includes('rewrite') && cookie.indirect)
    bits |= fail(state, `${line.head}cookie 'rewrite' and 'indirect' modes are incompatible.`);
  if (modes.length > 1)
    bits |= fail(state, `${line.head}cookie 'rewrite', 'insert' and 'prefix' modes are incompatible.`);
  if (cookie.preserve && !modes.includes('insert') && !cookie.indirect) {
    bits |= fail(state, `${line.head}cookie 'preserve' requires at least 'insert' or 'indirect'.`);
  }
  return bits;
}

function parseValue(
  state: ParserState,
  line: Line,
  cookie: CookieSettings,
  word: 'domain' | 'attr' | 'maxidle' | 'maxlife',
  value: string,
): number {
  const names = {
    domain: '<domain>',
    attr: '<value>',
    maxidle: '<idletime> in seconds',
    maxlife: '<lifetime> in seconds',
  };
  if (value === '') return fail(state, `${line.tightHead}'${word}' expects ${names[word]} as argument.`);
  if (word === 'attr') {
    const invalid = /[\x00-\x1f\x7f;]/.exec(value)?.[0];
    if (invalid !== undefined) {
      const code = invalid.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
      return fail(state, `${line.tightHead}character '%x${code}' is not permitted in attribute value.`);
    }
    cookie.attributes.push(value);
    return NONE;
  }
  if (word === 'domain') {
    let bits = NONE;
    if (!value.includes('.')) {
      bits |= warn(
        state,
        `${line.tightHead}domain '${value}' contains no embedded dot, this configuration may not work properly (see RFC6265#5.2.3).`,
      );
    }
    const invalid = /[^A-Za-z0-9_.-]/.exec(value)?.[0];
    if (invalid !== undefined)
      return (
        bits |
        fail(state, `${line.tightHead}character '${invalid}' is not permitted in domain name '${value}'.`)
      );
    cookie.domains.push(value);
    return bits;
  }
  const time = parseTime(value, 's');
  if ('micros' in time) {
    if (time.trailing !== undefined) warn(state, trailingTimeWarning(value, time.trailing));
    cookie[word] = time.micros / SECOND;
    return NONE;
  }
  if (time.fault === 'overflow') {
    return fail(
      state,
      `${line.tightHead}timer overflow in argument <${value}> to <${word}>, maximum value is 2147483647 s (~68 years).`,
    );
  }
  return fail(state, `${line.tightHead}unexpected character '${time.character}' in argument to <${word}>.`);
}
