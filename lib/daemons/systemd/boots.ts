/** When the host was up, as wtmp keeps it (`last reboot`). */
import type { Host } from '../../world/world.contract';

/** systemd-update-utmp: boots go into /var/log/wtmp, whatever becomes of the journal. */
export function noteBoot(host: Host): void {
  const noted = host.state.extra.get(BOOTS);
  const boots = Array.isArray(noted) ? [...noted] : [];
  host.state.extra.set(BOOTS, [...boots, { from: host.clock() }]);
}
export function noteShutdown(host: Host): void {
  const noted = host.state.extra.get(BOOTS);
  const last = Array.isArray(noted) ? (noted.at(-1) as { from: number } | undefined) : undefined;
  if (!Array.isArray(noted) || last === undefined) return;
  host.state.extra.set(BOOTS, [...noted.slice(0, -1), { from: last.from, to: host.clock() }]);
}
const BOOTS = 'disk:wtmp-boots';
