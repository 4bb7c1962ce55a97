/** What the application says to a line that is no request; the page is that of Python 3.11's `http.server`. */

export function badRequest(line: string): string {
  const words = line.split(/\s+/).filter((word) => word !== '');
  const last = words.at(-1) ?? '';
  const reason =
    words.length >= 3 && !/^HTTP\/\d+\.\d+$/.test(last)
      ? `Bad request version (${quoted(last)})`
      : words.length === 2 && words[0] !== 'GET'
        ? `Bad HTTP/0.9 request type (${quoted(words[0] ?? '')})`
        : `Bad request syntax (${quoted(line)})`;
  return `<!DOCTYPE HTML>
<html lang="en">
    <head>
        <meta charset="utf-8">
        <title>Error response</title>
    </head>
    <body>
        <h1>Error response</h1>
        <p>Error code: 400</p>
        <p>Message: ${escaped(reason)}.</p>
        <p>Error code explanation: 400 - Bad request syntax or unsupported method.</p>
    </body>
</html>
`;
}
/** As `repr` writes a string. */
function quoted(text: string): string {
  const plain = text.replaceAll('\\', '\\\\').replace(/[^\x20-\x7e]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : character;
  });
  return plain.includes("'") && !plain.includes('"') ? `"${plain}"` : `'${plain.replaceAll("'", "\\'")}'`;
}
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
