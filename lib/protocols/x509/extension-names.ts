/** How OpenSSL prints key usages, in the order of `KEY_USAGES`; configuration files may use these words too. */
export const KEY_USAGE_LONG_NAMES: readonly string[] = [
  'Digital Signature',
  'Non Repudiation',
  'Key Encipherment',
  'Data Encipherment',
  'Key Agreement',
  'Certificate Sign',
  'CRL Sign',
  'Encipher Only',
  'Decipher Only',
];
