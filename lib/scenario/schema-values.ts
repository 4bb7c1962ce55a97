/** The scalars of a scenario file, each with the words for what was expected. */
import { z } from 'zod';
import { parseCidr, parseIPv4 } from '../std/ipv4';
import { parseDuration } from '../std/instant';
import { parseSubject } from '../world/authorities';

export const identifier = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'expected lower-case letters, digits and dashes');
export const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'expected a duration like 30s, 5min or 250ms');
/** A duration that may also lie in the past. */
export const signedDuration = z
  .string()
  .refine(
    (text) => parseDuration(text.replace(/^-/, '')) !== undefined,
    'expected a duration like 30d or 4min, or -2d for the past',
  );
/** A name as `openssl req -subj` takes it. */
export const subject = z
  .string()
  .refine((text) => parseSubject(text) !== undefined, 'expected a subject like /O=Shop/CN=shop.example');
export const address = z.string().refine((text) => parseIPv4(text) !== undefined, 'expected an IPv4 address');
export const interfaceAddress = z.string().refine((text) => {
  const [ip = '', prefix = ''] = text.split('/');
  return parseIPv4(ip) !== undefined && /^\d+$/.test(prefix) && Number(prefix) <= 32;
}, 'expected ADDRESS/PREFIX');
export const subnet = z
  .string()
  .refine((text) => parseCidr(text) !== undefined, 'expected a subnet like 10.0.1.0/24');
/** A text that says something. */
export const sentence = z.string().refine((text) => text.trim() !== '', 'expected a text that is not empty');
export const absolutePath = z.string().startsWith('/', 'expected an absolute path');
