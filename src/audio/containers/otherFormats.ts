/**
 * Formats that are recognised and not taken. Their senders learn what the file is. Without these, an archive or a page that
 * has MP3 frames in it would pass as MP3. Pure.
 */

/** The first bytes that are looked at. */
export const signatureBytes = 600

/** Signatures at the start of a file, each byte as one character, and what they mean. */
const signatures: [start: string | RegExp, name: string][] = [
  ['\u0030\u0026\u00b2\u0075\u008e\u0066\u00cf\u0011', 'WMA, or another ASF file'],
  ['wvpk', 'WavPack'],
  ['MAC ', "Monkey's Audio"],
  [/^TTA[12]/, 'True Audio (TTA)'],
  [/^(MPCK|MP\+)/, 'Musepack'],
  ['tBaK', 'TAK'],
  ['OFR ', 'OptimFROG'],
  ['ajkg', 'Shorten'],
  ['riff\u002e\u0091\u00cf\u0011', 'Wave64'],
  ['.snd', 'AU'],
  ['DSD ', 'DSF'],
  ['FRM8', 'DSDIFF'],
  [/^(\.RMF|\.ra\u00fd)/, 'RealAudio'],
  ['MThd', 'MIDI, which has notes and no sound'],
  [/^(IMPM|Extended Module)/, 'a tracker module'],
  ['Creative Voice File', 'VOC'],
  ['\u000b\u0077', 'AC-3'],
  ['\u007f\u00fe\u0080\u0001', 'DTS'],
  ['\u00fe\u007f\u0001\u0080', 'DTS'],
  [/^FORM.{4}8SVX/s, '8SVX'],
  [/^(#!AMR_MC|#!AMR-WB_MC)/, 'AMR with several channels'],
  ['\0\0\u0001\u00ba', 'MPEG video'],
  ['\0\0\u0001\u00b3', 'MPEG video'],
  [/^G.{187}G.{187}G/s, 'an MPEG transport stream'],
  [/^RIFF.{4}AVI /s, 'AVI video'],
  ['FLV\u0001', 'Flash video'],
  [/^(RIFF|FORM)/, 'a RIFF or IFF file of another kind'],
  [/^(#EXTM3U|\[playlist\])/, 'a playlist'],
  ['PK\u0003\u0004', 'a ZIP archive'],
  ['PK\u0005\u0006', 'an empty ZIP archive'],
  ['Rar!', 'a RAR archive'],
  ['7z\u00bc\u00af', 'a 7z archive'],
  ['\u001f\u008b', 'a gzip archive'],
  ['%PDF', 'PDF'],
  ['%!PS', 'PostScript'],
  ['\u0089PNG', 'a PNG picture'],
  ['\u00ff\u00d8\u00ff', 'a JPEG picture'],
  ['GIF8', 'a GIF picture'],
  [/^BM.{4}\0{4}/s, 'a BMP picture'],
  ['MZ', 'a Windows program'],
  ['\u007fELF', 'a Linux program'],
  // Sound may begin with such a byte, but has others that no text has.
  [/^(\u00ef\u00bb\u00bf)?\s*[<{[][\s\u0020-\u007e\u0080-\u00ff]{60}/, 'text (HTML, XML or JSON)'],
  [/^(\u00ef\u00bb\u00bf)?\s*[<{[][\s\u0020-\u007e\u0080-\u00ff]*$/, 'text (HTML, XML or JSON)'],
]

/** What a file is that begins so; undefined if it may be MPEG audio. */
export function recognise(head: string): string | undefined {
  return signatures.find(([start]) =>
    typeof start === 'string' ? head.startsWith(start) : start.test(head),
  )?.[1]
}
