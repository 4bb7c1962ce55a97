/** factor(1) of GNU coreutils. */
import { quoteValue } from './quoting';
import type { Command, Step, Tool } from './tool';

export const factor: Command = {
  name: 'factor',
  package: 'coreutils',
  paths: ['/usr/bin/factor'],
  synopsis: 'factor [NUMBER]...\nfactor OPTION',
  summary: 'Print the prime factors of each specified integer NUMBER.',
  run: function* (tool) {
    const { operands } = tool.options({ short: '' });
    const words =
      operands.length > 0
        ? operands
        : (yield* tool.context.readAll()).split(/\s+/).filter((word) => word !== '');
    let code = 0;
    for (const word of words) if (!(yield* one(tool, word))) code = 1;
    return code;
  },
};

const MOST_DIGITS = 24;

function* one(tool: Tool, word: string): Step<boolean> {
  if (!/^\+?\d+$/.test(word.trim())) {
    tool.complain(`${quoteValue(word)} is not a valid positive integer`);
    return false;
  }
  const value = BigInt(word.trim().replace('+', ''));
  if (value.toString().length > MOST_DIGITS) {
    tool.complain(`not modelled: factors of numbers with more than ${MOST_DIGITS} digits`);
    return false;
  }
  yield* tool.burn(50);
  tool.line(
    `${value}:${factors(value)
      .map((prime) => ` ${prime}`)
      .join('')}`,
  );
  return true;
}

function factors(value: bigint): bigint[] {
  const found: bigint[] = [];
  let rest = value;
  for (let prime = 2n; prime < 1000n && prime * prime <= rest; prime += prime === 2n ? 1n : 2n) {
    while (rest % prime === 0n) {
      found.push(prime);
      rest /= prime;
    }
  }
  if (rest > 1n) found.push(...split(rest));
  return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function split(value: bigint): bigint[] {
  if (value === 1n) return [];
  if (isPrime(value)) return [value];
  const divisor = pollard(value);
  return [...split(divisor), ...split(value / divisor)];
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let factorNow = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * factorNow) % modulus;
    factorNow = (factorNow * factorNow) % modulus;
  }
  return result;
}

/** Miller and Rabin with bases that decide every number below 3·10^24. */
function isPrime(value: bigint): boolean {
  const bases = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n];
  for (const base of bases) if (value % base === 0n) return value === base;
  let odd = value - 1n;
  let twos = 0;
  while ((odd & 1n) === 0n) {
    odd >>= 1n;
    twos++;
  }
  return bases.every((base) => {
    let x = power(base, odd, value);
    if (x === 1n || x === value - 1n) return true;
    for (let i = 1; i < twos; i++) {
      x = (x * x) % value;
      if (x === value - 1n) return true;
    }
    return false;
  });
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

function pollard(value: bigint): bigint {
  for (let c = 1n; ; c++) {
    const step = (x: bigint): bigint => (x * x + c) % value;
    let slow = 2n;
    let fast = 2n;
    let divisor = 1n;
    while (divisor === 1n) {
      slow = step(slow);
      fast = step(step(fast));
      divisor = gcd(slow > fast ? slow - fast : fast - slow, value);
    }
    if (divisor !== value) return divisor;
  }
}
