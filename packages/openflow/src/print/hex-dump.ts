/** Lines of 16 bytes with their offset, and the characters behind where `ascii`. */
export function hexDump(bytes: Uint8Array, ascii: boolean): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 16) {
    const line = bytes.subarray(at, Math.min(at + 16, bytes.length));
    text += `${at.toString(16).padStart(8, '0')}  `;
    for (const [index, byte] of line.entries()) text += byte.toString(16).padStart(2, '0') + (index === 7 ? '-' : ' ');
    if (ascii) {
      const shown = Array.from(line, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'));
      text += `${'   '.repeat(16 - line.length)}|${shown.join('').padEnd(16)}|`;
    }
    text += '\n';
  }
  return text;
}
