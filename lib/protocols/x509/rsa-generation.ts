/**
 * Making RSA keys from seeded randomness. Sources: FIPS 186-5 A.1 (sizes, conditions on the primes), Menezes et al.
 * 4.24 (Miller-Rabin). The primes are found by sieving a stretch of odd numbers and testing what is left.
 */
import type { RandomState, RandomStream } from '../../std/random';
import { naturalOf } from './der';
import type { RsaPrivateKey } from './keys';
import { TextMemo } from './memo';
import { modPow } from './signatures';

const EXPONENT = 65_537n;
/** Odd numbers looked at from one random start; nearly always one of them is prime. */
const WINDOW = 8_192;
const SIEVE_LIMIT = 65_536;
/** Miller-Rabin rounds after the one with base 2; OpenSSL 1.1 took 3 for 1024 bits (error below 2^-80). */
const BASES = [3n, 5n, 7n, 11n];

/**
 * A key with public exponent 65537.
 * @param bits of the modulus, even, 512 to 4096
 */
export function generateRsaKey(bits: number, random: RandomStream): RsaPrivateKey {
  // A run that is played again asks for the same keys from the same states.
  const made = known.get(`${bits} ${random.state().join(' ')}`, () => {
    const key = makeRsaKey(bits, random);
    return { key, after: random.state() };
  });
  random.restore(made.after);
  return made.key;
}
const known = new TextMemo<{ readonly key: RsaPrivateKey; readonly after: RandomState }>();

function makeRsaKey(bits: number, random: RandomStream): RsaPrivateKey {
  const half = bits >> 1;
  const first = generatePrime(bits - half, random);
  let second = first;
  while (second === first) second = generatePrime(half, random);
  return rsaKeyOfPrimes(first > second ? [first, second] : [second, first]);
}

function rsaKeyOfPrimes([prime1, prime2]: readonly [bigint, bigint]): RsaPrivateKey {
  const order = (prime1 - 1n) * (prime2 - 1n);
  const lambda = order / greatestCommonDivisor(prime1 - 1n, prime2 - 1n);
  const privateExponent = inverse(EXPONENT, lambda);
  return {
    type: 'rsa',
    modulus: prime1 * prime2,
    exponent: EXPONENT,
    privateExponent,
    prime1,
    prime2,
    exponent1: privateExponent % (prime1 - 1n),
    exponent2: privateExponent % (prime2 - 1n),
    coefficient: inverse(prime2 % prime1, prime1),
  };
}

/** A prime of exactly `bits` bits whose two highest bits are set, so that two of them make a modulus of full length. */
function generatePrime(bits: number, random: RandomStream): bigint {
  for (;;) {
    const start = randomOdd(bits, random);
    const composite = sieve(start);
    for (let i = 0; i < WINDOW; i++) {
      if (composite[i] === 1) continue;
      const candidate = start + BigInt(2 * i);
      if (candidate >> BigInt(bits) !== 0n) break;
      if (candidate % EXPONENT !== 1n && isPrime(candidate)) return candidate;
    }
  }
}

function randomOdd(bits: number, random: RandomStream): bigint {
  const octets = randomOctets(Math.ceil(bits / 8), random);
  const number = BigInt.asUintN(bits, naturalOf(octets));
  return number | (3n << BigInt(bits - 2)) | 1n;
}
/** `length` octets of a stream. */
export function randomOctets(length: number, random: RandomStream): Uint8Array {
  const octets = new Uint8Array(length);
  for (let i = 0; i < length; i += 4) {
    const word = random.nextUint32();
    for (let k = 0; k < 4 && i + k < length; k++) octets[i + k] = word >>> (8 * k);
  }
  return octets;
}

/** 1 where `start + 2 i` has a small divisor. */
function sieve(start: bigint): Uint8Array {
  const composite = new Uint8Array(WINDOW);
  for (const { product, primes } of primeGroups()) {
    // One division of the long number serves several primes.
    const rest = Number(start % product);
    for (const prime of primes) {
      const remainder = rest % prime;
      // The first i with start + 2 i divisible: i = (-remainder) / 2 mod prime.
      const gap = remainder === 0 ? 0 : prime - remainder;
      for (let i = gap % 2 === 0 ? gap / 2 : (gap + prime) / 2; i < WINDOW; i += prime) composite[i] = 1;
    }
  }
  return composite;
}

interface PrimeGroup {
  readonly product: bigint;
  readonly primes: readonly number[];
}
let groups: readonly PrimeGroup[] | undefined;

/** The odd primes below the limit, in groups whose product is exact as a number. */
function primeGroups(): readonly PrimeGroup[] {
  if (groups !== undefined) return groups;
  const made: PrimeGroup[] = [];
  let product = 1;
  let primes: number[] = [];
  for (const prime of smallPrimes()) {
    if (product * prime > Number.MAX_SAFE_INTEGER) {
      made.push({ product: BigInt(product), primes });
      product = 1;
      primes = [];
    }
    product *= prime;
    primes.push(prime);
  }
  made.push({ product: BigInt(product), primes });
  groups = made;
  return made;
}
function smallPrimes(): number[] {
  const composite = new Uint8Array(SIEVE_LIMIT);
  const primes: number[] = [];
  for (let n = 3; n < SIEVE_LIMIT; n += 2) {
    if (composite[n] === 1) continue;
    primes.push(n);
    for (let multiple = n * n; multiple < SIEVE_LIMIT; multiple += 2 * n) composite[multiple] = 1;
  }
  return primes;
}

/** Miller-Rabin. */
function isPrime(n: bigint): boolean {
  let twos = 0;
  while (((n - 1n) >> BigInt(twos)) % 2n === 0n) twos += 1;
  const odd = (n - 1n) >> BigInt(twos);
  return passes(n, powerOfTwo(odd, n), twos) && BASES.every((base) => passes(n, modPow(base, odd, n), twos));
}
function passes(n: bigint, power: bigint, twos: number): boolean {
  let x = power;
  if (x === 1n || x === n - 1n) return true;
  for (let i = 1; i < twos; i++) {
    x = (x * x) % n;
    if (x === n - 1n) return true;
  }
  return false;
}
/** 2^exponent mod n: doubling is cheaper than multiplying. */
function powerOfTwo(exponent: bigint, n: bigint): bigint {
  let result = 1n;
  for (const digit of exponent.toString(16)) {
    for (let i = 0; i < 4; i++) result = (result * result) % n;
    result = (result << BigInt(Number.parseInt(digit, 16))) % n;
  }
  return result;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
/** The inverse of `a` modulo `n`, by Euclid's algorithm. */
function inverse(a: bigint, n: bigint): bigint {
  let [r0, r1] = [n, a];
  let [t0, t1] = [0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [t0, t1] = [t1, t0 - quotient * t1];
  }
  return t0 < 0n ? t0 + n : t0;
}
