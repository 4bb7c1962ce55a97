import { expect, test } from 'vitest';
import { translated } from './translate';

const TABLE = {
  'The shop answers': 'Obchod odpovídá',
  'The shop answers again': 'Obchod zase odpovídá',
  Shop: 'Obchod',
};

test('a text is translated whole, or part by part, the longest parts first', () => {
  expect(translated('The shop answers', TABLE)).toBe('Obchod odpovídá');
  expect(translated('Objective met: The shop answers', TABLE)).toBe('Objective met: Obchod odpovídá');
  expect(translated('The shop answers again. The shop answers', TABLE)).toBe(
    'Obchod zase odpovídá. Obchod odpovídá',
  );
});

test('what is not known stays, and a single word is not taken out of a sentence', () => {
  expect(translated('Nothing of this', TABLE)).toBe('Nothing of this');
  expect(translated('Shop of horrors', TABLE)).toBe('Shop of horrors');
  expect(translated('toString', TABLE)).toBe('toString');
});
