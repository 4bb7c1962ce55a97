/** ssh(1) of OpenSSH 9.2p1: a shell or a command on another host. Recorded in truth/host (b09, c13). Not modelled: forwarding, ProxyJump, agents, escape characters. */
import { SECOND } from '../../std/instant';
import type { SocketEvent } from '../../world/network.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import { parseOptions } from '../command-options';
import { errnoText } from '../host-names';
import { Mailbox } from '../mailbox';
import { Client, type Entered } from './client';
import {
  type ClientOptions,
  ClientProblem,
  optionsFrom,
  readClientConfig,
  readOption,
  Settings,
  SSH_USAGE,
} from './client-options';
import { type ClientPacket, packetOf, send, type ServerPacket } from './wire';

const SSH_VERSION = 'OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.20 7 Apr 2026\n';
export const FAILED = 255;

export function* ssh(context: ProgramContext): ProgramRun {
  const before = parseOptions(context.argv.slice(1), { short: SHORT }, { stopsAtOperand: true });
  // Options may stand after the destination too, before the command.
  const [destination, ...rest] = before.operands;
  const after =
    rest[0]?.startsWith('-') === true
      ? parseOptions(rest, { short: SHORT }, { stopsAtOperand: true })
      : { options: [], operands: rest, problem: undefined };
  const problem = before.problem ?? after.problem;
  const parsed = [...before.options, ...after.options];
  if (problem !== undefined) {
    yield* context.err(
      `${problem.kind === 'missing' ? 'option requires an argument' : 'unknown option'} -- ${problem.option}\n${SSH_USAGE}`,
    );
    return FAILED;
  }
  if (parsed.some(({ name }) => name === 'V')) {
    yield* context.err(SSH_VERSION);
    return 0;
  }
  if (destination === undefined) {
    yield* context.err(SSH_USAGE);
    return FAILED;
  }
  try {
    const options = readCall(context, parsed, destination, after.operands);
    return yield* connectAndRun(context, options);
  } catch (trouble) {
    if (!(trouble instanceof ClientProblem)) throw trouble;
    yield* context.err(trouble.message);
    return FAILED;
  }
}
const SHORT = '1246ab:c:e:fgi:kl:m:no:p:qstvxAB:CD:E:F:GI:J:KL:MNO:PQ:R:S:TVw:W:XYy';

function readCall(
  context: ProgramContext,
  parsed: readonly { name: string; value: string }[],
  destination: string,
  words: readonly string[],
): ClientOptions {
  const given = (name: string): string[] =>
    parsed.filter((option) => option.name === name).map(({ value }) => value);
  const settings = new Settings();
  for (const name of ['J', 'L', 'R', 'D', 'W', 'w'])
    if (given(name).length > 0) throw new ClientProblem(`not modelled: ssh -${name}\n`);
  for (const text of given('o')) readOption(settings, text);
  readClientConfig(context, settings, destination.replace(/^.*@/, ''), given('F')[0]);
  const options = optionsFrom(context, settings, {
    destination,
    port: given('p')[0],
    login: given('l')[0],
    identities: given('i'),
    command: words.length === 0 ? undefined : words.join(' '),
  });
  const forced = given('t').length;
  if (given('T').length > 0) options.terminal = 'never';
  else if (forced > 0) options.terminal = forced > 1 ? 'force' : 'yes';
  if (given('q').length > 0) options.logLevel = 'quiet';
  if (given('v').length > 0) options.logLevel = 'debug';
  options.noInput = given('n').length > 0 || given('f').length > 0;
  options.noCommand = given('N').length > 0;
  if (given('b').length > 0) options.bind = given('b')[0];
  return options;
}

