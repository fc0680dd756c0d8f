/** What players, browsers and downloaders really send, header for header. */
import type { ConformanceCase, Exchange } from '../conformanceCase.ts'
import { get, head, notModified, part, unsatisfiable } from './asking.ts'

const chromium = [
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Accept: */*',
  'Accept-Encoding: identity;q=1, *;q=0',
  'Accept-Language: en-US,en;q=0.9',
  'Sec-Fetch-Dest: audio',
  'Sec-Fetch-Mode: no-cors',
  'Sec-Fetch-Site: same-origin',
  'Referer: http://127.0.0.1/',
]

const firefox = [
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
  'Accept: audio/webm,audio/ogg,audio/wav,audio/*;q=0.9,application/ogg;q=0.7,video/*;q=0.6,*/*;q=0.5',
  'Accept-Language: en-US,en;q=0.5',
  'Accept-Encoding: identity',
  'Sec-Fetch-Dest: audio',
  'Sec-Fetch-Mode: no-cors',
]

const safari = [
  'User-Agent: AppleCoreMedia/1.0.0.22A3354 (iPhone; U; CPU OS 18_0 like Mac OS X; en_us)',
  'Accept: */*',
  'Accept-Encoding: identity',
  'X-Playback-Session-Id: 3F2504E0-4F89-11D3-9A0C-0305E82C3301',
]

const ffmpeg = ['User-Agent: Lavf/61.7.100', 'Accept: */*', 'Icy-MetaData: 1', 'Connection: close']

const vlc = ['Accept: */*', 'Accept-Language: en_US', 'User-Agent: VLC/3.0.21 LibVLC/3.0.21']

const curl = ['User-Agent: curl/8.14.1', 'Accept: */*']

const wget = ['User-Agent: Wget/1.25.0', 'Accept: */*', 'Accept-Encoding: identity', 'Connection: Keep-Alive']

const sequences: [name: string, exchanges: Exchange[]][] = [
  [
    'Chromium plays, then seeks',
    [
      { request: get(...chromium, 'Range: bytes=0-'), expected: part(0, -1) },
      {
        request: ({ size, etag }) => get(...chromium, `Range: bytes=12000-${size - 1}`, `If-Range: ${etag}`),
        expected: part(12000, -1),
      },
    ],
  ],
  [
    'Chromium has a part in its cache and asks whether it still holds',
    [
      {
        request: ({ etag }) => get(...chromium, 'Range: bytes=0-', `If-None-Match: ${etag}`),
        expected: notModified,
      },
    ],
  ],
  [
    'Firefox plays, then seeks twice',
    [
      { request: get(...firefox, 'Range: bytes=0-'), expected: part(0, -1) },
      { request: get(...firefox, 'Range: bytes=16384-'), expected: part(16384, -1) },
      { request: get(...firefox, 'Range: bytes=8192-'), expected: part(8192, -1) },
    ],
  ],
  [
    'Safari tries two bytes, then plays, then seeks',
    [
      {
        request: get(...safari, 'Range: bytes=0-1'),
        expected: { ...part(0, 1), headers: { 'Content-Length': '2' }, asInWhole: ['Content-Type', 'ETag'] },
      },
      { request: ({ size }) => get(...safari, `Range: bytes=0-${size - 1}`), expected: part(0, -1) },
      { request: ({ size }) => get(...safari, `Range: bytes=16384-${size - 1}`), expected: part(16384, -1) },
    ],
  ],
  [
    'ffmpeg reads, then seeks to the end for the last page',
    [
      { request: get(...ffmpeg, 'Range: bytes=0-'), expected: part(0, -1) },
      { request: ({ size }) => get(...ffmpeg, `Range: bytes=${size - 8192}-`), expected: part(-8192, -1) },
    ],
  ],
  [
    'ffmpeg seeks to the very end',
    [{ request: ({ size }) => get(...ffmpeg, `Range: bytes=${size}-`), expected: unsatisfiable }],
  ],
  [
    // It takes W/ off the tag for If-Match: a weak tag never matches there.
    'VLC plays, then seeks under If-Match',
    [
      { request: get(...vlc, 'Range: bytes=0-'), expected: part(0, -1) },
      {
        request: ({ opaque }) => get(...vlc, `If-Match: "${opaque}"`, 'Range: bytes=9000-'),
        expected: part(9000, -1),
      },
    ],
  ],
  [
    'GStreamer plays, then seeks',
    [
      {
        request: get('icy-metadata: 1', 'Accept-Encoding: identity', 'Range: bytes=0-'),
        expected: part(0, -1),
      },
      {
        request: get('icy-metadata: 1', 'Accept-Encoding: identity', 'Range: bytes=5000-'),
        expected: part(5000, -1),
      },
    ],
  ],
  [
    'curl -C - resumes, and finds all there',
    [
      { request: get(...curl, 'Range: bytes=10000-'), expected: part(10000, -1) },
      { request: ({ size }) => get(...curl, `Range: bytes=${size}-`), expected: unsatisfiable },
    ],
  ],
  [
    'wget -c looks, then resumes',
    [
      {
        request: head(...wget),
        expected: {
          status: 200,
          body: 'none',
          headers: { 'Accept-Ranges': 'bytes' },
          asInWhole: ['Content-Length'],
        },
      },
      { request: get(...wget, 'Range: bytes=10000-'), expected: part(10000, -1) },
    ],
  ],
  [
    'aria2 fetches four pieces',
    [0, 1, 2, 3].map((at) => ({
      request: get(
        'User-Agent: aria2/1.37.0',
        'Accept: */*',
        `Range: bytes=${at * 6000}-${at * 6000 + 5999}`,
      ),
      expected: part(at * 6000, at * 6000 + 5999),
    })),
  ],
]

export const players: ConformanceCase[] = sequences.map(([name, exchanges]): ConformanceCase => ({
  name,
  section: 'media clients',
  level: 'client',
  exchanges,
}))
