/** What the builder of a sandbox has selected, copied and open. Of this page only. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Fragment } from '../session/sandbox/intents';
import type { LossRow, ReachRow } from '../session/sandbox/view';

export type SandboxPanel = 'build' | 'break' | 'look' | 'share' | 'host';
export type SandboxDialog =
  /** Choose the far end, or with both ends what may flow. */
  | { kind: 'connect'; from: string; to?: string }
  | { kind: 'rename'; id: string }
  | { kind: 'fault'; host?: string; zone?: string; link?: string; fault?: string }
  | { kind: 'find' }
  | { kind: 'group'; zones: string[] }
  | { kind: 'menu'; ids: string[]; x: number; y: number };

export interface SandboxUi {
  /** Ids of hosts, zones, environments and links (`link:ID`). */
  selected: readonly string[];
  panel: SandboxPanel;
  dialog: SandboxDialog | undefined;
  clipboard: Fragment | undefined;
  /** How often the clipboard was pasted, so that copies do not cover each other. */
  pasted: number;
  reach: { host: string; rows: readonly ReachRow[] } | undefined;
  losses: { ids: readonly string[]; rows: readonly LossRow[] } | undefined;
  latency: boolean;
  snap: boolean;
  /** A click adds to what is chosen, or takes from it: for those without Shift. */
  several: boolean;
  said: string;
}
export type SandboxStore = StoreApi<SandboxUi>;

export function createSandboxStore(): SandboxStore {
  return createStore<SandboxUi>(() => ({
    selected: [],
    panel: 'build',
    dialog: undefined,
    clipboard: undefined,
    pasted: 0,
    reach: undefined,
    losses: undefined,
    latency: false,
    snap: true,
    several: false,
    said: '',
  }));
}
