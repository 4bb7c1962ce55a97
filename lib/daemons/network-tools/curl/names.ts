/** Names to addresses for curl: `--resolve`, its own cache, and whoever answers (lib/hostip.c). */
import type { Micros } from '../../../std/instant';
import { parseIPv4 } from '../../../std/ipv4';
import type { ProgramContext, Wait, Wake } from '../../../world/process.contract';
import { lookUpName } from '../../host-names';
import type { CurlCall } from './call';
import type { Meter } from './meter';
import type { Trouble } from './trust';
import type { Verbose } from './verbose';

export class Names {
  /** For the time of one call. */
  readonly #known = new Map<string, readonly number[]>();

  constructor(
    private readonly context: ProgramContext,
    private readonly call: CurlCall,
    private readonly verbose: Verbose,
    private readonly meter: Meter,
  ) {}

  /** @param kind what messages call the name */
  *addresses(
    name: string,
    port: number,
    { kind, deadline }: { kind: 'host' | 'proxy'; deadline: Micros | undefined },
  ): Generator<Wait, readonly number[] | Trouble, Wake> {
    const bare = name.replace(/^\[|\]$/g, '');
    const cached = this.#known.get(`${bare}:${port}`);
    if (cached !== undefined) {
      yield* this.verbose.say(`* Hostname ${bare} was found in DNS cache\n`);
      yield* this.meter.begin();
      return cached;
    }
    const given = yield* this.#given(bare, port);
    yield* this.meter.begin();
    if (given !== undefined) return given;
    const found = yield* lookUpName(this.context, bare, {
      quick: true,
      ...(deadline === undefined ? {} : { until: deadline }),
    });
    if (typeof found !== 'string') {
      if (this.call.family === 6 && found.addresses.length > 0)
        return { code: 7, message: "Couldn't connect to server" };
      const addresses = found.addresses.map((address) => (address === 0 ? 0x7f000001 : address));
      this.#known.set(`${bare}:${port}`, addresses);
      return addresses;
    }
    if (found === 'interrupted')
      return {
        code: 28,
        message: `Resolving timed out after ${Math.floor((this.call.maxTime ?? 0) * 1_000) + 1} milliseconds`,
      };
    return { code: kind === 'proxy' ? 5 : 6, message: `Could not resolve ${kind}: ${bare}` };
  }

  /** What `--resolve` says of it. */
  *#given(bare: string, port: number): Generator<Wait, readonly number[] | undefined, Wake> {
    for (const entry of this.call.resolve) {
      if (entry.port !== port || (entry.host !== '*' && entry.host.toLowerCase() !== bare.toLowerCase()))
        continue;
      yield* this.verbose.say(
        `* Added ${entry.host}:${entry.port}:${entry.address} to DNS cache\n* Hostname ${bare} was found in DNS cache\n`,
      );
      const addresses = entry.address
        .split(',')
        .map(parseIPv4)
        .filter((address) => address !== undefined);
      if (addresses.length > 0) return addresses;
    }
    return undefined;
  }
}
