/** The VRRP process's log lines. */
import { log } from './log';
import type { Vrrp } from './state';

export function say(vrrp: Vrrp, text: string): void {
  log(vrrp.host, vrrp.process, vrrp.state.options, 'Keepalived_vrrp', text);
}
/** With -D only. */
export function sayDetail(vrrp: Vrrp, text: string): void {
  if (vrrp.state.options.logsDetails) say(vrrp, text);
}
