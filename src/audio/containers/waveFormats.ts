/** Codings by their number in WAVEFORMATEX, which QuickTime uses too (QuickTime File Format, "Sound sample formats"). */
const formats: Record<number, string> = {
  0x0001: 'PCM',
  0x0002: 'ADPCM',
  0x0003: 'IEEE_FLOAT',
  0x0006: 'ALAW',
  0x0007: 'MULAW',
  0x0011: 'DVI_ADPCM',
  0x0031: 'GSM610',
  0x0050: 'MPEG',
  0x0055: 'MPEGLAYER3',
  0x00ff: 'RAW_AAC1',
}

/** The name of a WAVE format. */
export function waveCodec(tag: number): string {
  return formats[tag] ?? `WAVE format ${tag}`
}
