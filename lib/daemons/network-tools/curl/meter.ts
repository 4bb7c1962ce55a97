/** curl's progress meter, at its beginning and its end (lib/progress.c). */
import type { Micros } from '../../../std/instant';

export const METER_HEAD =
  '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0';

export function meterLine(received: number, sent: number, elapsed: Micros): string {
  const seconds = Math.max(elapsed, 1) / 1_000_000;
  const down = Math.floor(received / seconds);
  const up = Math.floor(sent / seconds);
  const total = received + sent;
  const percent = total === 0 ? 0 : 100;
  const time = elapsed >= 1_000_000 ? clock(Math.floor(elapsed / 1_000_000)) : '--:--:--';
  return `\r${String(percent).padStart(3)} ${size(total)}  ${String(received > 0 ? 100 : 0).padStart(3)} ${size(received)}  ${String(sent > 0 ? 100 : 0).padStart(3)} ${size(sent)}  ${size(down)}  ${size(up)} ${total > 0 ? time : '--:--:--'} ${time} --:--:-- ${size(elapsed < 5_000_000 ? down + up : 0)}\n`;
}

function clock(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(Math.floor(seconds / 3_600)).padStart(2)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
/** Five characters: 12345, 1234k, 12.3M. */
function size(bytes: number): string {
  if (bytes < 100_000) return String(bytes).padStart(5);
  if (bytes < 10_000 * 1024) return `${String(Math.floor(bytes / 1024)).padStart(4)}k`;
  if (bytes < 100 * 1024 * 1024) return `${(bytes / 1024 / 1024).toFixed(1).padStart(4)}M`;
  return `${String(Math.floor(bytes / 1024 / 1024)).padStart(4)}M`;
}
