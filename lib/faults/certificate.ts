/**
 * Certificates on a machine's disk run out or are exchanged, and keys are lost. Only files change: what a daemon
 * has loaded it goes on using, until it reads them again (`reload`).
 */
import { publicKeyOf, readCertificateChain, readPem, readPrivateKey } from '../protocols/x509';
import { DAY, SECOND } from '../std/instant';
import {
  authoritiesOf,
  intermediatesOf,
  issueAgain,
  issueFor,
  keyFromSeed,
  parseSubject,
} from '../world/authorities';
import { ROOT } from '../world/files';
import { HOST, numberOf, textOf, textsOf, type Parameter, type ParameterValues } from '../world/parameters';
import type { World } from '../world/world.contract';
import { runAsRoot } from './command';
import type { FaultDefinition } from './definition';

const PATH: Parameter = {
  name: 'path',
  type: 'path',
  required: true,
  description: 'The certificate, or the file with certificate and key in one.',
};
const RELOAD: Parameter = {
  name: 'reload',
  type: 'unit',
  required: false,
  description: 'The unit that is reloaded afterwards; without it the daemon goes on with what it has loaded.',
};

export const certificateExpired: FaultDefinition = {
  kind: 'certificate-expired',
  title: 'Certificate expired',
  description: 'The certificate in a file is one that has run out: same names, same key, same issuer.',
  parameters: [
    HOST,
    PATH,
    { name: 'key', type: 'path', required: false, description: 'Its key, when it signs itself.' },
    {
      name: 'ago',
      type: 'duration',
      required: false,
      description: 'It ran out so long ago; 1d unless given.',
    },
    RELOAD,
  ],
  apply(world, values) {
    const notAfter = nowOf(world) - Math.floor(numberOf(values, 'ago', DAY) / SECOND);
    return exchange(world, values, (text) => {
      const read = readCertificateChain(text);
      const leaf = read.ok ? read.value[0] : undefined;
      if (leaf === undefined) return undefined;
      const notBefore = Math.min(leaf.notBefore, notAfter - (90 * DAY) / SECOND);
      const again = issueAgain(world, leaf, { notBefore, notAfter }, selfKey(world, values, text));
      return again === undefined ? undefined : withFirst(text, 'CERTIFICATE', again);
    });
  },
  undo: putBack,
};

export const certificateReplaced: FaultDefinition = {
  kind: 'certificate-replaced',
  title: 'Certificate replaced',
  description:
    'Another certificate for the same key stands in the file: other names, another issuer, another end.',
  parameters: [
    HOST,
    PATH,
    { name: 'key', type: 'path', required: false, description: 'Its key; in the same file unless given.' },
    { name: 'names', type: 'texts', required: true, description: 'The names and addresses that it is for.' },
    {
      name: 'by',
      type: 'authority',
      required: false,
      description: 'The authority of the lab that issues it; without one it signs itself.',
    },
    {
      name: 'expires',
      type: 'duration',
      required: false,
      description: 'Valid for so long; 90d unless given.',
    },
    { name: 'without-chain', type: 'flag', required: false, description: 'The intermediates are left out.' },
    RELOAD,
  ],
  apply(world, values) {
    const names = textsOf(values, 'names');
    const subject = parseSubject(`/CN=${names[0] ?? ''}`);
    const authorities = authoritiesOf(world);
    const authority = authorities.get(textOf(values, 'by'));
    if (subject === undefined || (authority === undefined && textOf(values, 'by') !== '')) return undefined;
    return exchange(world, values, (text) => {
      const key = selfKey(world, values, text);
      const read = key === undefined ? undefined : readPrivateKey(key);
      if (key === undefined || read?.ok !== true) return undefined;
      const notBefore = nowOf(world) - DAY / SECOND;
      const notAfter = nowOf(world) + Math.floor(numberOf(values, 'expires', 90 * DAY) / SECOND);
      const seed = `replaced/${textOf(values, 'host')}/${textOf(values, 'path')}/${world.kernel.now}`;
      const order = { subject, names, notBefore, notAfter };
      const leaf = issueFor(order, publicKeyOf(read.value), authority ?? { key }, seed);
      const isShort = authority === undefined || values['without-chain'] === true;
      const chain = isShort ? '' : intermediatesOf(authorities, authority.name);
      return withFirst(withoutCertificates(text), 'CERTIFICATE', `${leaf}${chain}`);
    });
  },
  undo: putBack,
};

export const keyLost: FaultDefinition = {
  kind: 'key-lost',
  title: 'Private key lost',
  description: 'The private key is gone from its file, or another one stands there that does not fit.',
  parameters: [
    HOST,
    { ...PATH, description: 'The key, or the file with certificate and key in one.' },
    { name: 'another', type: 'flag', required: false, description: 'Another key stands in its place.' },
    RELOAD,
  ],
  apply: (world, values) =>
    exchange(world, values, (text) => {
      const label = readPem(text).blocks.find((block) => block.label.endsWith('PRIVATE KEY'))?.label;
      if (label === undefined) return undefined;
      const seed = `another/${textOf(values, 'host')}/${textOf(values, 'path')}/${world.kernel.now}`;
      const other = values['another'] === true ? keyFromSeed(seed, { type: 'ec', curve: 'P-256' }) : '';
      return withFirst(text, label, other);
    }),
  undo: putBack,
};

interface Before {
  text: string;
}
/** Rewrites the file; without effect when it has not what is needed. An empty result removes it. */
function exchange(
  world: World,
  values: ParameterValues,
  rewrite: (text: string) => string | undefined,
): Before | undefined {
  const host = world.host(textOf(values, 'host'));
  const path = textOf(values, 'path');
  const text = host.fs.readFile(path, ROOT);
  const next = typeof text === 'string' ? rewrite(text) : undefined;
  if (typeof text !== 'string' || next === undefined) return undefined;
  if (next.trim() === '') host.fs.unlink(path, ROOT);
  else host.fs.writeFile(path, next, ROOT);
  world.record(host.name, 'file.changed', { path });
  reload(world, values);
  return { text };
}
function putBack(world: World, values: ParameterValues, before: unknown): void {
  if (before === undefined) return;
  const host = world.host(textOf(values, 'host'));
  const path = textOf(values, 'path');
  const wasThere = host.fs.exists(path);
  host.fs.writeFile(path, (before as Before).text, ROOT);
  if (!wasThere) host.fs.chmod(path, 0o600, ROOT);
  world.record(host.name, 'file.changed', { path });
  reload(world, values);
}
function reload(world: World, values: ParameterValues): void {
  const unit = textOf(values, 'reload');
  if (unit !== '') runAsRoot(world, textOf(values, 'host'), `systemctl reload ${unit}`);
}

/** The true time in seconds since 1970: authorities have good clocks. */
function nowOf(world: World): number {
  return Math.floor((world.state.epoch + world.kernel.now) / SECOND);
}
/** PEM of the private key: from the file named by `key`, else from the same text. */
function selfKey(world: World, values: ParameterValues, text: string): string | undefined {
  const path = textOf(values, 'key');
  const file = path === '' ? text : world.host(textOf(values, 'host')).fs.readFile(path, ROOT);
  if (typeof file !== 'string') return undefined;
  return readPrivateKey(file).ok ? file : undefined;
}

/** Another text in place of the first block of a kind. */
function withFirst(text: string, label: string, other: string): string {
  const block = new RegExp(`-----BEGIN ${label}-----[\\s\\S]*?-----END ${label}-----\\n?`);
  return block.test(text) ? text.replace(block, () => other) : `${other}${text}`;
}
function withoutCertificates(text: string): string {
  return text.replace(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n?/g, '');
}
