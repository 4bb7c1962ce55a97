/**
 * `stick-table` and `stick` lines. Source: HAProxy 2.6 configuration manual
 * §4.2 "stick-table", "stick on"; 2.6.12 `stick_table.c` `parse_stick_table()`.
 */

import type { StickTable } from '../config';
import { FETCHES, placeBits, sourceTitles } from '../samples';
import { parseCondition, warnConflicts } from './acl';
import {
  type Draft,
  fail,
  leadingInteger,
  type Line,
  noteEffect,
  type ParserState,
  samplesAt,
  warn,
  WARN,
  warnWithout,
} from './context';
import { parseSampleWords } from './sample';
import { parseTime, trailingTimeWarning } from './time';

const TYPES = ['ip', 'ipv6', 'integer', 'string', 'binary'];
/** What the simulator counts. */
const MODELLED_STORES =
  /^(?:server_id|gpc0|gpc1|gpt0|conn_cnt|conn_cur|conn_rate|sess_cnt|sess_rate|http_req_cnt|http_req_rate|http_err_cnt|http_err_rate|http_fail_cnt|http_fail_rate|gpc0_rate|gpc1_rate|bytes_in_cnt|bytes_out_cnt|bytes_in_rate|bytes_out_rate)(?:\(|$)/;
const STORES =
  /^(?:server_id|server_key|gpt0|gpt|gpc0|gpc1|gpc|gpc_rate|gpc0_rate|gpc1_rate|conn_cnt|conn_cur|conn_rate|sess_cnt|sess_rate|http_req_cnt|http_req_rate|http_err_cnt|http_err_rate|http_fail_cnt|http_fail_rate|bytes_in_cnt|bytes_in_rate|bytes_out_cnt|bytes_out_rate)$/;

export function parseStickTableLine(state: ParserState, proxy: Draft, line: Line): number {
  if (proxy.kind === 'defaults')
    return fail(state, `${line.head}'stick-table' is not supported in 'defaults' section.`);
  const other = state.proxies.find((known) => known.stickTable !== undefined && known.id === proxy.id);
  if (other?.stickTable !== undefined) {
    return fail(
      state,
      `${line.head}stick-table name '${proxy.id}' conflicts with table declared in ${other.kind} '${other.id}' at ${other.stickTable.file}:${other.stickTable.line}.`,
    );
  }
  const table: StickTable = {
    file: line.file,
    line: line.number,
    type: '',
    size: 0,
    expire: undefined,
    noPurge: false,
    stores: [],
  };
  const error = parseTable(state, proxy, line, table);
  if (error !== undefined) return fail(state, error);
  proxy.stickTable = table;
  return 0;
}

function parseTable(state: ParserState, proxy: Draft, line: Line, table: StickTable): string | undefined {
  const head = `${line.head}stick-table: `;
  for (let at = 1; line.at(at) !== ''; at++) {
    const word = line.at(at);
    const value = line.at(at + 1);
    switch (word) {
      case 'size': {
        if (value === '') return `${head}missing argument after '${word}'.`;
        const found = /^(\d+)([kKmMgG]?)(.?)/.exec(value);
        if (found === null || found[3] !== '')
          return `${head}unexpected character '${found?.[3] ?? value.charAt(0)}' in argument of '${word}'.`;
        const shift = 'kmg'.indexOf((found[2] ?? '').toLowerCase() || '-') + 1;
        table.size = Number(found[1]) * 1024 ** shift;
        at++;
        break;
      }
      case 'expire': {
        if (value === '') return `${head}missing argument after '${word}'.`;
        const time = parseTime(value, 'ms');
        if (!('micros' in time)) {
          return time.fault === 'overflow'
            ? `${line.tightHead}stick-table: timer overflow in argument <${value}> to <${word}>, maximum value is 2147483647 ms (~24.8 days).`
            : `${head}unexpected character '${time.character}' in argument of '${word}'.`;
        }
        if (time.trailing !== undefined) state.log.warning(trailingTimeWarning(value, time.trailing));
        table.expire = time.micros;
        at++;
        break;
      }
      case 'peers':
        if (value === '') return `${head}missing argument after '${word}'.`;
        proxy.peersSection = value;
        noteEffect(state, line, 'stick-table peers', 'not modelled');
        at++;
        break;
      case 'nopurge':
        table.noPurge = true;
        break;
      case 'type':
        if (!TYPES.includes(value)) return `${head}unknown type '${value}'.`;
        table.type = value;
        at++;
        if (line.at(at + 1) === 'len') {
          // Vendor: the length is told as a type.
          if (leadingInteger(line.at(at + 2)) < 1) return `${head}unknown type '${line.at(at + 2)}'.`;
          at += 2;
        }
        break;
      case 'srvkey':
        at++;
        break;
      case 'store':
        for (const store of storesOf(value)) {
          const [name = ''] = store.split('(');
          if (!STORES.test(name)) return `${head}unknown store option '${name}'.`;
          if (store.includes('(') && !store.endsWith(')'))
            return `${head}missing closing parenthesis after store option '${name}'.`;
          const problem = storeProblem(name, store);
          if (problem !== undefined) return `${head}${problem}`;
          if (table.stores.some((known) => known.split('(')[0] === name)) {
            warn(state, `${line.tightHead}stick-table: store option '${name}' already enabled, ignored.`);
            continue;
          }
          if (name.endsWith('_rate') && !store.includes('('))
            return `${head}missing argument to store option '${name}'.`;
          table.stores.push(store);
        }
        if (!storesOf(value).every((store) => MODELLED_STORES.test(store)))
          noteEffect(state, line, 'stick-table store', 'not modelled');
        at++;
        break;
      default:
        return `${head}unknown argument '${word}'.`;
    }
  }
  if (table.size === 0) return `${head}missing size.`;
  return table.type === '' ? `${head}missing type.` : undefined;
}

/** Commas between parentheses belong to their store. */
function storesOf(value: string): string[] {
  return value.split(/,(?![^(]*\))/);
}
/** Rates have a period, arrays a number, the others nothing. */
function storeProblem(name: string, store: string): string | undefined {
  const argument = /\((.*)\)$/.exec(store)?.[1];
  if (argument === undefined) return undefined;
  if (name.endsWith('_rate'))
    return 'micros' in parseTime(argument.split(',').at(-1) ?? '', 'ms')
      ? undefined
      : `error when processing store option '${name}'.`;
  return /^(?:gpc|gpt)$/.test(name) ? undefined : `unexpected argument to store option '${name}'.`;
}

export function parseStickLine(state: ParserState, proxy: Draft, line: Line): number {
  if (proxy.kind === 'defaults') return fail(state, `${line.head}'stick' not allowed in 'defaults' section.`);
  if (warnWithout(state, proxy, 'backend', line, 'stick') !== 0) return WARN;
  const verb = line.at(1);
  const onResponse = verb === 'store-response';
  const isStore = onResponse || verb === 'store' || verb === 'store-request' || verb === 'on';
  const isMatch = verb === 'match' || verb === 'on';
  if (!isStore && !isMatch) return fail(state, `${line.head}'stick' expects 'on', 'match', or 'store'.`);
  if (line.at(2) === '') return fail(state, `${line.head}'stick' expects a fetch method.`);
  const parsed = parseSampleWords(line.from(2), samplesAt(state, line.place, { proxy, use: 'stick rule' }));
  if ('error' in parsed) return fail(state, `${line.head}'stick': ${parsed.error}`);
  const fetch = FETCHES.get(parsed.expression.fetch);
  const places = placeBits(
    onResponse ? 'backend stick-store rule' : 'backend use-server, balance or stick-match rule',
  );
  if (fetch !== undefined && (fetch.places & places) === 0) {
    const when = onResponse ? "for 'store-response'" : 'during request';
    return fail(
      state,
      `${line.head}'stick': fetch method '${fetch.name}' extracts information from '${sourceTitles(fetch.sources)}', none of which is available ${when}.`,
    );
  }
  let at = 2 + parsed.wordsUsed;
  let table: string | undefined;
  if (line.at(at) === 'table') {
    table = line.at(at + 1);
    at += 2;
  }
  const rule = {
    file: line.file,
    line: line.number,
    isMatch,
    isStore,
    onResponse,
    expression: parsed.expression,
    table,
  };
  const next = line.at(at);
  if (next === '') {
    proxy.stickRules.push({ ...rule, condition: undefined });
    return 0;
  }
  if (next !== 'if' && next !== 'unless')
    return fail(state, `${line.head}'stick': unknown keyword '${next}'.`);
  const condition = parseCondition(state, proxy, line.from(at), line.place);
  if ('error' in condition)
    return fail(
      state,
      `${line.head}'stick': error detected while parsing sticking condition : ${condition.error}.`,
    );
  proxy.stickRules.push({ ...rule, condition: condition.value });
  return warnConflicts(state, condition.value, places, line.place);
}
