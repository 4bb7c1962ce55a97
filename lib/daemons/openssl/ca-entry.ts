/** A certificate as a line of an authority's database. */
import { type Certificate, nameCompat, serialHex } from '../../protocols/x509/index';
import { databaseTime, type Entry } from './ca-database';

export function entryOf(certificate: Certificate): Entry {
  const serial = serialHex(certificate.serial);
  const name = nameCompat(certificate.subject);
  return {
    status: 'V',
    expires: databaseTime(certificate.notAfter),
    revoked: '',
    serial,
    file: 'unknown',
    name: name === '' ? serial : name,
  };
}

export const STATUS = { V: 'Valid', R: 'Revoked', E: 'Expired' } as const;
