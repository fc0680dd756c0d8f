/** What counts as a play. */
import { describe, expect, it } from 'vitest'
import { contentRange, parseContentRange, parseRange, selectParts } from '../../src/audio/range.ts'
import { recogniseAgent } from '../../src/plays/userAgent.ts'
import { type Rejection, type Start, judge, rejections } from '../../src/plays/play.ts'

const size = 10_000
type Case = [what: string, start: Partial<Start> & { range?: string }, verdict: 'counts' | Rejection]

/** A start as the stream route answers it: status and Content-Range follow from the range, unless given. */
function startOf({ range, ...given }: Case[1]): Start {
  const requested = parseRange(range ?? null)
  const parts = requested && selectParts(requested, size)
  const status = parts === undefined ? 200 : parts.length === 0 ? 416 : 206
  const [only, ...others] = parts ?? []
  const sent = only && others.length === 0 ? parseContentRange(contentRange(only, size))?.part : undefined
  return { method: 'GET', status, purposes: [], agent: 'listener', requested, sent, ...given }
}

const cases: Case[] = [
  ['the whole', {}, 'counts'],
  ['from the start on', { range: 'bytes=0-' }, 'counts'],
  ['all of it, by first and last byte', { range: 'bytes=0-9999' }, 'counts'],
  ['a first piece', { range: 'bytes=0-65535' }, 'counts'],
  ['three bytes', { range: 'bytes=0-2' }, 'counts'],
  ['a suffix that is all of it', { range: 'bytes=-10000' }, 'counts'],
  ['several parts from the start', { range: 'bytes=0-99,5000-5099' }, 'counts'],
  ['a range that is ignored', { range: 'bytes=x' }, 'counts'],
  ['a unit that is ignored', { range: 'seconds=5-' }, 'counts'],
  ['a failed If-Range: the whole came', { range: 'bytes=500-', status: 200, sent: undefined }, 'counts'],
  [
    'a failed If-Range of a probe: the whole came',
    { range: 'bytes=0-1', status: 200, sent: undefined },
    'counts',
  ],
  ['an unknown purpose', { purposes: ['speculation', undefined] }, 'counts'],

  ['HEAD', { method: 'HEAD' }, 'not-get'],
  ['HEAD of a part', { method: 'HEAD', range: 'bytes=0-', status: 200 }, 'not-get'],
  ['304', { status: 304 }, 'not-modified'],
  ['412', { status: 412 }, 'precondition-failed'],
  ['416', { range: 'bytes=10000-' }, 'unsatisfiable'],
  ['404', { status: 404 }, 'failed'],
  ['503', { status: 503 }, 'failed'],
  ['prefetch', { purposes: ['prefetch', undefined] }, 'prefetch'],
  ['prerender', { purposes: ['prefetch;prerender', undefined] }, 'prefetch'],
  ['prefetch through a proxy', { purposes: ['Prefetch; anonymous-client-ip', undefined] }, 'prefetch'],
  ['the older Purpose', { purposes: [undefined, 'prefetch'] }, 'prefetch'],
  ['a bot', { agent: 'bot' }, 'bot'],
  ['no user agent', { agent: 'none' }, 'no-user-agent'],
  ['a seek', { range: 'bytes=5000-' }, 'not-from-start'],
  ['the second byte on', { range: 'bytes=1-' }, 'not-from-start'],
  ['the tail', { range: 'bytes=-500' }, 'not-from-start'],
  ['several parts, the start not first', { range: 'bytes=5000-5099,0-99' }, 'not-from-start'],
  ['a probe of two bytes', { range: 'bytes=0-1' }, 'probe'],
  ['a probe of one byte', { range: 'bytes=0-0' }, 'probe'],
  ['a probe in two parts', { range: 'bytes=0-0,1-1' }, 'probe'],

  ['the status is judged before the agent', { status: 304, agent: 'bot' }, 'not-modified'],
  ['the agent is judged before the range', { agent: 'bot', range: 'bytes=5000-' }, 'bot'],
]

describe('the rule', () => {
  it.each(cases)('%s', (_, start, verdict) => {
    expect(judge(startOf(start))).toEqual(verdict === 'counts' ? { counts: true } : { rejected: verdict })
  })

  it('has a case for every rejection', () => {
    const tried = new Set(cases.map(([, , verdict]) => verdict))
    expect([...tried].filter((verdict) => verdict !== 'counts').toSorted()).toEqual(
      Object.keys(rejections).toSorted(),
    )
  })
})

const mozilla = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)'

describe('user agents', () => {
  it.each([
    `${mozilla} Chrome/142.0.0.0 Safari/537.36`,
    'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15',
    'AppleCoreMedia/1.0.0.23B85 (iPhone; U; CPU OS 26_1 like Mac OS X; en_us)',
    'Lavf/60.16.100',
    'mpv 0.37.0',
    'libmpv',
    'VLC/3.0.20 LibVLC/3.0.20',
    'GStreamer souphttpsrc 1.20.3 libsoup/2.74.2',
    'stagefright/1.2 (Linux;Android 9)',
    'CastBox/8.20.1 (Linux;Android 13) ExoPlayerLib/2.10.4',
    'ExoPlayerLib/2.18',
    'Music Player Daemon 0.23.5',
    'Podcasts/4023.610.1 CFNetwork/3860.200.71 Darwin/25.1.0',
    'Overcast/2024.8 (+http://overcast.fm/; iOS podcast app)',
    'PodcastAddict/v5 (+https://podcastaddict.com/; Android podcast app)',
    'Pocket Casts',
    'AntennaPod/3.2.0',
    'gPodder/3.11.1 (http://gpodder.org/) Linux',
    'Spotify/8.8.0 iOS/16.5 (iPhone14,5)',
    'AlexaMediaPlayer/2.1.4676.0 (Linux;Android 5.1.1) ExoPlayerLib/1.5.9',
    'Linux UPnP/1.0 Sonos/70.3-35220 (ZPS1)',
  ])('%s listens', (userAgent) => {
    expect(recogniseAgent(userAgent)).toBe('listener')
  })

  it.each([
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    `${mozilla} HeadlessChrome/142.0.0.0 Safari/537.36`,
    'PocketCasts/1.0 (Pocket Casts Feed Parser; +http://pocketcasts.com/)',
    'Overcast/1.0 Podcast Sync (+http://overcast.fm/)',
    'Spotify/1.0 bot',
    'facebookexternalhit/1.1',
    'python-requests/2.31',
    'okhttp/4.9',
    'Go-http-client/2.0',
    'curl/8.5.0',
    'Wget/1.21',
    'node',
  ])('%s does not listen', (userAgent) => {
    expect(recogniseAgent(userAgent)).toBe('bot')
  })

  it.each([undefined, '', '  '])('%j is unknown', (userAgent) => {
    expect(recogniseAgent(userAgent)).toBe('none')
  })
})
