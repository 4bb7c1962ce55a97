/**
 * Real X.509: certificates, keys, requests and chains as OpenSSL 3.0 reads, writes and judges them. Synchronous and
 * deterministic; OpenSSL accepts what is made here, and the other way round.
 *
 * State keeps the *text* of certificates and keys (PEM, as their files hold them). Reading is remembered by text, so
 * that reading the same file again costs nothing; what is read is shared, frozen by agreement and no part of any state.
 *
 * | to do | call |
 * | --- | --- |
 * | load a server's certificate file | `readCertificateChain(text)`: own certificate first |
 * | load its key | `readPrivateKey(text, passphrase?)`; `error.needsPassphrase`: ask, or give up with `error.errors` |
 * | does the key belong to it? | `keyMatches`; `keyMismatchErrors` (nginx), `privateKeyErrors` (HAProxy) for the words |
 * | print what is wrong | `shortErrors(errors)` as nginx and HAProxy do, `longErrors` as openssl(1) does |
 * | load trusted roots | `readTrustedCertificates(text)` |
 * | is a server's chain good? | `verifyChain({ leaf, untrusted, trusted, at, purpose: 'sslserver', securityLevel: 2 })` |
 * | load revocation lists | `readRevocationLists(text)`, for `verifyChain({ …, revocationLists })` |
 * | is it for this host? | `matchesHost`, `matchesIp` (OpenSSL), `curlNameProblem` (curl) |
 * | make a key | `generateKey(kind, random)`, `privateKeyPem(key, protection?)` |
 * | issue | `makeExtension(name, words, context)`, `issueCertificate(parts, issuerKey)`, `certificatePem` |
 * | ask for one | `makeRequest(parts, key)`, `requestPem`; `readRequestFile`, `requestIsSigned` |
 */
export {
  type Certificate,
  certificatePem,
  colonHex,
  fingerprint,
  readCertificate,
  writeCertificates,
} from './certificate';
export {
  type CertificateFileError,
  readCertificateChain,
  readTrustedCertificates,
  readTrustFile,
  type TrustFile,
} from './certificate-file';
export { utf8Der } from './der';
export { certificateDetails, certificateText, requestText, serialHex } from './certificate-text';
export {
  type ConfigPair,
  type ExtensionContext,
  type ExtensionIssuer,
  makeExtension,
} from './extension-config';
export { extensionsText } from './extension-text';
export type { AuthorityKeyId, Extension, GeneralName, KeyUsage } from './extensions';
export {
  type CurlNameProblem,
  curlNameProblem,
  matchesEmail,
  matchesHost,
  matchesIp,
  matchingName,
} from './host-names';
export { type CertificateParts, issueCertificate } from './issue';
export { generateKey, type KeyKind, randomSerial } from './key-generation';
export { randomOctets } from './rsa-generation';
export { keyMatches, keyMismatchErrors, privateKeyErrors } from './key-match';
export { privateKeyText, publicKeyText } from './key-text';
export {
  type Curve,
  keyBits,
  type PrivateKey,
  type PublicKey,
  publicKeyAlgorithm,
  publicKeyOf,
  samePublicKey,
} from './keys';
export {
  commonName,
  type Name,
  type NameAttribute,
  nameCommas,
  nameCompat,
  nameHash,
  nameOf,
  nameOfParts,
  nameOneLine,
  nameRfc2253,
  stringTypeOf,
} from './names';
export { longName, oidOfName, shortName } from './object-identifiers';
export { longErrors, openErrors, type OpensslError, opensslError, shortErrors } from './openssl-error';
export { type Pem, type PemBlock, readPem } from './pem';
export {
  isEncryptedKey,
  type PrivateKeyError,
  readDerPrivateKey,
  readDerPublicKey,
  readPrivateKey,
  readPublicKey,
} from './private-key-file';
export {
  curvePem,
  type KeyProtection,
  privateKeyDer,
  privateKeyPem,
  publicKeyDer,
  publicKeyPem,
  traditionalKeyPem,
} from './private-key-writing';
export type { KeyCipher } from './key-encryption';
export { rsaIsConsistent } from './key-check';
export { type Purpose, PURPOSES } from './purposes';
export { purposesText } from './purposes-text';
export {
  type CertificateRequest,
  makeRequest,
  readRequest as readDerRequest,
  readRequestFile,
  requestIsSigned,
  requestPem,
} from './requests';
export { readRevocationLists, type RevocationList } from './revocation';
export { isStrongKey, isStrongSignature } from './security-level';
export { type Digest, DIGEST_NAMES, digestOf, sign, verifyDigest, verifyErrors } from './signatures';
export { parseTime, type Seconds, timeDigits, timeIso, timeText } from './times';
export { type ChainCheck, type ChainProblem, type Verification, verifyChain } from './verify';
export { type VerifyCode, verifyText } from './verify-codes';
