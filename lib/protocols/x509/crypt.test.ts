import { expect, test } from 'vitest';
import { md5Crypt, shaCrypt } from './crypt';

/** Recorded from `openssl passwd -salt abc foo`. */
test('the hashes of openssl passwd', () => {
  expect(md5Crypt('foo', 'abc', '1')).toBe('$1$abc$/ThTVu/5nq9QB8iGNy5rp/');
  expect(md5Crypt('foo', 'abc', 'apr1')).toBe('$apr1$abc$IU6nNI21p3QCvMuFczjEr1');
  expect(shaCrypt('foo', 'abc', '5')).toBe('$5$abc$SNQ2QQBO1ax39EAHKvvnCoQB2LZIm1UiTfvRzzx0ud8');
  expect(shaCrypt('foo', 'abc', '6')).toBe(
    '$6$abc$.hpKjyqkn03RmmKnAalxlIO3EIdZbU4EAjKXiWVWxg2e8SvzrXJnzBXCTEm3LnlHLwsRvG/R5EYsnqVvFi7To1',
  );
});
