/** What is said between the recorder and the agent inside a host's namespaces: a line of JSON each. */
import type { AppControls, LabFile, LabStep, LoadMeasures } from '../conformance/case';

export interface SetUp {
  readonly addresses: Readonly<Record<string, readonly string[]>>;
  readonly files: Readonly<Record<string, LabFile>>;
  readonly sysctl: Readonly<Record<string, string>>;
  readonly routes: readonly string[];
  readonly gateway: string | undefined;
  readonly commands: readonly string[];
  readonly hosts: string;
}
export interface Ran {
  readonly code: number | 'timeout';
  readonly out: string;
  readonly err: string;
}
/** Started by its kind's usual command line, or as the little application. */
export interface ServiceStart {
  readonly name: string;
  readonly kind: 'keepalived' | 'haproxy' | 'nginx' | 'app';
  readonly appName: string;
  readonly port: number;
  readonly controls: AppControls;
}
export interface Boot {
  /** Written before the first boot only; later the disk has them. */
  readonly files: readonly DiskFile[];
  /** Units that exist on the scenario's hosts and not on this machine: name and text. */
  readonly units: Readonly<Record<string, string>>;
}
export interface DiskFile {
  readonly path: string;
  readonly text?: string;
  readonly link?: string;
  readonly mode?: number;
}

/** Commands to the agent: what goes in and what comes back. */
export interface Commands {
  setUp: [SetUp, string[]];
  put: [{ path: string; file: LabFile }, null];
  remove: [{ path: string }, null];
  execute: [{ command: string; seconds: number; environment?: Record<string, string> }, Ran];
  start: [ServiceStart, null];
  signal: [{ service: string; signal: string; scope: 'main' | 'all' | 'child' }, null];
  controls: [{ service: string; set: AppControls }, null];
  addresses: [null, string[]];
  probe: [LabStep, ProbeSeen];
  boot: [Boot, string[]];
  shutDown: [null, null];
  /** The answer to an `ask`. */
  answer: [{ n: number; ran: Ran }, null];
}
export type CommandName = keyof Commands;
export interface ProbeSeen {
  readonly value: unknown;
  readonly elapsed?: number;
  readonly measures?: LoadMeasures;
}

/** What an agent tells on its own, with the machine's monotonic clock in seconds. */
export type AgentEvent =
  | { event: 'ready'; at: number }
  | { event: 'log'; at: number; service: string; line: string }
  /** A request of the load generator, when it had ended. */
  | { event: 'request'; at: number; request: SeenRequest }
  | { event: 'addresses'; at: number; addresses: Record<string, string[]> }
  | { event: 'listeners'; at: number; listeners: { ip: string; port: number }[] }
  /** A command of the host that the recorder must play: ssh, reboot. */
  | { event: 'ask'; at: number; n: number; tool: string; words: string[]; peer: string };
export interface SeenRequest {
  readonly from: string;
  readonly n: number;
  readonly ok: boolean;
  readonly status: number;
  readonly error: string;
  readonly micros: number;
}
export type FromAgent = AgentEvent | { re: number; result: unknown } | { re: number; error: string };

/** Seconds of the machine's monotonic clock: the same in every namespace. */
export function clock(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1e6;
}
