/** The client's way into a host: connect, host key, authentication. Texts recorded in truth/host (b09, c13). */
import { formatIPv4, parseIPv4 } from '../../std/ipv4';
import { SECOND } from '../../std/instant';
import { FileError } from '../../world/files.contract';
import type { SocketEvent } from '../../world/network.contract';
import type { ProgramContext, Stream, Wait, Wake } from '../../world/process.contract';
import { errnoText, lookUpName } from '../host-names';
import { Mailbox } from '../mailbox';
import { ClientProblem, type ClientOptions } from './client-options';
import { fingerprint, parsePrivate, type PublicKey, shortType, unprotectedText } from './keys';
import { changedText, hostField, knownKeys, rememberKey } from './known-hosts';
import { type ClientPacket, packetOf, send, sendVersion, type ServerPacket, VERSION } from './wire';

const KEY_EXCHANGE_MICROS = 15_000;
const PASSWORD_PROMPTS = 3;
type Step<T> = Generator<Wait, T, Wake>;

/** A connection that is let in. */
export interface Entered {
  connection: number;
  box: Mailbox;
  ip: number;
}

export class Client {
  readonly box: Mailbox;
  connection = 0;
  ip = 0;
  constructor(
    readonly context: ProgramContext,
    readonly options: ClientOptions,
  ) {
    this.box = new Mailbox(context);
  }
  /** @throws ClientProblem with what ssh says */
  *enter(): Step<Entered> {
    yield* this.#connect();
    yield* this.#exchangeKeys();
    yield* this.#authenticate();
    return { connection: this.connection, box: this.box, ip: this.ip };
  }
  send(packet: ClientPacket): void {
    send(this.context.world, this.connection, 'client', packet);
  }
  *debug(text: string): Step<void> {
    if (this.options.logLevel === 'debug') yield* this.context.err(`debug1: ${text}\n`);
  }
  *say(text: string): Step<void> {
    if (this.options.logLevel !== 'quiet') yield* this.context.err(text);
  }

