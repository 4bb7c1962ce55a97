/** What crosses the worker boundary about a sandbox: plain data both ways. */
import type { Parameter } from '../../world/parameters';
import type {
  Chaos,
  EnvironmentPart,
  FaultEntry,
  HostPart,
  PlannedFault,
  SandboxDocument,
  ZonePart,
} from './document';
import type { Intent } from './intents';
import type { LinkPicture } from './links';

export type SandboxAsk =
  | { kind: 'intent'; intent: Intent }
  | { kind: 'undo' }
  | { kind: 'redo' }
  /** The whole document, with the files as they are on the hosts now. */
  | { kind: 'document' }
  /** A fault of the registry, now. */
  | { kind: 'strike'; fault: FaultEntry }
  /** What that fault broke is in order again. */
  | { kind: 'mend'; fault: FaultEntry }
  | { kind: 'faults' }
  | { kind: 'reach'; host: string }
  /** What stops if these die? Hosts, or a zone. */
  | { kind: 'without'; ids: string[] }
  | { kind: 'watch-latency'; on: boolean }
  | { kind: 'files'; what: 'lab' | 'scenario' };

export type SandboxReply =
  | { kind: 'edited'; said: string; made: string[] }
  | { kind: 'document'; document: SandboxDocument }
  | { kind: 'faults'; faults: FaultView[] }
  | { kind: 'reach'; host: string; rows: ReachRow[] }
  | { kind: 'without'; ids: string[]; rows: LossRow[] }
  | { kind: 'files'; name: string; files: Record<string, string> };

export interface FaultView {
  kind: string;
  title: string;
  description: string;
  parameters: readonly Parameter[];
  /** It can last for a while and then mend. */
  mends: boolean;
}
/** One try to connect, as a simulated TCP connect went. */
export interface ReachRow {
  to: string;
  address: string;
  port: number;
  /** `open`, or what connect(2) said. */
  result: 'open' | 'refused' | 'timeout' | 'unreachable';
  /** Who decided: a rule, a missing route, nobody listening. */
  why: string;
  at?: string;
  micros: number;
}
/** One traffic source, or one machine, with and without something. */
export interface LossRow {
  what: string;
  before: string;
  after: string;
  tone: 'ok' | 'risk' | 'broken';
}

/** The document as the canvas needs it: no texts of files. */
export interface SandboxView {
  title: string;
  seed: number;
  environments: Record<string, EnvironmentPart>;
  zones: Record<string, ZonePart>;
  hosts: Record<string, Omit<HostPart, 'files'> & { files: string[] }>;
  links: LinkPicture[];
  faults: PlannedFault[];
  chaos: Chaos;
  undo: string | undefined;
  redo: string | undefined;
  /** Packages that this world has. */
  packages: string[];
}