function* connectAndRun(context: ProgramContext, options: ClientOptions): Generator<Wait, number, Wake> {
  const local =
    context.process.tty === undefined ? undefined : context.host.terminals.find(context.process.tty);
  const inputIsTerminal = context.stdin.tty !== undefined;
  const wantsTerminal =
    options.terminal === 'force' ||
    (options.terminal === 'yes' && inputIsTerminal) ||
    (options.terminal === 'auto' && options.command === undefined && inputIsTerminal);
  if (
    !wantsTerminal &&
    (options.terminal === 'yes' || (options.terminal === 'auto' && options.command === undefined))
  )
    yield* context.err('Pseudo-terminal will not be allocated because stdin is not a terminal.\n');
  const client = new Client(context, options);
  const entered = yield* client.enter();
  yield* client.debug(`Authenticated to ${options.host} using "publickey".`);
  const state = local?.state;
  client.send({
    t: 'open',
    pty: wantsTerminal
      ? { term: context.env.get('TERM') ?? 'dumb', columns: state?.columns ?? 80, rows: state?.rows ?? 24 }
      : undefined,
    command: options.command,
    subsystem: undefined,
    env: sentEnvironment(context, options),
  });
  const opened = yield* client.next();
  if (opened.t === 'exit') return opened.code ?? FAILED;
  const terminal = opened.t === 'opened' ? opened.terminal : undefined;
  const session = new Session(context, entered, {
    name: options.host,
    terminal,
    usesTerminal: wantsTerminal && inputIsTerminal,
    isQuiet: options.logLevel === 'quiet',
    noInput: options.noInput,
    aliveSeconds: options.aliveSeconds,
    aliveCount: options.aliveCount,
  });
  session.begin();
  return yield* session.run();
}
function sentEnvironment(context: ProgramContext, options: ClientOptions): [string, string][] {
  const sent = [...context.env].filter(([name]) =>
    options.sendEnv.some((pattern) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name)),
  );
  return [...sent, ...options.setEnv];
}

/** Plain data: enough to go on after a checkpoint. */
interface SessionFacts {
  name: string;
  terminal: string | undefined;
  usesTerminal: boolean;
  isQuiet: boolean;
  noInput: boolean;
  aliveSeconds: number;
  aliveCount: number;
}
interface Parked {
  facts: SessionFacts;
  connection: number;
  box: number;
  ip: number;
  reading: boolean;
}

