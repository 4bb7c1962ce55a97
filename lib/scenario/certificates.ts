/** A lab's authorities and certificates: real ones, made when the world is built, as files of its hosts. */
import {
  nameHash,
  publicKeyOf,
  readPrivateKey,
  readTrustedCertificates,
  type Seconds,
} from '../protocols/x509';
import { assert } from '../std/assert';
import { parseDuration, SECOND } from '../std/instant';
import {
  type Authority,
  intermediatesOf,
  issueFor,
  keyFromSeed,
  makeAuthority,
  parseSubject,
} from '../world/authorities';
import type { FileSpec } from '../world/files.contract';
import type { Scenario } from './schema';

type Order = Scenario['lab']['certificates'][number];
type AuthorityOrder = Scenario['lab']['authorities'][string];

/** Where Debian's update-ca-certificates puts what every program trusts. */
const CERTIFICATES = '/etc/ssl/certs';
const BUNDLE = `${CERTIFICATES}/ca-certificates.crt`;
const ADDED = '/usr/local/share/ca-certificates';

/** All authorities of a lab, roots before what they signed. @param begin when the shift begins, seconds since 1970 */
export function authoritiesOfLab({ id, lab }: Scenario, begin: Seconds): Map<string, Authority> {
  const made = new Map<string, Authority>();
  const make = (name: string): Authority | undefined => {
    const order = lab.authorities[name];
    const known = made.get(name);
    if (known !== undefined || order === undefined) return known;
    const parent = order['signed-by'] === undefined ? undefined : make(order['signed-by']);
    const subject = parseSubject(order.subject ?? `/CN=${name}`);
    assert(subject !== undefined, 'subjects were checked');
    const authority = makeAuthority({ name, subject, ...validityOf(order, begin), seed: id }, parent);
    made.set(name, authority);
    return authority;
  };
  Object.keys(lab.authorities).forEach(make);
  return made;
}

/** What certificates and authorities put on a host's disk. */
export function certificateFiles(
  { id, lab }: Scenario,
  host: string,
  authorities: ReadonlyMap<string, Authority>,
  begin: Seconds,
): Record<string, FileSpec> {
  const files = trustFiles(authorities);
  for (const [name, { host: home, folder = `/etc/ssl/${name}` }] of Object.entries(lab.authorities)) {
    const authority = authorities.get(name);
    if (home !== host || authority === undefined) continue;
    files[`${folder}/ca.pem`] = { text: authority.certificate };
    files[`${folder}/ca.key`] = { text: authority.key, mode: 0o600 };
  }
  for (const order of lab.certificates)
    if (order.hosts.includes(host)) Object.assign(files, filesOf(order, id, authorities, begin));
  return files;
}

/** What every host of the lab trusts: its roots, where update-ca-certificates finds and puts them. */
function trustFiles(authorities: ReadonlyMap<string, Authority>): Record<string, FileSpec> {
  const roots = [...authorities.values()].filter(({ signedBy }) => signedBy === undefined);
  if (roots.length === 0) return {};
  const files: Record<string, FileSpec> = {
    [BUNDLE]: { text: roots.map(({ certificate }) => certificate).join('') },
  };
  for (const { name, certificate } of roots) {
    files[`${ADDED}/${name}.crt`] = { text: certificate };
    files[`${CERTIFICATES}/${name}.pem`] = { link: `${ADDED}/${name}.crt` };
    const [read] = readTrustedCertificates(certificate);
    assert(read !== undefined, 'what was made can be read');
    files[`${CERTIFICATES}/${freeHash(files, nameHash(read.subject))}`] = { link: `${name}.pem` };
  }
  return files;
}
/** The first number that the hash of a subject has free: `152091a7.0`. */
function freeHash(files: Readonly<Record<string, FileSpec>>, hash: string): string {
  let number = 0;
  while (files[`${CERTIFICATES}/${hash}.${number}`] !== undefined) number += 1;
  return `${hash}.${number}`;
}

function filesOf(
  order: Order,
  lab: string,
  authorities: ReadonlyMap<string, Authority>,
  begin: Seconds,
): Record<string, FileSpec> {
  const seed = `${lab}/${order.certificate}/${order.hosts.join(',')}`;
  const key = keyFromSeed(
    seed,
    order['key-type'] === 'rsa' ? { type: 'rsa', bits: 2048 } : { type: 'ec', curve: 'P-256' },
  );
  const read = readPrivateKey(key);
  const subject = parseSubject(order.subject ?? `/CN=${order.names[0] ?? ''}`);
  assert(read.ok && subject !== undefined, 'what was checked can be made');
  const authority = order.by === undefined ? undefined : authorities.get(order.by);
  const leaf = issueFor(
    { subject, names: order.names, ...validityOf(order, begin) },
    publicKeyOf(read.value),
    authority ?? { key },
    seed,
  );
  const above =
    authority === undefined || order.chain === 'leaf' ? '' : intermediatesOf(authorities, authority.name);
  const keyPath = order.key ?? order.certificate;
  const chain = `${leaf}${above}`;
  if (keyPath === order.certificate) return { [keyPath]: { text: `${chain}${key}`, mode: 0o600 } };
  return { [order.certificate]: { text: chain }, [keyPath]: { text: key, mode: 0o600 } };
}

function validityOf(
  { issued, expires }: Pick<Order | AuthorityOrder, 'issued' | 'expires'>,
  begin: Seconds,
): { notBefore: Seconds; notAfter: Seconds } {
  return { notBefore: begin - secondsOf(issued), notAfter: begin + secondsOf(expires) };
}
/** `30d`, `-2h`. */
function secondsOf(text: string): Seconds {
  const isBack = text.startsWith('-');
  const seconds = Math.floor((parseDuration(isBack ? text.slice(1) : text) ?? 0) / SECOND);
  return isBack ? -seconds : seconds;
}
