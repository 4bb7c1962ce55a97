/** Two readings of a unit's state that most decisions turn on. */
import type { ActiveState } from './state';

export function isDown(active: ActiveState): boolean {
  return active === 'inactive' || active === 'failed';
}
export function isUp(active: ActiveState): boolean {
  return active === 'active' || active === 'reloading';
}
