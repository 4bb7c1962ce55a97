/**
 * What the runtime API and agents may do to a server: maintenance, drain, weight, limit.
 * Source: HAProxy 2.6 src/server.c `srv_adm_set_maint` and its kin, `server_parse_weight_change_request`,
 * `server_parse_maxconn_change_request`. What is wrong with a word is told; '' when nothing is.
 */
import { isDynamic } from './balance/choose';
import { checkSwitch } from './checks';
import { serveQueue } from './queue';
import type { Runtime } from './runtime';
import { clearAdmin, setAdmin, weightChanged, type Which } from './server-status';
import { ADMIN } from './state';

const MOST_WEIGHT = 256;
const MOST_PERCENT = 25_600;

export function ready(runtime: Runtime, which: Which): string {
  clearAdmin(runtime, which, ADMIN.forcedDrain, checkSwitch(runtime));
  clearAdmin(runtime, which, ADMIN.forcedMaintenance, checkSwitch(runtime));
  return '';
}
export function maintenance(runtime: Runtime, which: Which): string {
  setAdmin(runtime, which, ADMIN.forcedMaintenance, checkSwitch(runtime));
  clearAdmin(runtime, which, ADMIN.forcedDrain, checkSwitch(runtime));
  return '';
}
export function drain(runtime: Runtime, which: Which): string {
  setAdmin(runtime, which, ADMIN.forcedDrain, checkSwitch(runtime));
  clearAdmin(runtime, which, ADMIN.forcedMaintenance, checkSwitch(runtime));
  return '';
}

export function changeWeight(runtime: Runtime, which: Which, text: string | undefined): string {
  if (text === undefined) return 'Require <weight> or <weight%>.\n';
  const match = /^\s*([+-]?\d+)(%?)(.*)$/.exec(text);
  if (match === null) return 'Empty weight string empty or preceded by garbage';
  const [, digits = '', percent = '', rest = ''] = match;
  const { initialWeight } = which.server;
  let weight = Number(digits);
  const isRelative = percent === '%' && rest === '';
  if (isRelative && weight < 0) return 'Relative weight must be positive.\n';
  if (!isRelative && (weight < 0 || weight > MOST_WEIGHT))
    return 'Absolute weight can only be between 0 and 256 inclusive.\n';
  if (!isRelative && `${percent}${rest}` !== '') return 'Trailing garbage in weight string';
  if (isRelative)
    weight = Math.min(MOST_WEIGHT, Math.floor((initialWeight * Math.min(weight, MOST_PERCENT)) / 100));
  if (weight > 0 && weight !== initialWeight && !isDynamic(runtime.settings(which.proxy).balance))
    return "Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.\n";
  which.server.weight = weight;
  weightChanged(runtime, which);
  return '';
}

export function changeMaxconn(runtime: Runtime, which: Which, text: string | undefined): string {
  if (text === undefined) return 'Require <maxconn>.\n';
  if (!/^-?\d/.test(text)) return 'maxconn string empty or preceded by garbage';
  if (!/^-?\d+$/.test(text)) return 'Trailing garbage in maxconn string';
  which.server.maxconn = Math.max(0, Number(text));
  serveQueue(runtime, which);
  return '';
}
