/** Whether an RSA key's numbers belong together: RSA_check_key, without proving the primes prime. */
import type { RsaPrivateKey } from './keys';

export function rsaIsConsistent(key: RsaPrivateKey): boolean {
  const { prime1, prime2, privateExponent } = key;
  return (
    prime1 * prime2 === key.modulus &&
    (key.exponent * privateExponent) % (prime1 - 1n) === 1n &&
    (key.exponent * privateExponent) % (prime2 - 1n) === 1n &&
    key.exponent1 === privateExponent % (prime1 - 1n) &&
    key.exponent2 === privateExponent % (prime2 - 1n) &&
    (key.coefficient * prime2) % prime1 === 1n
  );
}
