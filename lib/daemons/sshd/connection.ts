/** sshd's process for one connection: key exchange, authentication, then the session (session.ts). */
import { formatIPv4 } from '../../std/ipv4';
import { SECOND } from '../../std/instant';
import { FileError } from '../../world/files.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import { passwordIsRight } from '../../world/passwords';
import type { UserRecord } from '../../world/world.contract';
import { Mailbox } from '../mailbox';
import { acceptedText, findKey, notAllowed } from './authentication';
import { parsePublicLine } from './keys';
import { configFor, type ServerConfig } from './server-config';
import { ServerSide } from './server-side';
import { runSession } from './session';
import { type ClientPacket, sendVersion } from './wire';

/** Diffie-Hellman and a signature on a small machine. */
const KEY_EXCHANGE_MICROS = 18_000;
const SIGNATURE_MICROS = 3_000;
const FAILURE_MICROS = 2 * SECOND;
const MOST_TRIES = 6;
const ROOT = { uid: 0, gid: 0, groups: [] };

export function* serveConnection(
  context: ProgramContext,
  given: { connection: number; box: number; config: ServerConfig },
): ProgramRun {
  const { connection, config } = given;
  const { network } = context.world;
  const box = new Mailbox(context, given.box);
  const info = network.connection(connection, 'server');
  if (info === undefined) return 255;
  const side = new ServerSide(context, box, {
    connection,
    from: formatIPv4(info.peerIp),
    port: info.peerPort,
    local: formatIPv4(info.localIp),
    localPort: info.localPort,
    config,
  });
  sendVersion(context.world, connection, 'server');
  const user = yield* new Entrance(side).pass();
  if (user === undefined) {
    side.hangUp();
    return 255;
  }
  return yield* runSession(side, user.record, user.command);
}

/** The keys of this host, the one that clients prefer first. */
function hostKeys({ fs }: ProgramContext, config: ServerConfig): { type: string; blob: string }[] {
  const ordered = ['ed25519', 'rsa', 'ecdsa'].flatMap((type) =>
    config.hostKeys.filter((file) => file.includes(type)),
  );
  return ordered.flatMap((path) => {
    const text = fs.readFile(`${path}.pub`, ROOT);
    const key = text instanceof FileError ? undefined : parsePublicLine(text);
    return key === undefined ? [] : [{ type: key.type, blob: key.blob }];
  });
}

/** Until somebody is let in. */
class Entrance {
  #name = '';
  #tries = 0;
  #invalid = false;
  #failures = 0;
  constructor(private readonly side: ServerSide) {}

