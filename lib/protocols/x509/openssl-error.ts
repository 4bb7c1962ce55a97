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
  pemNoStartLine: ['0480006C', 'PEM routines', 'no start line', 'get_name', '../crypto/pem/pem_lib.c:760'],
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
    '../crypto/asn1/tasn_dec.c:1205',
  ],
  asn1WrongTag: [
    '068000A8',
    'asn1 encoding routines',
    'wrong tag',
    'asn1_check_tlen',
    '../crypto/asn1/tasn_dec.c:1215',
  ],
  asn1NotEnoughData: [
    '0680008E',
    'asn1 encoding routines',
    'not enough data',
    'asn1_d2i_read_bio',
    '../crypto/asn1/a_d2i_fp.c:138',
  ],
  asn1Nested: [
    '0688010A',
    'asn1 encoding routines',
    'nested asn1 error',
    'asn1_item_embed_d2i',
    '../crypto/asn1/tasn_dec.c:375',
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
    '../providers/implementations/ciphers/ciphercommon_block.c:124',
  ],
  badDecryptOctets: [
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
    '../crypto/x509/x509_cmp.c:406',
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
  extensionError: [
    '11000080',
    'X509 V3 routines',
    'error in extension',
    'X509V3_EXT_nconf_int',
    '../crypto/x509/v3_conf.c:48',
  ],
  extensionString: [
    '11000069',
    'X509 V3 routines',
    'invalid extension string',
    'do_ext_nconf',
    '../crypto/x509/v3_conf.c:102',
  ],
  extensionName: [
    '11000082',
    'X509 V3 routines',
    'unknown extension name',
    'do_ext_nconf',
    '../crypto/x509/v3_conf.c:88',
  ],
  extensionUnknown: [
    '11000081',
    'X509 V3 routines',
    'unknown extension',
    'do_ext_nconf',
    '../crypto/x509/v3_conf.c:92',
  ],
  extensionValue: [
    '11000074',
    'X509 V3 routines',
    'extension value error',
    'v3_generic_extension',
    '../crypto/x509/v3_conf.c:253',
  ],
  emptyNameBeforeColon: [
    '1100006C',
    'X509 V3 routines',
    'invalid empty name',
    'X509V3_parse_list',
    '../crypto/x509/v3_utl.c:340',
  ],
  emptyNameBeforeComma: [
    '1100006C',
    'X509 V3 routines',
    'invalid empty name',
    'X509V3_parse_list',
    '../crypto/x509/v3_utl.c:349',
  ],
  emptyLastName: [
    '1100006C',
    'X509 V3 routines',
    'invalid empty name',
    'X509V3_parse_list',
    '../crypto/x509/v3_utl.c:388',
  ],
  nullValue: [
    '1100006D',
    'X509 V3 routines',
    'invalid null value',
    'X509V3_parse_list',
    '../crypto/x509/v3_utl.c:364',
  ],
  nullLastValue: [
    '1100006D',
    'X509 V3 routines',
    'invalid null value',
    'X509V3_parse_list',
    '../crypto/x509/v3_utl.c:379',
  ],
  missingValue: [
    '1100007C',
    'X509 V3 routines',
    'missing value',
    'v2i_GENERAL_NAME_ex',
    '../crypto/x509/v3_san.c:607',
  ],
  unsupportedName: [
    '11000075',
    'X509 V3 routines',
    'unsupported option',
    'v2i_GENERAL_NAME_ex',
    '../crypto/x509/v3_san.c:626',
  ],
  badIp: [
    '11000076',
    'X509 V3 routines',
    'bad ip address',
    'a2i_GENERAL_NAME',
    '../crypto/x509/v3_san.c:552',
  ],
  badObject: [
    '11000077',
    'X509 V3 routines',
    'bad object',
    'a2i_GENERAL_NAME',
    '../crypto/x509/v3_san.c:539',
  ],
  sectionNotFound: [
    '11000096',
    'X509 V3 routines',
    'section not found',
    'do_dirname',
    '../crypto/x509/v3_san.c:676',
  ],
  directoryName: [
    '11000095',
    'X509 V3 routines',
    'dirname error',
    'a2i_GENERAL_NAME',
    '../crypto/x509/v3_san.c:560',
  ],
  unknownBit: [
    '1100006F',
    'X509 V3 routines',
    'unknown bit string argument',
    'v2i_ASN1_BIT_STRING',
    '../crypto/x509/v3_bitst.c:82',
  ],
  unknownObject: [
    '04000067',
    'object identifier routines',
    'unknown object name',
    'OBJ_txt2obj',
    '../crypto/objects/obj_dat.c:372',
  ],
  usageObject: [
    '1100006E',
    'X509 V3 routines',
    'invalid object identifier',
    'v2i_EXTENDED_KEY_USAGE',
    '../crypto/x509/v3_extku.c:94',
  ],
  policyObject: [
    '1100006E',
    'X509 V3 routines',
    'invalid object identifier',
    'r2i_certpol',
    '../crypto/x509/v3_cpols.c:138',
  ],
  invalidBoolean: [
    '11000068',
    'X509 V3 routines',
    'invalid boolean string',
    'X509V3_get_value_bool',
    '../crypto/x509/v3_utl.c:289',
  ],
  invalidNumber: [
    '11000064',
    'X509 V3 routines',
    'bn dec2bn error',
    's2i_ASN1_INTEGER',
    '../crypto/x509/v3_utl.c:231',
  ],
  invalidConstraint: [
    '1100006A',
    'X509 V3 routines',
    'invalid name',
    'v2i_BASIC_CONSTRAINTS',
    '../crypto/x509/v3_bcons.c:76',
  ],
  illegalHex: [
    '07800066',
    'common libcrypto routines',
    'illegal hex digit',
    'hexstr2buf_sep',
    '../crypto/o_str.c:167',
  ],
  oddHex: [
    '07800067',
    'common libcrypto routines',
    'odd number of digits',
    'hexstr2buf_sep',
    '../crypto/o_str.c:161',
  ],
  unknownKeyIdOption: [
    '11000078',
    'X509 V3 routines',
    'unknown option',
    'v2i_AUTHORITY_KEYID',
    '../crypto/x509/v3_akid.c:131',
  ],
  noIssuerKeyId: [
    '1100007B',
    'X509 V3 routines',
    'unable to get issuer keyid',
    'v2i_AUTHORITY_KEYID',
    '../crypto/x509/v3_akid.c:177',
  ],
  accessSyntax: [
    '1100008F',
    'X509 V3 routines',
    'invalid syntax',
    'v2i_AUTHORITY_INFO_ACCESS',
    '../crypto/x509/v3_info.c:125',
  ],
  uiTooSmall: [
    '14000065',
    'UI routines',
    'result too small',
    'UI_set_result_ex',
    '../crypto/ui/ui_lib.c:911',
  ],
  uiInterrupted: [
    '07880028',
    'common libcrypto routines',
    'UI lib',
    'do_ui_passphrase',
    '../crypto/passphrase.c:187',
  ],
  noPassphraseForKey: [
    '1C80009F',
    'Provider routines',
    'unable to get passphrase',
    'p8info_to_encp8',
    '../providers/implementations/encode_decode/encode_key2any.c:115',
  ],
  storeUnregistered: [
    '16000069',
    'STORE routines',
    'unregistered scheme',
    'ossl_store_get0_loader_int',
    '../crypto/store/store_register.c:237',
  ],
  nameTooLong: [
    '06800097',
    'asn1 encoding routines',
    'string too long',
    'ASN1_mbstring_ncopy',
    '../crypto/asn1/a_mbstr.c:106',
  ],
  nameTooShort: [
    '06800098',
    'asn1 encoding routines',
    'string too short',
    'ASN1_mbstring_ncopy',
    '../crypto/asn1/a_mbstr.c:100',
  ],
  nameIllegalCharacters: [
    '0680007C',
    'asn1 encoding routines',
    'illegal characters',
    'ASN1_mbstring_ncopy',
    '../crypto/asn1/a_mbstr.c:113',
  ],
  rsaTooSmall: [
    '1C8000AB',
    'Provider routines',
    'key size too small',
    'rsa_gen_set_params',
    '../providers/implementations/keymgmt/rsa_kmgmt.c:509',
  ],
  invalidCurve: [
    '0800008D',
    'elliptic curve routines',
    'invalid curve',
    'group_new_from_name',
    '../crypto/ec/ec_lib.c:1490',
  ],
  unsupportedAlgorithm: [
    '0308010C',
    'digital envelope routines',
    'unsupported',
    'inner_evp_generic_fetch',
    '../crypto/evp/evp_fetch.c:386',
  ],
  differentKeyTypes: [
    '03000065',
    'digital envelope routines',
    'different key types',
    'evp_keymgmt_util_match',
    '../crypto/evp/keymgmt_lib.c:388',
  ],
  signatureInit: [
    '03000086',
    'digital envelope routines',
    'initialization error',
    'do_sigver_init',
    '../crypto/evp/m_sigver.c:251',
  ],
  itemVerify: [
    '06880006',
    'asn1 encoding routines',
    'EVP lib',
    'ASN1_item_verify_ctx',
    '../crypto/asn1/a_verify.c:220',
  ],
  rsaBadSignature: [
    '02000068',
    'rsa routines',
    'bad signature',
    'ossl_rsa_verify',
    '../crypto/rsa/rsa_sign.c:429',
  ],
  rsaSignatureLength: [
    '02000077',
    'rsa routines',
    'wrong signature length',
    'ossl_rsa_verify',
    '../crypto/rsa/rsa_sign.c:339',
  ],
  rsaPadding: [
    '0200008A',
    'rsa routines',
    'invalid padding',
    'RSA_padding_check_PKCS1_type_1',
    '../crypto/rsa/rsa_pk1.c:75',
  ],
  rsaPaddingCheck: [
    '02000072',
    'rsa routines',
    'padding check failed',
    'rsa_ossl_public_decrypt',
    '../crypto/rsa/rsa_ossl.c:590',
  ],
  rsaVerify: [
    '1C880004',
    'Provider routines',
    'RSA lib',
    'rsa_verify',
    '../providers/implementations/signature/rsa_sig.c:769',
  ],
  configNoValue: [
    '0700006C',
    'configuration file routines',
    'no value',
    'NCONF_get_string',
    '../crypto/conf/conf_lib.c:315',
  ],
  connectError: ['10000067', 'BIO routines', 'connect error', 'BIO_connect', '../crypto/bio/bio_sock2.c:119'],
  lookupError: ['10080002', 'BIO routines', 'system lib', 'BIO_lookup_ex', '../crypto/bio/bio_addr.c:746'],
  noCipherMatch: [
    '0A0000B9',
    'SSL routines',
    'no cipher match',
    'SSL_CTX_set_cipher_list',
    '../ssl/ssl_lib.c:2741',
  ],
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
