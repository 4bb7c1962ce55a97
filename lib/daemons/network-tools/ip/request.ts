/** One call of `ip`: its global options, the words that follow, and what it needs of the host. */
import type { Network } from '../../../world/network.contract';
import type { ProgramContext } from '../../../world/process.contract';
import type { Host, InterfaceState } from '../../../world/world.contract';
import { misused, netlink } from './failure';

export interface IpOptions {
  family: 'all' | 'inet' | 'inet6' | 'link';
  brief: boolean;
  oneline: boolean;
  statistics: number;
  details: boolean;
  json: boolean;
  pretty: boolean;
}

/** Words taken one after the other. */
export class Words {
  #at = 0;
  constructor(private readonly words: readonly string[]) {}
  get done(): boolean {
    return this.#at >= this.words.length;
  }
  peek(): string | undefined {
    return this.words[this.#at];
  }
  next(): string | undefined {
    return this.words[this.#at++];
  }
  /** The value after a keyword. */
  value(): string {
    const word = this.next();
    if (word === undefined) throw misused('Command line is not complete. Try option "help"');
    return word;
  }
}

export class IpRequest {
  readonly host: Host;
  readonly network: Network;
  /** Lines for standard error that end nothing. */
  readonly warnings: string[] = [];
  constructor(
    readonly context: ProgramContext,
    readonly options: IpOptions,
    readonly words: Words,
  ) {
    this.host = context.host;
    this.network = context.world.network;
  }
  device(name: string): InterfaceState | undefined {
    return this.host.state.interfaces.get(name);
  }
  devices(): InterfaceState[] {
    return [...this.host.state.interfaces.values()].sort((a, b) => a.index - b.index);
  }
  mustBeRoot(): void {
    if (this.context.who.uid !== 0) throw netlink('Operation not permitted');
  }
  /** IPv6 is there unless it is switched off, as it is here by default. */
  get hasIPv6(): boolean {
    return this.host.sysctl('net.ipv6.conf.all.disable_ipv6') === '0';
  }
}

/** Whether `word` is a beginning of `name` (iproute2 `matches`). */
export function isShortFor(word: string, name: string): boolean {
  return word !== '' && name.startsWith(word);
}
