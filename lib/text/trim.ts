/**
 * Without these characters at its end. (A regular expression that is sought for it looks at each run of them
 * inside the text from each of its places.)
 */
export function trimEndOf(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
  return end === text.length ? text : text.slice(0, end);
}
