/** What somebody does on the canvas, as plain data; `plan.ts` makes edits of it. */
import type { Chaos, FaultEntry, Flow, HostPart, LinkPart, ZonePart } from './document';

export interface Place {
  x: number;
  y: number;
}
/** Copied parts, as the clipboard holds them. */
export interface Fragment {
  zones: Record<string, ZonePart>;
  hosts: Record<string, HostPart>;
  links: LinkPart[];
}
export type Intent =
  /** A palette entry; a place on the canvas, or none: wherever there is room. */
  | { do: 'place'; entry: string; zone?: string; at?: Place }
  | {
      do: 'move';
      /** Place within the zone; with `zone` into another one. */
      hosts: { id: string; x: number; y: number; zone?: string }[];
      zones: { id: string; x: number; y: number; width?: number; height?: number }[];
      label?: string;
    }
  | { do: 'remove'; ids: string[] }
  | { do: 'rename'; id: string; name: string }
  | { do: 'title'; title: string }
  | { do: 'describe'; id: string; description: string }
  | { do: 'lock'; ids: string[]; locked: boolean }
  | { do: 'group'; zones: string[]; label: string; parent?: string }
  | { do: 'ungroup'; environment: string }
  | { do: 'connect'; from: string; to: string; flow: Flow }
  | { do: 'disconnect'; flows: { from: string; to: string; flow: Flow }[] }
  | { do: 'copy-in'; fragment: Fragment; zone?: string; shift: Place }
  | { do: 'address'; id: string; device: string; address: string }
  | { do: 'packages'; id: string; packages: string[]; enable: string[] }
  | { do: 'rate'; host: string; rate: number }
  | { do: 'all-rates'; factor: number }
  | { do: 'plan-fault'; at: number; fault: FaultEntry }
  | { do: 'forget-fault'; id: string }
  | { do: 'chaos'; chaos: Chaos };
