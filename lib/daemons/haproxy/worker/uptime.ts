import { SECOND, type Micros } from '../../../std/instant';

/** `0d 0h17m40s` */
export function formatDuration(micros: Micros): string {
  const seconds = Math.floor(micros / SECOND);
  return `${Math.floor(seconds / 86_400)}d ${Math.floor((seconds % 86_400) / 3_600)}h${String(Math.floor((seconds % 3_600) / 60)).padStart(2, '0')}m${String(seconds % 60).padStart(2, '0')}s`;
}