  *pass(): Generator<Wait, { record: UserRecord; command: string | undefined } | undefined, Wake> {
    const { side } = this;
    const { context, served } = side;
    const { config, from, port } = served;
    const deadline =
      config.loginGraceSeconds === 0
        ? Number.MAX_SAFE_INTEGER
        : context.kernel.now + config.loginGraceSeconds * SECOND;
    for (;;) {
      const packet = yield* side.next(deadline);
      if (packet === 'timeout') {
        side.log(`fatal: Timeout before authentication for ${from} port ${port}`, 'crit');
        return undefined;
      }
      if (packet === 'closed' || packet === 'reset' || packet.t === 'disconnect') {
        this.#leftEarly(packet === 'reset' ? 'reset' : 'closed');
        return undefined;
      }
      if (packet.t === 'kex') {
        if (!(yield* this.#exchangeKeys())) return undefined;
      } else if (packet.t === 'auth') {
        const passed = yield* this.#authenticate(packet);
        if (passed === 'too-many') return undefined;
        if (passed !== undefined)
          return passed.record === undefined
            ? undefined
            : (passed as { record: UserRecord; command: string | undefined });
      }
    }
  }
  #who(): string {
    if (this.#name === '') return '';
    return `${this.#invalid ? 'invalid' : 'authenticating'} user ${this.#name} `;
  }
  #leftEarly(how: 'closed' | 'reset'): void {
    const { from, port } = this.side.served;
    this.side.log(`Connection ${how} by ${this.#who()}${from} port ${port} [preauth]`);
    if (this.#failures > 1)
      this.side.log(
        `PAM ${this.#failures - 1} more authentication failure${this.#failures > 2 ? 's' : ''}; logname= uid=0 euid=0 tty=ssh ruser= rhost=${from}  user=${this.#name}`,
        'notice',
        'authpriv',
      );
  }
  *#exchangeKeys(): Generator<Wait, boolean, Wake> {
    const { side } = this;
    const { context, served } = side;
    const done = context.host.compute(context.pid, KEY_EXCHANGE_MICROS);
    yield* context.sleep(done - context.kernel.now);
    const [key] = hostKeys(context, served.config);
    if (key !== undefined) {
      side.send({ t: 'kex', hostKey: key });
      return true;
    }
    return false;
  }
  #methods(): string[] {
    const { config } = this.side.served;
    return [
      ...(config.publicKeyAuthentication ? ['publickey'] : []),
      ...(config.passwordAuthentication ? ['password'] : []),
    ];
  }
  *#authenticate(
    packet: ClientPacket & { t: 'auth' },
  ): Generator<
    Wait,
    { record: UserRecord | undefined; command: string | undefined } | 'too-many' | undefined,
    Wake
  > {
    const { side } = this;
    const { context, served } = side;
    const { from, port } = served;
    if (this.#name === '') this.#introduce(packet.user);
    const { config } = served;
    const record = this.#invalid ? undefined : context.host.user(this.#name);
    const refuse = (): undefined => {
      side.send({ t: 'failure', methods: this.#methods() });
      return undefined;
    };
    if (packet.method === 'none') {
      if (config.banner !== undefined) {
        const text = context.fs.readFile(config.banner, ROOT);
        if (!(text instanceof FileError)) side.send({ t: 'banner', text });
      }
      return refuse();
    }
    this.#tries += 1;
    if (this.#tries > MOST_TRIES) {
      side.log(
        `error: maximum authentication attempts exceeded for ${this.#invalid ? 'invalid user ' : ''}${this.#name} from ${from} port ${port} ssh2 [preauth]`,
        'err',
      );
      return 'too-many';
    }
    if (packet.method === 'password') {
      if (record !== undefined && this.#isRight(record, packet.password)) {
        yield* context.sleep(SIGNATURE_MICROS);
        return this.#admit(record, undefined, undefined);
      }
      yield* this.#wrongPassword();
      return refuse();
    }
    yield* context.sleep(context.host.compute(context.pid, SIGNATURE_MICROS) - context.kernel.now);
    if (record === undefined || !config.publicKeyAuthentication) return refuse();
    if (record.uid === 0 && config.permitRootLogin === 'no') {
      return refuse();
    }
    const found = findKey(context.host, config, record, packet.key);
    if (found.log !== undefined) side.log(found.log);
    if (!found.allowed) return refuse();
    return this.#admit(record, packet.key, found.command);
  }
  #isRight(record: UserRecord, password: string): boolean {
    const { context, served } = this.side;
    const { config } = served;
    if (!config.passwordAuthentication || (record.uid === 0 && config.permitRootLogin !== 'yes'))
      return false;
    return (
      (password !== '' || config.permitEmptyPasswords) && passwordIsRight(context.host, record.name, password)
    );
  }
  #introduce(name: string): void {
    const { side } = this;
    const { context, served } = side;
    this.#name = name;
    const record = context.host.user(name);
    const { from, local, localPort } = served;
    served.config = configFor(context.host, served.config, { user: name, record, from, local, localPort });
    if (record === undefined) {
      this.#invalid = true;
      side.log(`Invalid user ${name} from ${served.from} port ${served.port}`);
      return;
    }
    const why = notAllowed(context.host, served.config, record, served.from);
    if (why !== undefined) {
      this.#invalid = true;
      side.log(why);
      return;
    }
    if (record.uid === 0 && served.config.permitRootLogin === 'no') {
      // Root is asked for all the same, and refused whatever is shown.
      return;
    }
  }
  *#wrongPassword(): Generator<Wait, void, Wake> {
    const { side } = this;
    const { from, port } = side.served;
    if (this.#failures === 0)
      side.log(
        `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${from}${this.#invalid ? '' : `  user=${this.#name}`}`,
        'notice',
        'authpriv',
      );
    this.#failures += 1;
    yield* side.context.sleep(FAILURE_MICROS);
    side.log(
      `Failed password for ${this.#invalid ? 'invalid user ' : ''}${this.#name} from ${from} port ${port} ssh2`,
    );
  }
  #admit(
    record: UserRecord,
    key: { type: string; blob: string } | undefined,
    command: string | undefined,
  ): { record: UserRecord | undefined; command: string | undefined } {
    const { side } = this;
    const { context, served } = side;
    const closed = context.fs.readFile('/etc/nologin', ROOT);
    if (!(closed instanceof FileError)) {
      side.send({ t: 'banner', text: `${closed.replace(/\n$/, '')}\n` });
      if (record.uid !== 0) {
        side.log(
          `fatal: Access denied for user ${record.name} by PAM account configuration [preauth]`,
          'crit',
        );
        return { record: undefined, command };
      }
    }
    side.log(acceptedText(record.name, served.from, served.port, key));
    side.log(
      `pam_unix(sshd:session): session opened for user ${record.name}(uid=${record.uid}) by (uid=0)`,
      'info',
      'authpriv',
    );
    // Debian's /etc/pam.d/sshd has user_readenv=1, which pam_env of 1.5.2 regrets at every login.
    side.log('pam_env(sshd:session): deprecated reading of user environment enabled', 'err', 'authpriv');
    side.send({ t: 'success', hostKeys: hostKeys(context, served.config) });
    return { record, command };
  }
}
