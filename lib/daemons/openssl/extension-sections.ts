/** Adding the extensions of a configuration's section. Sources: v3_conf.c X509V3_EXT_add_nconf, apps.c do_X509_sign. */
import {
  type Extension,
  type ExtensionContext,
  makeExtension,
  type OpensslError,
} from '../../protocols/x509/index';
import { failure, type Result, success } from '../../std/result';
import type { Config } from './config-file';

const SUBJECT_KEY_ID = '2.5.29.14';
const AUTHORITY_KEY_ID = '2.5.29.35';

/**
 * The extensions of a section, each in place of an earlier one of its kind.
 * @param before those that are there already
 */
export function addSection(
  config: Config,
  section: string,
  context: ExtensionContext,
  before: readonly Extension[],
): Result<readonly Extension[], readonly OpensslError[]> {
  const settings = config.section(section);
  if (settings === undefined) return failure([]);
  let extensions = before;
  for (const [name, value] of settings) {
    const made = makeExtension(name, value, context, section);
    if (!made.ok) return made;
    extensions = [...extensions.filter(({ oid }) => oid !== made.value.oid), made.value];
  }
  return success(extensions);
}

/**
 * What is added to any certificate that has extensions at all: key identifiers that it does not have yet. One that
 * says `none` is taken out.
 * @param context names the subject, and the issuer unless it signs itself
 */
export function withKeyIdentifiers(
  extensions: readonly Extension[],
  context: ExtensionContext,
  selfSigned: boolean,
): readonly Extension[] {
  if (extensions.length === 0) return extensions;
  const subject = adapted(extensions, context, {
    oid: SUBJECT_KEY_ID,
    name: 'subjectKeyIdentifier',
    value: 'hash',
    add: true,
  });
  return adapted(subject, context, {
    oid: AUTHORITY_KEY_ID,
    name: 'authorityKeyIdentifier',
    value: 'keyid, issuer',
    add: !selfSigned,
  });
}
function adapted(
  extensions: readonly Extension[],
  context: ExtensionContext,
  wish: { oid: string; name: string; value: string; add: boolean },
): readonly Extension[] {
  const present = extensions.find(({ oid }) => oid === wish.oid);
  if (present !== undefined)
    return present.value.length <= 2 ? extensions.filter((extension) => extension !== present) : extensions;
  const made = wish.add ? makeExtension(wish.name, wish.value, context) : undefined;
  return made?.ok === true ? [...extensions, made.value] : extensions;
}

/**
 * -copy_extensions: what a request asks for becomes part of the certificate.
 * @param mode `copy` adds what is not there yet, `copyall` replaces, anything else copies nothing
 */
export function copiedExtensions(
  request: { readonly extensions: readonly Extension[] },
  mode: string | undefined,
  before: readonly Extension[],
): readonly Extension[] {
  if (mode !== 'copy' && mode !== 'copyall') return before;
  const isThere = (oid: string, list: readonly Extension[]): boolean => list.some((own) => own.oid === oid);
  if (mode === 'copyall')
    return [...before.filter(({ oid }) => !isThere(oid, request.extensions)), ...request.extensions];
  return [...before, ...request.extensions.filter(({ oid }) => !isThere(oid, before))];
}
