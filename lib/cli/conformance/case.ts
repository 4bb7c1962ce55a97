/** The forms of recorded cases, as ../shared/truth/README.md describes them: only what the players read. */

/** A lab: hosts on segments, a timeline, what was seen. */
export interface LabCase {
  name: string;
  segments: Record<string, { subnet: string }>;
  hosts: Record<string, LabHost>;
  timeline?: LabStep[];
  checks?: LabCheck[];
  duration?: number;
  /** False: hosts do not know each other's names. */
  etc_hosts?: boolean;
  expect?: {
    observations: Record<string, unknown>;
    keepalived_states?: Record<string, unknown>;
  };
}
export interface LabHost {
  ifaces?: Record<string, { segment: string; address?: string; addresses?: string[] }>;
  gateway?: string | null;
  routes?: string[];
  ip_forward?: boolean;
  sysctl?: Record<string, string | number>;
  files?: Record<string, LabFile>;
  setup?: string[];
  services?: (string | LabService)[];
}
export type LabFile = string | { text: string; mode?: string };
export interface LabService {
  name?: string;
  kind?: string;
  at?: number | null;
  port?: number;
  appname?: string;
  app?: AppControls;
}
export type AppControls = Record<string, string | number | boolean>;
export interface LabCheck {
  label: string;
  cmd: string;
  host?: string;
  files?: Record<string, LabFile>;
  pre?: string[];
  post?: string[];
}
/** One entry of the timeline: `do` or `probe`, and what belongs to it. */
export interface LabStep {
  t: number;
  id?: string;
  do?: string;
  probe?: string;
  host?: string;
  service?: string;
  scope?: 'main' | 'all' | 'child';
  sig?: string;
  files?: Record<string, LabFile>;
  iface?: string;
  state?: 'up' | 'down';
  mode?: string;
  set?: AppControls;
  cmd?: string;
  path?: string;
  text?: string;
  vip?: string | string[];
  url?: string;
  count?: number;
  gap?: number;
  jar?: string;
  headers?: Record<string, string>;
  method?: string;
  body?: string;
  timeout?: number;
  connect_timeout?: number;
  parallel?: boolean | number;
  bind?: string;
  ip?: string;
  port?: number;
  op?: 'open' | 'use';
  conn?: string;
  rate?: number;
  duration?: number;
}

/** What was seen of one step. `unsupported` names what the simulator does not do. */
export interface Observation {
  value?: unknown;
  elapsed?: number;
  measures?: LoadMeasures;
  unsupported?: string;
}
export interface LoadMeasures {
  total: number;
  ok: number;
  failed: number;
  failed_by: Record<string, number>;
  backends: Record<string, number>;
  longest_gap_between_successful_completions: number;
  longest_gap_between_starts_of_successful: number;
  first_fail_started: number | null;
  last_fail_started: number | null;
}
export interface LabResult {
  observations: Record<string, Observation>;
  keepalived_states: Record<string, { states: [string, string][]; times: number[] }>;
}
