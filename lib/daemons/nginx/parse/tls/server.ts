/**
 * TLS of a server block: its directives are looked at together when all is read, in nginx's order, and the files that
 * they name are loaded. Source: nginx 1.22 src/http/modules/ngx_http_ssl_module.c `ngx_http_ssl_merge_srv_conf`.
 */
import { byteLength } from '../../../../std/bytes';
import type { ClientVerification } from '../../../../world/tls.contract';
import type { Place, ServerTls, Template } from '../../config';
import type { Block } from '../block';
import { type Conf, FAILED, type Failed } from '../conf';
import { readSystemError } from '../system-error';
import { compileTemplate } from '../template';
import {
  DIRECTORY,
  dhProblem,
  Identities,
  loadChain,
  loadClientAuthorities,
  loadKey,
  loadTrust,
  materialName,
  passwordsOf,
  withErrors,
} from './files';
import {
  commandsOf,
  groupErrors,
  obeyCommands,
  type Protocols,
  readProtocols,
  unknownGroup,
} from './settings';
import { checkOcsp, checkStaplingFile, warnOfStapling } from './stapling';

export function loadServer(conf: Conf, server: Block): Failed | undefined {
  if (conf.isStream && !listensSecurely(server)) return undefined;
  if (missingDirective(conf, server) === FAILED) return FAILED;
  const certificates = server.texts('ssl_certificate');
  if (certificates.length === 0 && !server.flag('ssl_reject_handshake', false)) return undefined;
  const loaded = new ServerLoader(conf, server).run();
  if (typeof loaded === 'string') return conf.failAt(loaded, undefined);
  if (loaded === FAILED) return FAILED;
  server.tls = loaded;
  return undefined;
}
function listensSecurely(server: Block): boolean {
  return server.own.listens?.some(({ isSecure }) => isSecure) === true;
}
/** A certificate without its key; `ssl on`, or `listen … ssl` in a stream, without either. */
function missingDirective(conf: Conf, server: Block): Failed | undefined {
  const certificates = server.texts('ssl_certificate');
  const keys = server.texts('ssl_certificate_key');
  const last = certificates[certificates.length - 1] ?? '';
  const wanting = whatWantsTls(conf, server);
  const wanted = wanting === undefined ? '' : `the "${wanting.name}" directive`;
  if (wanting !== undefined && certificates.length === 0)
    return conf.failAt(`no "ssl_certificate" is defined for ${wanted}`, wanting.place);
  if (wanting !== undefined && keys.length === 0)
    return conf.failAt(`no "ssl_certificate_key" is defined for ${wanted}`, wanting.place);
  return keys.length < certificates.length
    ? conf.failAt(
        `no "ssl_certificate_key" is defined for certificate "${last}"${wanting === undefined ? '' : ` and ${wanted}`}`,
        wanting?.place,
      )
    : undefined;
}
function whatWantsTls(conf: Conf, server: Block): { name: string; place: Place } | undefined {
  if (conf.isStream) {
    const secure = server.own.listens?.find(({ isSecure }) => isSecure);
    return secure === undefined ? undefined : { name: 'listen ... ssl', place: secure.place };
  }
  const on = server.inherited('ssl');
  return on?.value === true ? { name: 'ssl', place: on.place } : undefined;
}

class ServerLoader {
  readonly #identities = new Identities();
  #clients: ClientVerification | undefined;
  #variable: ServerTls['variable'] = [];
  constructor(
    private readonly conf: Conf,
    private readonly server: Block,
  ) {}

