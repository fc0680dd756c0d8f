/** Where the sound of a channel comes from. Loudness weighs channels by it. */

/** M is a single channel. Ls and Rs are at the sides or a little behind (±60° to ±120°), Lb, Rb and Cb at the back. */
export type Speaker = 'M' | 'L' | 'R' | 'C' | 'LFE' | 'Ls' | 'Rs' | 'Lb' | 'Rb' | 'Cb' | 'Lc' | 'Rc' | 'other'

/** How the sound of a track is laid out: what a meter must know of it. */
export type SoundFormat = {
  /** Hz. */
  sampleRate: number
  /** One for each channel. */
  speakers: Speaker[]
}

export function isSameFormat(one: SoundFormat, other: SoundFormat): boolean {
  return (
    one.sampleRate === other.sampleRate &&
    one.speakers.length === other.speakers.length &&
    one.speakers.every((speaker, index) => speaker === other.speakers[index])
  )
}
