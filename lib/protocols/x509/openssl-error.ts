/**
 * What OpenSSL 3.0 says when something goes wrong: its error queue as plain data, oldest entry first, as nginx,
 * HAProxy, curl and openssl(1) print it. Codes and texts are recorded from OpenSSL 3.0.
 */

/** One entry of the error queue. */
export interface OpensslError {
  /** The packed code, as its eight hexadecimal digits: `0480006C`. */
  readonly code: string;
  /** `PEM routines` */
  readonly library: string;
  /** `no start line` */
  readonly reason: string;
  /** The additional text: `Expecting: TRUSTED CERTIFICATE`; empty when there is none. */
  readonly data: string;
  /** The C function and place that openssl(1) prints: `get_name`, `../crypto/pem/pem_lib.c:763`. */
  readonly function: string;
  readonly place: string;
}

/** The tables of known errors, by name: code, library, reason, function, place. */
const ERRORS = {
  pemNoStartLine: ['0480006C', 'PEM routines', 'no start line', 'get_name', '../crypto/pem/pem_lib.c:763'],
  pemBadEndLine: [
    '04800066',
    'PEM routines',
    'bad end line',
    'get_header_and_data',
    '../crypto/pem/pem_lib.c:872',
  ],
  pemBadBase64: [
    '04800064',
    'PEM routines',
    'bad base64 decode',
    'PEM_read_bio_ex',
    '../crypto/pem/pem_lib.c:989',
  ],
  pemAsn1: ['0488000D', 'PEM routines', 'ASN1 lib', 'PEM_ASN1_read_bio', '../crypto/pem/pem_oth.c:33'],
  pemBadDecrypt: ['04800065', 'PEM routines', 'bad decrypt', 'PEM_do_header', '../crypto/pem/pem_lib.c:469'],
  pemBadPasswordRead: [
    '04800068',
    'PEM routines',
    'bad password read',
    'PEM_do_header',
    '../crypto/pem/pem_lib.c:442',
  ],
  asn1TooLong: [
    '0680009B',
    'asn1 encoding routines',
    'too long',
    'ASN1_get_object',
    '../crypto/asn1/asn1_lib.c:95',
  ],
  asn1BadObjectHeader: [
    '06800066',
    'asn1 encoding routines',
    'bad object header',
    'asn1_check_tlen',
    '../crypto/asn1/tasn_dec.c:1187',
  ],
  asn1WrongTag: [
    '068000A8',
    'asn1 encoding routines',
    'wrong tag',
    'asn1_check_tlen',
    '../crypto/asn1/tasn_dec.c:1156',
  ],
  asn1Nested: [
    '0688010A',
    'asn1 encoding routines',
    'nested asn1 error',
    'asn1_item_embed_d2i',
    '../crypto/asn1/tasn_dec.c:322',
  ],
  decoderUnsupported: [
    '1E08010C',
    'DECODER routines',
    'unsupported',
    'OSSL_DECODER_from_bio',
    '../crypto/encode_decode/decoder_lib.c:103',
  ],
  badDecrypt: [
    '1C800064',
    'Provider routines',
    'bad decrypt',
    'ossl_cipher_unpadblock',
    '../providers/implementations/ciphers/ciphercommon_block.c:129',
  ],
  wrongPassword: [
    '11800074',
    'PKCS12 routines',
    'pkcs12 cipherfinal error',
    'PKCS12_pbe_crypt_ex',
    '../crypto/pkcs12/p12_decr.c:88',
  ],
  uiProcessing: ['1400006B', 'UI routines', 'processing error', 'UI_process', '../crypto/ui/ui_lib.c:573'],
  problemsGettingPassword: [
    '0480006D',
    'PEM routines',
    'problems getting password',
    'PEM_def_callback',
    '../crypto/pem/pem_lib.c:62',
  ],
  interrupted: [
    '07880109',
    'common libcrypto routines',
    'interrupted or cancelled',
    'do_ui_passphrase',
    '../crypto/passphrase.c:184',
  ],
  noPassphrase: [
    '1C80009F',
    'Provider routines',
    'unable to get passphrase',
    'epki2pki_decode',
    '../providers/implementations/encode_decode/decode_epki2pki.c:96',
  ],
  keyValuesMismatch: [
    '05800074',
    'x509 certificate routines',
    'key values mismatch',
    'X509_check_private_key',
    '../crypto/x509/x509_cmp.c:408',
  ],
  keyTypeMismatch: [
    '05800073',
    'x509 certificate routines',
    'key type mismatch',
    'X509_check_private_key',
    '../crypto/x509/x509_cmp.c:411',
  ],
  noCertificateOrCrl: [
    '05800088',
    'x509 certificate routines',
    'no certificate or crl found',
    'X509_load_cert_crl_file_ex',
    '../crypto/x509/by_file.c:252',
  ],
  x509PemLib: [
    '05880009',
    'x509 certificate routines',
    'PEM lib',
    'X509_load_cert_crl_file_ex',
    '../crypto/x509/by_file.c:235',
  ],
  x509SystemLib: [
    '05880002',
    'x509 certificate routines',
    'system lib',
    'X509_load_cert_crl_file_ex',
    '../crypto/x509/by_file.c:229',
  ],
  bioNoSuchFile: ['10000080', 'BIO routines', 'no such file', 'BIO_new_file', '../crypto/bio/bss_file.c:75'],
  bioSystemLib: ['10080002', 'BIO routines', 'system lib', 'BIO_new_file', '../crypto/bio/bss_file.c:77'],
  storeUnsupported: [
    '1608010C',
    'STORE routines',
    'unsupported',
    'ossl_store_handle_load_result',
    '../crypto/store/store_result.c:149',
  ],
} as const;

export type OpensslErrorName = keyof typeof ERRORS;

/** One of the known errors. */
export function opensslError(name: OpensslErrorName, data = ''): OpensslError {
  const [code, library, reason, where, place] = ERRORS[name];
  return { code, library, reason, data, function: where, place };
}

/**
 * What BIO_new_file leaves when fopen(3) fails.
 * @param errno number and text: `2`, `No such file or directory`
 */
export function openErrors(
  path: string,
  errno: { readonly number: number; readonly text: string },
  mode = 'r',
): OpensslError[] {
  return [
    {
      code: (0x80000000 + errno.number).toString(16).toUpperCase(),
      library: 'system library',
      reason: errno.text,
      data: `calling fopen(${path}, ${mode})`,
      function: 'BIO_new_file',
      place: '../crypto/bio/bss_file.c:67',
    },
    opensslError(errno.number === 2 ? 'bioNoSuchFile' : 'bioSystemLib'),
  ];
}

/**
 * The queue as nginx and HAProxy append it:
 * `error:0480006C:PEM routines::no start line:Expecting: TRUSTED CERTIFICATE error:…`.
 */
export function shortErrors(errors: readonly OpensslError[]): string {
  return errors
    .map(
      ({ code, library, reason, data }) =>
        `error:${code}:${library}::${reason}${data === '' ? '' : `:${data}`}`,
    )
    .join(' ');
}

/**
 * The queue as openssl(1) prints it (ERR_print_errors), a line each.
 * @param thread the thread's number in the real one, any fixed text of 16 hexadecimal digits here
 */
export function longErrors(errors: readonly OpensslError[], thread: string): string {
  return errors
    .map((e) => `${thread}:error:${e.code}:${e.library}:${e.function}:${e.reason}:${e.place}:${e.data}\n`)
    .join('');
}
