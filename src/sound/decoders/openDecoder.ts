/**
 * Opens the decoder of a track. The first track of a codec loads its WebAssembly. The code around it is imported at once: a
 * dynamic import would load nothing later, because all decoders are bundled into one file, and would only wrap what it reaches.
 */
import type { SoundTrack } from '../../audio/containers/sound.ts'
import { openAac } from '../aac/openAac.ts'
import { openAlac } from './alac.ts'
import { openCompanded } from './companded.ts'
import { Undecodable, type Decoder } from './decoder.ts'
import { openFlac } from './flac.ts'
import { openImaAdpcm } from './imaAdpcm.ts'
import { openMpeg } from './mpeg.ts'
import { openMsAdpcm } from './msAdpcm.ts'
import { openOpus } from './opus.ts'
import { openPcm } from './pcm.ts'
import { openVorbis } from './vorbis.ts'

/** Throws `Undecodable`, and nothing of `src/audio`: whoever loaded this module has other copies of those classes. */
export async function openDecoder(track: SoundTrack): Promise<Decoder> {
  const { coding, sampleRate, channels } = track
  if (!(sampleRate >= 1 && channels >= 1)) {
    throw new Undecodable('damaged', 'It has no sample rate, or no channels.')
  }
  switch (coding.codec) {
    case 'mpeg':
      return await openMpeg({ ...track, coding })
    case 'flac':
      return await openFlac({ ...track, coding })
    case 'vorbis':
      return await openVorbis({ ...track, coding })
    case 'opus':
      return await openOpus({ ...track, coding })
    case 'aac':
      return await openAac({ ...track, coding })
    case 'alac':
      return await openAlac({ ...track, coding })
    case 'pcm':
      return await openPcm({ ...track, coding })
    case 'mulaw':
    case 'alaw':
      return await openCompanded({ ...track, coding })
    case 'ima-adpcm':
      return await openImaAdpcm({ ...track, coding })
    default:
      return await openMsAdpcm({ ...track, coding })
  }
}