class Session {
  #reading: boolean;
  #ended: number | undefined;
  #unanswered = 0;
  constructor(
    private readonly context: ProgramContext,
    private readonly entered: Entered,
    private readonly facts: SessionFacts,
    reading = true,
  ) {
    this.#reading = reading && !facts.noInput;
    if (facts.noInput) this.#send({ t: 'eof' });
  }
  #send(packet: ClientPacket): void {
    send(this.context.world, this.entered.connection, 'client', packet);
  }
  #terminal(): ReturnType<ProgramContext['host']['terminals']['find']> {
    const { tty } = this.context.process;
    return tty === undefined ? undefined : this.context.host.terminals.find(tty);
  }
  /** The terminal here becomes a way to the one there. */
  begin(): void {
    const { context, facts, entered } = this;
    context.signal('WINCH', 'handle');
    if (!facts.usesTerminal || facts.terminal === undefined) return;
    const terminal = this.#terminal();
    terminal?.setAttributes({ echo: false, canonical: false, signals: false });
    const far = context.world
      .hosts()
      .find(
        (host) =>
          host.state.power === 'on' &&
          context.world.network.isLocalAddress(host, entered.ip) &&
          host.name !== context.host.name,
      );
    const { state } = terminal ?? {};
    if (state !== undefined && far !== undefined) state.relay = { host: far.name, terminal: facts.terminal };
  }
  #restore(): void {
    if (!this.facts.usesTerminal) return;
    const terminal = this.#terminal();
    terminal?.setAttributes({ echo: true, canonical: true, signals: true });
    if (terminal?.state !== undefined) terminal.state.relay = undefined;
  }

  *run(): Generator<Wait, number, Wake> {
    const { context, entered, facts } = this;
    const { kernel } = context;
    let aliveAt = facts.aliveSeconds > 0 ? kernel.now + facts.aliveSeconds * SECOND : undefined;
    for (;;) {
      for (let item = entered.box.take(); item !== undefined; item = entered.box.take()) {
        yield* this.#take(item.event as SocketEvent);
        if (aliveAt !== undefined) {
          aliveAt = kernel.now + facts.aliveSeconds * SECOND;
          this.#unanswered = 0;
        }
      }
      if (this.#ended !== undefined) break;
      this.#readInput();
      if (aliveAt !== undefined && kernel.now >= aliveAt) {
        this.#unanswered += 1;
        if (this.#unanswered > facts.aliveCount) {
          this.#restore();
          yield* this.#note(`Timeout, server ${facts.name} not responding.\n`);
          context.world.network.reset(entered.connection, 'client');
          return FAILED;
        }
        this.#send({ t: 'alive' });
        aliveAt = kernel.now + facts.aliveSeconds * SECOND;
      }
      const wake = yield {
        keys: [entered.box.key],
        ...(this.#reading ? { streams: [context.stdin] } : {}),
        ...(aliveAt === undefined ? {} : { until: aliveAt }),
        park: () => this.#park(),
      };
      if (wake.reason === 'signal' && wake.signal === 'WINCH') {
        const state = this.#terminal()?.state;
        if (state !== undefined) this.#send({ t: 'window', columns: state.columns, rows: state.rows });
      }
    }
    return this.#ended;
  }
  #park(): { kind: string; state: Parked } | undefined {
    const { facts, entered } = this;
    if (!facts.usesTerminal) return undefined;
    return {
      kind: 'ssh/session',
      state: {
        facts,
        connection: entered.connection,
        box: entered.box.id,
        ip: entered.ip,
        reading: this.#reading,
      },
    };
  }
  #readInput(): void {
    while (this.#reading) {
      const text = this.context.stdin.read();
      if (text === undefined) return;
      if (text === '') {
        this.#reading = false;
        this.#send({ t: 'eof' });
        return;
      }
      this.#send({ t: 'data', text });
    }
  }
  *#take(event: SocketEvent): Generator<Wait, void, Wake> {
    const { context, facts, entered } = this;
    if (this.#ended !== undefined) return;
    if (event.type === 'message') {
      const packet = packetOf<ServerPacket>(event.message);
      if (packet?.t === 'data') yield* context.out(packet.text);
      else if (packet?.t === 'stderr' || packet?.t === 'banner') yield* context.err(packet.text);
      else if (packet?.t === 'exit') yield* this.#exit(packet);
      return;
    }
    if (event.type !== 'closed' && event.type !== 'failed') return;
    this.#restore();
    this.#ended = FAILED;
    if (event.type === 'closed') {
      context.world.network.close(entered.connection, 'client');
      yield* this.#note(`Connection to ${facts.name} closed by remote host.\n`);
    } else yield* this.#note(`Read from remote host ${facts.name}: ${errnoText(event.errno)}\n`);
    if (facts.terminal !== undefined) yield* this.#note(`Connection to ${facts.name} closed.\n`);
    if (event.type === 'failed') yield* context.err('client_loop: send disconnect: Broken pipe\n');
    entered.box.close();
  }
  *#exit(packet: ServerPacket & { t: 'exit' }): Generator<Wait, void, Wake> {
    const { context, facts, entered } = this;
    this.#restore();
    this.#send({ t: 'disconnect' });
    context.world.network.close(entered.connection, 'client');
    entered.box.close();
    if (facts.terminal !== undefined) yield* this.#note(`Connection to ${facts.name} closed.\n`);
    // A command that a signal ended counts as a failure of ssh itself (client_input_channel_req).
    this.#ended = packet.signal === undefined ? (packet.code ?? FAILED) : FAILED;
  }
  *#note(text: string): Generator<Wait, void, Wake> {
    if (!this.facts.isQuiet) yield* this.context.err(text);
  }
}
/** Goes on after a checkpoint. */
export function* resumeClientSession(context: ProgramContext, state: unknown): ProgramRun {
  const { facts, connection, box, ip, reading } = state as Parked;
  const session = new Session(context, { connection, box: new Mailbox(context, box), ip }, facts, reading);
  return yield* session.run();
}
