/** What commands print: ids and names in it came from clients, and must not steer the terminal that shows them. */

/**
 * Escapes what a terminal does not show as it is: control characters, marks of direction, lone surrogates, breaks of lines.
 * @param line text of a single line
 * @returns the line with `\u{…}`, the code point, in the place of each
 */
export function printable(line: string): string {
  return line.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (each) => `\\u{${each.codePointAt(0)?.toString(16)}}`)
}
