/** Whether a text has more characters, that is code points, than are allowed (OData CSDL 4.01, 7.2.2). */
export function isLonger(text: string, most: number): boolean {
  return text.length > most && (text.length > 2 * most || [...text].length > most) // a code point has two units at most
}
