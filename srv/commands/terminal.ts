/** Output of commands. It has ids and names from clients, which must not control the terminal. */

/**
 * Escapes characters that control a terminal: control and format characters, lone surrogates and line breaks.
 * @param line a single line
 * @returns the line with each of them as `\u{…}`
 */
export function printable(line: string): string {
  return line.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (each) => `\\u{${each.codePointAt(0)?.toString(16)}}`)
}