  // ---------------------------------------------------------------- connecting
  *#connect(): Step<void> {
    const { context, options } = this;
    const { host, port, hostName } = options;
    yield* this.debug('Reading configuration data /etc/ssh/ssh_config');
    yield* this.debug('/etc/ssh/ssh_config line 21: Applying options for *');
    const found = yield* lookUpName(context, hostName);
    if (typeof found === 'string')
      throw new ClientProblem(`ssh: Could not resolve hostname ${hostName}: ${found}\n`);
    let trouble = 'Connection refused';
    for (const ip of found.addresses) {
      yield* this.debug(`Connecting to ${hostName} [${formatIPv4(ip)}] port ${port}.`);
      const outcome = yield* this.#dial(ip);
      if (outcome === undefined) {
        this.ip = ip;
        yield* this.debug('Connection established.');
        sendVersion(context.world, this.connection, 'client');
        return;
      }
      trouble = outcome;
      yield* this.debug(`connect to address ${formatIPv4(ip)} port ${port}: ${outcome}`);
    }
    throw new ClientProblem(`ssh: connect to host ${host} port ${port}: ${trouble}\n`);
  }
  *#dial(ip: number): Step<string | undefined> {
    const { context, options } = this;
    const { kernel, world } = context;
    const bind = options.bind === undefined ? undefined : parseIPv4(options.bind);
    this.connection = world.network.connect(context.host, {
      pid: context.pid,
      ip,
      port: options.port,
      on: this.box.on('peer'),
      ...(bind === undefined ? {} : { bindIp: bind }),
    });
    const limit = options.connectTimeout;
    const received = yield* this.box.next(limit === undefined ? undefined : kernel.now + limit * SECOND);
    if (received.kind === 'item') {
      const event = received.event as SocketEvent;
      return event.type === 'failed' ? errnoText(event.errno) : undefined;
    }
    world.network.reset(this.connection, 'client');
    return 'Connection timed out';
  }

  /** The next packet; a connection that ends is an error of its own. */
  *next(): Step<ServerPacket> {
    const address = `${formatIPv4(this.ip)} port ${this.options.port}`;
    for (;;) {
      const received = yield* this.box.next();
      if (received.kind !== 'item') continue;
      const event = received.event as SocketEvent;
      if (event.type === 'closed') throw new ClientProblem(`Connection closed by ${address}\n`);
      if (event.type === 'failed')
        throw new ClientProblem(
          event.errno === 'ETIMEDOUT'
            ? `Connection to ${formatIPv4(this.ip)} port ${this.options.port} timed out\n`
            : `Connection reset by ${address}\n`,
        );
      if (event.type !== 'message') continue;
      const packet = packetOf<ServerPacket>(event.message);
      if (packet?.t === 'banner') yield* this.context.err(packet.text);
      else if (packet !== undefined) return packet;
      else if (event.message.kind !== 'bytes') throw this.#noSsh();
      else if (event.message.text !== '' && !event.message.text.startsWith('SSH-')) throw this.#noSsh();
    }
  }
  #noSsh(): ClientProblem {
    this.context.world.network.close(this.connection, 'client');
    return new ClientProblem('kex_exchange_identification: Connection closed by remote host\n');
  }

  // ---------------------------------------------------------------- host key
  *#exchangeKeys(): Step<void> {
    const { context, options } = this;
    yield* this.debug(`Local version string ${VERSION}`);
    yield* context.sleep(context.host.compute(context.pid, KEY_EXCHANGE_MICROS) - context.kernel.now);
    this.send({ t: 'kex' });
    const packet = yield* this.next();
    if (packet.t !== 'kex') throw this.#noSsh();
    const key = packet.hostKey;
    const print = fingerprint(key);
    yield* this.debug(`Server host key: ${key.type} ${print}`);
    const field = hostField(options.host, options.port);
    const known = knownKeys(context, options.knownHosts, field);
    // The last entry that differs is the one that is named.
    const first = known[known.length - 1];
    const isKey = ({ type, blob }: { type: string; blob: string }): boolean =>
      type === key.type && blob === key.blob;
    // A host that is known by its name alone is known at other ports too.
    const atUsualPort = known.length === 0 ? knownKeys(context, options.knownHosts, options.host) : [];
    if (known.some(isKey) || atUsualPort.some(isKey)) {
      yield* this.debug(`Host '${options.host}' is known and matches the ${shortType(key.type)} host key.`);
    } else if (first !== undefined) yield* this.#changed(first, field, key, print);
    else yield* this.#unknown(field, key, print);
    this.send({ t: 'newkeys' });
  }
  *#changed(
    known: ReturnType<typeof knownKeys>[number],
    field: string,
    key: { type: string; blob: string },
    print: string,
  ): Step<void> {
    const { options } = this;
    yield* this.context.err(changedText(known, field, key, print));
    if (options.strictHostKeys === 'no') {
      yield* this.context.err(
        'Password authentication is disabled to avoid man-in-the-middle attacks.\nKeyboard-interactive authentication is disabled to avoid man-in-the-middle attacks.\n',
      );
      return;
    }
    yield* this.context.err(`Host key for ${field} has changed and you have requested strict checking.\n`);
    throw this.#unverified();
  }
  #unverified(): ClientProblem {
    this.context.world.network.close(this.connection, 'client');
    return new ClientProblem('Host key verification failed.\n');
  }
  *#unknown(field: string, key: { type: string; blob: string }, print: string): Step<void> {
    const { context, options } = this;
    if (options.strictHostKeys === 'yes') {
      yield* context.err(
        `No ${shortType(key.type)} host key is known for ${field} and you have requested strict checking.\n`,
      );
      throw this.#unverified();
    }
    if (options.strictHostKeys === 'ask') {
      const terminal = options.batch ? undefined : terminalOf(context);
      if (terminal === undefined) throw this.#unverified();
      terminal.write(
        `The authenticity of host '${field} (${formatIPv4(this.ip)})' can't be established.\n${shortType(key.type)} key fingerprint is ${print}.\nThis key is not known by any other names.\nAre you sure you want to continue connecting (yes/no/[fingerprint])? `,
      );
      for (;;) {
        const answer = (yield* context.readLine(terminal)).trim();
        if (answer === 'yes' || answer === print) break;
        if (answer === 'no' || answer === '') throw this.#unverified();
        terminal.write("Please type 'yes', 'no' or the fingerprint: ");
      }
    }
    const path = options.knownHosts[0] ?? '/dev/null';
    if (path === '/dev/null' || rememberKey(context, path, field, key))
      yield* this.say(
        `Warning: Permanently added '${field}' (${shortType(key.type)}) to the list of known hosts.\n`,
      );
    else yield* this.say(`Failed to add the host to the list of known hosts (${path}).\n`);
  }

  // ---------------------------------------------------------------- authentication
  *#authenticate(): Step<void> {
    const { options } = this;
    const { user } = options;
    this.send({ t: 'auth', user, method: 'none' });
    let methods = yield* this.#answer();
    if (methods === undefined) return;
    yield* this.debug(`Authentications that can continue: ${methods.join(',')}`);
    if (methods.includes('publickey') && options.publicKey) {
      yield* this.debug('Next authentication method: publickey');
      for (const { path, key } of yield* this.#keys()) {
        yield* this.debug(`Offering public key: ${path} ${shortType(key.type)} ${fingerprint(key)}`);
        this.send({ t: 'auth', user, method: 'publickey', key: { type: key.type, blob: key.blob } });
        const answer = yield* this.#answer();
        if (answer === undefined) return;
        methods = answer;
      }
    }
    if (methods.includes('password') && options.password && !options.batch) {
      for (let attempt = 1; attempt <= PASSWORD_PROMPTS; attempt++) {
        const password = yield* this.#askPassword();
        this.send({ t: 'auth', user, method: 'password', password });
        const answer = yield* this.#answer();
        if (answer === undefined) return;
        if (attempt < PASSWORD_PROMPTS) yield* this.context.err('Permission denied, please try again.\n');
      }
    }
    this.context.world.network.close(this.connection, 'client');
    throw new ClientProblem(`${user}@${options.host}: Permission denied (${methods.join(',')}).\n`);
  }
  /** The methods that may go on, or undefined once it succeeded. */
  *#answer(): Step<string[] | undefined> {
    for (;;) {
      const packet = yield* this.next();
      if (packet.t === 'success') {
        this.#learn(packet.hostKeys);
        return undefined;
      }
      if (packet.t === 'failure') return packet.methods;
    }
  }
  /** UpdateHostKeys: the other keys of a host whose file is the user's own are remembered as well. */
  #learn(keys: readonly { type: string; blob: string }[]): void {
    const { context, options } = this;
    const [path] = options.knownHosts;
    if (path === undefined || !options.updatesHostKeys) return;
    const field = hostField(options.host, options.port);
    const known = knownKeys(context, [path], field).filter((entry) => entry.path === path);
    if (known.length === 0) return;
    for (const key of keys)
      if (!known.some(({ blob }) => blob === key.blob)) rememberKey(context, path, field, key);
  }
  *#askPassword(): Step<string> {
    const { context, options } = this;
    const terminal = terminalOf(context);
    if (terminal === undefined) return '';
    const control =
      context.process.tty === undefined ? undefined : context.host.terminals.find(context.process.tty);
    terminal.write(`${options.user}@${options.host}'s password: `);
    control?.setAttributes({ echo: false });
    const typed = yield* context.readLine(terminal);
    control?.setAttributes({ echo: true });
    return typed.replace(/\n$/, '');
  }
  /** The identity files that can be used; what is wrong with others is said. */
  *#keys(): Step<{ path: string; key: PublicKey }[]> {
    const { context, options } = this;
    const found: { path: string; key: PublicKey }[] = [];
    const isThere = (path: string): boolean =>
      !(context.fs.stat(context.resolve(path), context.who) instanceof FileError);
    const paths =
      options.identitiesGiven && !options.identities.some(isThere)
        ? [...options.identities, ...options.usualIdentities.filter(isThere)]
        : options.identities;
    for (const path of paths) {
      const text = context.fs.readFile(context.resolve(path), context.who);
      if (text instanceof FileError) {
        if (options.identitiesGiven)
          yield* this.say(
            text.errno === 'EACCES'
              ? `Load key "${path}": Permission denied\n`
              : `Warning: Identity file ${path} not accessible: No such file or directory.\n`,
          );
        continue;
      }
      const complaint = unprotectedText(context.host, context.resolve(path), context.who);
      if (complaint !== '') {
        yield* context.err(`${complaint}Load key "${path}": bad permissions\n`);
        continue;
      }
      const key = parsePrivate(text);
      if (key === undefined) yield* this.say(`Load key "${path}": error in libcrypto\n`);
      else found.push({ path, key });
    }
    return found;
  }
}

export function terminalOf(context: ProgramContext): Stream | undefined {
  const { tty } = context.process;
  return tty === undefined ? undefined : context.host.streams.terminal(tty);
}