  /** A string is the problem. */
  run(): ServerTls | string | Failed {
    const { server } = this;
    const protocols = readProtocols(server, 'ssl', 'HIGH:!aNULL:!MD5');
    if (!protocols.ok) return protocols.error;
    const own = protocols.value;
    const problem =
      this.#loadCertificates(own) ??
      this.#loadClients() ??
      this.#loadTrust() ??
      checkOcsp(this.conf, server) ??
      this.#checkParameters(own) ??
      this.#checkTickets() ??
      checkStaplingFile(this.conf, server) ??
      obeyCommands(own, commandsOf(server, 'ssl_conf_command'), (text) => this.conf.leaveOut(text));
    if (problem !== undefined) return problem;
    this.#warn();
    return this.#result(own);
  }
  #result(own: Protocols): ServerTls {
    const { server } = this;
    return {
      settings: {
        versions: own.versions,
        ciphers: own.ciphers,
        dhParameters: server.text('ssl_dhparam', '') !== '',
        ...(own.cipherSuites === undefined ? {} : { cipherSuites: own.cipherSuites }),
        identities: this.#identities.list(),
        prefersOwnCiphers: server.flag('ssl_prefer_server_ciphers', false),
        onNoAlpn: 'refuse',
        ...(this.#clients === undefined ? {} : { clients: this.#clients }),
      },
      verify: verifyOf(server),
      rejects: server.flag('ssl_reject_handshake', false),
      variable: this.#variable,
      passwords: passwordsOf(server, 'ssl'),
      level: own.level,
    };
  }
  #path(name: string): string {
    return this.conf.fullName(name, { isConf: true });
  }

  // ---------------------------------------------------------------- in nginx's order
  #loadCertificates({ level }: Protocols): string | Failed | undefined {
    const { conf, server } = this;
    const keys = server.texts('ssl_certificate_key');
    const pairs = server
      .texts('ssl_certificate')
      .map((name, index) => ({ name: materialName(conf, name), key: materialName(conf, keys[index] ?? '') }));
    // One with a variable, and all are read for each connection.
    if (pairs.some(({ name, key }) => `${name}${key}`.includes('$'))) return this.#loadTemplates(pairs);
    const loading = { level, passwords: passwordsOf(server, 'ssl') };
    for (const { name, key: keyName } of pairs) {
      const chain = loadChain(conf, name, loading);
      if (!chain.ok) return chain.error;
      const key = loadKey(conf, keyName, loading);
      if (!key.ok) return key.error;
      const problem = this.#identities.add(chain.value, key.value, keyName);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  #loadTemplates(pairs: readonly { name: string; key: string }[]): Failed | undefined {
    const found: { certificate: Template; key: Template }[] = [];
    for (const { name, key: keyName } of pairs) {
      const certificate = compileTemplate(this.conf, name);
      const key = compileTemplate(this.conf, keyName);
      if (certificate === FAILED || key === FAILED) return FAILED;
      found.push({ certificate, key });
    }
    this.#variable = found;
    return undefined;
  }
  #loadClients(): string | undefined {
    const { conf, server } = this;
    const verify = verifyOf(server);
    if (verify === 'off') return undefined;
    const name = server.text('ssl_client_certificate', '');
    if (name === '' && verify !== 'optional_no_ca') return 'no ssl_client_certificate for ssl_verify_client';
    const roots = name === '' ? undefined : loadClientAuthorities(conf, this.#path(name));
    if (roots?.ok === false) return roots.error;
    this.#clients = {
      roots: roots?.value ?? '',
      depth: server.number('ssl_verify_depth', 1),
      missing: 'accept',
      invalid: 'report',
    };
    return undefined;
  }
  /** Both are read whether or not clients are verified. */
  #loadTrust(): string | undefined {
    const trusted = this.server.text('ssl_trusted_certificate', '');
    if (trusted !== '') {
      const read = loadTrust(this.conf, this.#path(trusted), 'SSL_CTX_load_verify_locations');
      if (!read.ok) return read.error;
      if (this.#clients !== undefined) this.#clients.roots += `\n${read.value}`;
    }
    const list = this.server.text('ssl_crl', '');
    if (list === '') return undefined;
    const read = loadTrust(this.conf, this.#path(list), 'X509_LOOKUP_load_file');
    if (!read.ok) return read.error;
    if (this.#clients !== undefined) this.#clients.crls = read.value;
    return undefined;
  }
  #checkParameters({ level }: Protocols): string | undefined {
    const parameters = this.server.text('ssl_dhparam', '');
    const problem = parameters === '' ? undefined : dhProblem(this.conf, this.#path(parameters), level);
    if (problem !== undefined) return problem;
    const curves = this.server.text('ssl_ecdh_curve', 'auto');
    if (curves === 'auto') return undefined;
    const unknown = unknownGroup(curves);
    if (unknown === undefined) return undefined;
    const failed = `SSL_CTX_set1_curves_list("${curves}") failed`;
    return unknown === '' ? failed : withErrors(failed, groupErrors(unknown));
  }
  #checkTickets(): Failed | undefined {
    for (const name of this.server.texts('ssl_session_ticket_key')) {
      const path = this.#path(name);
      const read = this.conf.around.readFile(path);
      const isDirectory = 'problem' in read && readSystemError(read.problem).number === DIRECTORY;
      if ('problem' in read && !isDirectory) return this.conf.fail(`open() "${path}" failed ${read.problem}`);
      const size = 'problem' in read ? 0 : byteLength(read.text);
      if (size !== 48 && size !== 80) return this.conf.fail(`"${path}" must be 48 or 80 bytes`);
    }
    return undefined;
  }
  #warn(): void {
    warnOfStapling(this.conf, this.server);
    for (const name of ['ssl_early_data', 'ssl_stapling', 'ssl_ocsp']) {
      const setting = this.server.inherited(name);
      if (setting !== undefined && setting.value !== false && setting.value !== 'off')
        this.conf.leaveOut(name, setting.place);
    }
  }
}
function verifyOf(server: Block): ServerTls['verify'] {
  const word = server.text('ssl_verify_client', 'off');
  return word === 'on' || word === 'optional' || word === 'optional_no_ca' ? word : 'off';
}
