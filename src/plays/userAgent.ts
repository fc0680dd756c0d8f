/** Distinguishes listeners from bots by their user agent. */
import { isbot } from 'isbot'
import type { Agent } from './play.ts'

/**
 * Audio players, most of them by the beginning of the user agent. isbot is made for visits to pages: it counts everything as a
 * bot that does not look like a browser, and so nearly every player and podcast app.
 */
const players = new RegExp(
  [
    // Players and the engines that apps play with; Lavf is ffmpeg.
    '^(?:Lavf|mpv|MPlayer|VLC|GStreamer|ExoPlayer|ExoPlayerLib|stagefright|AppleCoreMedia|NSPlayer|Kodi|Winamp|foobar2000)\\b',
    '^(?:libmpv|iTunes|Music Player Daemon|Clementine|Strawberry|Rhythmbox|Audacious|QuickTime|Windows-Media-Player)\\b',
    '\\b(?:LibVLC|ExoPlayerLib|Media3)/',
    // Podcast apps and music services.
    '^(?:Podcasts|Overcast|Pocket ?Casts|AntennaPod|Podcast ?Addict|CastBox|Castro|Castamatic|Downcast)\\b',
    '^(?:gPodder|Player ?FM|Podbean|Podverse|Podcast ?Guru|PodcastGuru|BeyondPod|DoggCatcher|Goodpods|Fountain|iCatcher!?)\\b',
    '^(?:Spotify|Deezer|TuneIn|TuneIn Radio|iHeartRadio|Amazon ?Music|Audible|Pandora|SoundCloud|Stitcher|BBC%20Sounds)\\b',
    // Speakers and televisions.
    '^(?:AlexaMediaPlayer|Alexa Mobile Voice|AlexaService|Echo|Sonos|Bose|Roku|Samsung SmartTV)\\b',
    '\\bSonos/',
  ].join('|'),
  'i',
)

/** Servers of the same vendors, which fetch feeds or check files. */
const machines = /\b(?:bot|crawler|spider|feed|parser|fetcher|sync|preview|monitor)\b/i

export function recogniseAgent(userAgent: string | undefined): Agent {
  if (userAgent === undefined || userAgent.trim() === '') return 'none'
  if (players.test(userAgent) && !machines.test(userAgent)) return 'listener'
  return isbot(userAgent) ? 'bot' : 'listener'
}
