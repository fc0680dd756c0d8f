/** Files that are not audio, whatever their names are. */
import { bytesOf, concatenated, noise, utf8 } from '../../../support/bytes.ts'
import type { HostileFile } from './hostileFile.ts'

const page = '<!doctype html><title>Not a song</title><p>Nothing to hear here.</p>'

export const notAudioFiles: HostileFile[] = [
  ['HTML', () => utf8(page.repeat(50)), 'not-audio'],
  ['HTML with a byte order mark', () => utf8(`\ufeff\n${page}`.repeat(50)), 'not-audio'],
  ['JSON', () => utf8(JSON.stringify({ error: 'not found' })), 'not-audio'],
  ['SVG', () => utf8('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), 'not-audio'],
  ['PDF', () => concatenated(utf8('%PDF-1.7\n'), noise(5000)), 'not-audio'],
  ['a ZIP archive', () => concatenated(bytesOf('PK\u0003\u0004'), noise(5000)), 'not-audio'],
  ['a PNG', () => concatenated(bytesOf('\u0089PNG\r\n\u001a\n'), noise(5000)), 'not-audio'],
  ['a JPEG', () => concatenated(bytesOf('\u00ff\u00d8\u00ff\u00e0'), noise(5000)), 'not-audio'],
  ['a Windows program', () => concatenated(bytesOf('MZ'), noise(5000)), 'not-audio'],
  ['text', () => utf8('La la la. '.repeat(500)), 'not-audio'],
  ['noise', () => noise(100_000), 'not-audio'],
  [
    'ASF',
    () => concatenated(bytesOf('\u0030\u0026\u00b2\u0075\u008e\u0066\u00cf\u0011'), noise(5000)),
    'not-audio',
  ],
  ['AC-3', () => concatenated(bytesOf('\u000b\u0077'), noise(5000)), 'not-audio'],
  ['MIDI', () => concatenated(bytesOf('MThd\0\0\0\u0006'), noise(500)), 'not-audio'],
  ['an M3U list', () => utf8('#EXTM3U\nhttp://example.com/a.mp3\n'), 'not-audio'],
]
